"""Publishing playbooks. A published version never changes; a new one recomputes every case."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from pocgate.identity.models import User
from pocgate.kernel import jobs
from pocgate.kernel.counters import next_number
from pocgate.kernel.errors import Forbidden, Invalid, NotAllowedNow
from pocgate.ledger.commands import Act, record
from scoring import errors
from scoring.enums import PlaybookState
from scoring.models import Playbook as PlaybookRow
from scoring.permissions import can_publish_playbook
from scoring.queries.playbooks import PublishedPlaybook, default_playbook_text, published_playbook
from scoring.rules.playbook import Playbook, PlaybookInvalid, parse_playbook

RECOMPUTE_ALL_TASK = "scoring.recompute_all"


def publish_playbook(*, text: str, actor: User | None, now: datetime) -> PlaybookRow:
    """Put a document in force as a new version. No actor means the command line.

    Raises `Invalid` with the line of every fault, `NotAllowedNow` when the content is in force already.
    """
    if not can_publish_playbook(actor, now=now):
        raise Forbidden(errors.not_an_administrator())
    rules = _parsed(text)
    with transaction.atomic():
        # Taking the number first lets two publishers go one after the other; a refusal gives it back.
        version = next_number("playbook")
        before = published_playbook()
        _refuse_repetition(before, rules)
        return _publish(version, before, rules, text, actor=actor, now=now)


def ensure_default_playbook(*, now: datetime) -> PublishedPlaybook:
    """The version in force; when there is none yet, the shipped document is published first."""
    current = published_playbook()
    if current.pk is not None:
        return current
    text = default_playbook_text()
    with transaction.atomic():
        version = next_number("playbook")
        current = published_playbook()
        if current.pk is not None:
            transaction.set_rollback(True)
            return current
        _publish(version, current, parse_playbook(text), text, actor=None, now=now)
    return published_playbook()


def _parsed(text: str) -> Playbook:
    try:
        return parse_playbook(text)
    except PlaybookInvalid as invalid:
        raise Invalid(
            errors.playbook_line(problem.line, problem.path, problem.code, problem.message)
            for problem in invalid.problems
        ) from invalid


def _refuse_repetition(before: PublishedPlaybook, rules: Playbook) -> None:
    if before.pk is None:
        return
    if before.digest == rules.digest:
        raise NotAllowedNow([errors.playbook_unchanged(before.version)])
    changed = [
        errors.meaning_changed(key, field, getattr(known, field), getattr(criterion, field))
        for key, criterion in rules.criteria_by_key.items()
        if (known := before.rules.criteria_by_key.get(key)) is not None
        for field in ("kind", "dimension")
        if getattr(known, field) != getattr(criterion, field)
    ]
    if changed:
        raise Invalid(changed)


def _publish(
    version: int, before: PublishedPlaybook, rules: Playbook, text: str, *, actor: User | None, now: datetime
) -> PlaybookRow:
    row = PlaybookRow.objects.create(
        version=version,
        state=PlaybookState.PUBLISHED,
        text=text,
        digest=rules.digest,
        created_by=actor,
        created_at=now,
        published_at=now,
    )
    after = {"version": version, "digest": rules.digest}
    record(
        Act("playbook.published", "playbook", row.pk, None, {"version": before.version}, after), actor=actor, now=now
    )
    jobs.enqueue(RECOMPUTE_ALL_TASK, now=now, subject_type="playbook", subject_id=row.pk)
    return row
