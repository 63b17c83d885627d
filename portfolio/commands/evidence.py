"""Evidence: a title, and revisions that are files or links. Nothing is ever replaced or fetched."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain

from django.db import transaction
from django.db.models import Max
from django.utils.timezone import localdate

from pocgate.identity.models import User
from pocgate.kernel.errors import Blocker, Invalid, NotAllowedNow
from pocgate.kernel.stored_files import TooLarge, store
from pocgate.ledger.commands import Act
from portfolio.commands.opening import case_to_edit, invalid_when, note_change, plain, refuse_when
from portfolio.models import Evidence, EvidenceRevision, UseCase
from portfolio.permissions import require
from portfolio.rules.evidence import (
    FILE_TYPES,
    MAX_FILE_BYTES,
    SNIFFED_BYTES,
    clean_file_name,
    evidence_problems,
    extension_of,
    file_problems,
    link_problems,
    size_problem,
)


@dataclass(frozen=True)
class Upload:
    """A file on its way in."""

    name: str
    chunks: Iterable[bytes]


@dataclass(frozen=True)
class Material:
    """What a revision consists of, ready to be written."""

    sha256: str
    size: int = 0
    content_type: str = ""
    file_name: str = ""
    link: str = ""


def attach_evidence(
    *,
    case_id: int,
    title: str,
    actor: User,
    now: datetime,
    upload: Upload | None = None,
    link: str = "",
    valid_until: date | None = None,
) -> Evidence:
    """New evidence with its first revision: either a file of at most 50 MiB of a listed type, or a link."""
    clean = " ".join(title.split())
    invalid_when(evidence_problems(clean, valid_until, today=localdate(now)))
    require("attach_evidence", actor, UseCase.objects.get(pk=case_id), now=now)
    material = _material(upload, link)
    with transaction.atomic():
        case = case_to_edit(case_id, act="attach_evidence", actor=actor, now=now)
        evidence = Evidence.objects.create(case=case, title=clean, created_at=now)
        revision = _revise(evidence, 1, material, valid_until, actor=actor, now=now)
        after = {"title": clean, **_as_json(revision)}
        act = Act("evidence.attached", "evidence", evidence.pk, case.pk, {}, after)
        note_change(case, act, actor=actor, now=now)
    return evidence


def add_revision(
    *,
    evidence_id: int,
    actor: User,
    now: datetime,
    upload: Upload | None = None,
    link: str = "",
    valid_until: date | None = None,
) -> EvidenceRevision:
    """Another revision; the earlier ones stay. The same bytes are taken again only with another expiry."""
    found = Evidence.objects.select_related("case").get(pk=evidence_id)
    invalid_when(evidence_problems(found.title, valid_until, today=localdate(now)))
    require("attach_evidence", actor, found.case, now=now)
    material = _material(upload, link)
    with transaction.atomic():
        case = case_to_edit(found.case_id, act="attach_evidence", actor=actor, now=now)
        evidence = Evidence.objects.select_for_update().get(pk=evidence_id)
        refuse_when(_withdrawn(evidence))
        latest = evidence.revisions.order_by("-number").first()
        if latest and (latest.sha256, latest.valid_until) == (material.sha256, valid_until):
            raise NotAllowedNow([Blocker("same_revision", "This is the revision that is attached already.")])
        newest = evidence.revisions.aggregate(newest=Max("number"))["newest"] or 0
        revision = _revise(evidence, newest + 1, material, valid_until, actor=actor, now=now)
        before = _as_json(latest) if latest else {}
        act = Act("evidence.revised", "evidence", evidence.pk, case.pk, before, _as_json(revision))
        note_change(case, act, actor=actor, now=now)
    return revision


def withdraw_evidence(*, evidence_id: int, reason: str, actor: User, now: datetime) -> Evidence:
    """Evidence that does not count any more; its revisions stay readable."""
    with transaction.atomic():
        found = Evidence.objects.get(pk=evidence_id)
        case = case_to_edit(found.case_id, act="attach_evidence", actor=actor, now=now)
        evidence = Evidence.objects.select_for_update().get(pk=evidence_id)
        refuse_when(_withdrawn(evidence))
        Evidence.objects.filter(pk=evidence.pk).update(withdrawn_at=now)
        evidence.withdrawn_at = now
        after = {"title": evidence.title, "reason": reason.strip()[:2000]}
        act = Act("evidence.withdrawn", "evidence", evidence.pk, case.pk, {}, after)
        note_change(case, act, actor=actor, now=now)
    return evidence


def _material(upload: Upload | None, link: str) -> Material:
    """Check and keep what was given, before any transaction begins."""
    if upload is None:
        text = link.strip()
        invalid_when(link_problems(text))
        return Material(sha256=hashlib.sha256(text.encode()).hexdigest(), link=text)
    name = clean_file_name(upload.name)
    chunks = iter(upload.chunks)
    head = _head(chunks)
    # Name and first bytes are checked before anything is kept.
    invalid_when(file_problems(name, len(head), head))
    try:
        kept = store(chain([head], chunks), limit=MAX_FILE_BYTES)
    except TooLarge as error:
        raise Invalid([size_problem()]) from error
    media_type = FILE_TYPES[extension_of(name)].media_type
    return Material(sha256=kept.sha256, size=kept.size, content_type=media_type, file_name=name)


def _head(chunks: Iterator[bytes]) -> bytes:
    """The first bytes, at least as many as are looked at, unless the file is shorter."""
    head = b""
    for chunk in chunks:
        head += chunk
        if len(head) >= SNIFFED_BYTES:
            break
    return head


def _revise(
    evidence: Evidence, number: int, material: Material, valid_until: date | None, *, actor: User, now: datetime
) -> EvidenceRevision:
    return EvidenceRevision.objects.create(
        evidence=evidence,
        number=number,
        sha256=material.sha256,
        size=material.size,
        content_type=material.content_type,
        file_name=material.file_name,
        link=material.link,
        uploaded_by=actor,
        uploaded_at=now,
        valid_until=valid_until,
    )


def _as_json(revision: EvidenceRevision) -> dict[str, object]:
    names = ("number", "sha256", "size", "file_name", "link", "valid_until")
    return {name: plain(getattr(revision, name)) for name in names if getattr(revision, name) not in (None, "")}


def _withdrawn(evidence: Evidence) -> list[Blocker]:
    return [] if evidence.withdrawn_at is None else [Blocker("withdrawn", "This evidence was withdrawn.")]
