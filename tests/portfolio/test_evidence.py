"""Evidence: bytes kept once under their hash, links never fetched, old revisions never replaced."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from pocgate.kernel.errors import Forbidden, Invalid, NotAllowedNow
from pocgate.ledger.models import Activity
from portfolio.commands import evidence
from portfolio.commands.evidence import Upload
from portfolio.models import Evidence, EvidenceRevision
from portfolio.queries.evidence import evidence_views
from portfolio.rules.evidence import MAX_FILE_BYTES, clean_file_name, file_problems, link_problems
from tests.factories.identity import UserFactory
from tests.factories.portfolio import EvidenceRevisionFactory, TeamMemberFactory

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 the paper"


def _kept(settings: Any) -> list[str]:
    folder = Path(settings.MEDIA_ROOT)
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_attach_file_keeps_its_bytes_under_their_hash(now: datetime, settings: Any) -> None:
    member = TeamMemberFactory()
    upload = Upload("C:\\papers\\DPIA final.PDF", [PDF[:9], PDF[9:]])

    evidence.attach_evidence(case_id=member.case_id, title="DPIA", upload=upload, actor=member.user, now=now)

    revision = EvidenceRevision.objects.get()
    digest = hashlib.sha256(PDF).hexdigest()
    assert (revision.sha256, revision.size, revision.number) == (digest, len(PDF), 1)
    assert (revision.file_name, revision.content_type) == ("DPIA final.PDF", "application/pdf")
    assert _kept(settings) == [digest]
    assert (Path(settings.MEDIA_ROOT) / digest).read_bytes() == PDF


def test_attach_link_keeps_text_alone(now: datetime, settings: Any) -> None:
    member = TeamMemberFactory()

    evidence.attach_evidence(
        case_id=member.case_id, title="Runbook", link="https://wiki.example/run", actor=member.user, now=now
    )

    assert EvidenceRevision.objects.get().link == "https://wiki.example/run"
    assert _kept(settings) == []


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("tool.exe", b"MZ..", "type_not_listed"),
        ("noextension", b"x", "type_not_listed"),
        ("paper.pdf", b"", "empty_file"),
        ("paper.pdf", b"\x89PNG\r\n\x1a\n", "content_differs"),
        ("picture.png", PDF, "content_differs"),
        ("notes.txt", b"a\x00b", "content_differs"),
        ("notes.csv", b"PK\x03\x04", "content_differs"),
    ],
)
def test_attach_file_that_is_not_what_it_says_is_refused(
    name: str, content: bytes, code: str, now: datetime, settings: Any
) -> None:
    member = TeamMemberFactory()

    with pytest.raises(Invalid) as refused:
        evidence.attach_evidence(
            case_id=member.case_id, title="Paper", upload=Upload(name, [content]), actor=member.user, now=now
        )

    assert [problem.code for problem in refused.value.problems] == [code]
    assert _kept(settings) == []
    assert not Evidence.objects.exists()


def test_attach_file_that_is_too_large_keeps_nothing(now: datetime, settings: Any) -> None:
    member = TeamMemberFactory()

    def chunks() -> Iterator[bytes]:
        yield PDF
        for _ in range(MAX_FILE_BYTES // 2**20 + 1):
            yield b"x" * 2**20

    with pytest.raises(Invalid) as refused:
        evidence.attach_evidence(
            case_id=member.case_id, title="Paper", upload=Upload("a.pdf", chunks()), actor=member.user, now=now
        )

    assert [problem.code for problem in refused.value.problems] == ["too_large"]
    assert _kept(settings) == []


def test_attach_by_a_stranger_is_forbidden_and_keeps_nothing(now: datetime, settings: Any) -> None:
    member = TeamMemberFactory()

    with pytest.raises(Forbidden):
        evidence.attach_evidence(
            case_id=member.case_id, title="Paper", upload=Upload("a.pdf", [PDF]), actor=UserFactory(), now=now
        )

    assert _kept(settings) == []


def test_attach_that_has_expired_is_refused(now: datetime) -> None:
    member = TeamMemberFactory()

    with pytest.raises(Invalid) as refused:
        evidence.attach_evidence(
            case_id=member.case_id,
            title="Old",
            link="https://wiki.example",
            valid_until=date(2026, 11, 22),
            actor=member.user,
            now=now,
        )

    assert [problem.code for problem in refused.value.problems] == ["expired"]


def test_add_revision_keeps_the_earlier_one(now: datetime, settings: Any) -> None:
    member = TeamMemberFactory()
    first = evidence.attach_evidence(
        case_id=member.case_id, title="DPIA", upload=Upload("a.pdf", [PDF]), actor=member.user, now=now
    )

    second = evidence.add_revision(
        evidence_id=first.pk, upload=Upload("b.pdf", [PDF + b"2"]), actor=member.user, now=now
    )

    view = evidence_views(member.case, today=now.date())[0]
    assert [revision.number for revision in view.revisions] == [2, 1]
    assert view.current == second
    assert len(_kept(settings)) == 2


def test_add_the_same_revision_again_is_refused_unless_its_expiry_differs(now: datetime) -> None:
    member = TeamMemberFactory()
    row = evidence.attach_evidence(
        case_id=member.case_id, title="DPIA", upload=Upload("a.pdf", [PDF]), actor=member.user, now=now
    )

    with pytest.raises(NotAllowedNow):
        evidence.add_revision(evidence_id=row.pk, upload=Upload("a.pdf", [PDF]), actor=member.user, now=now)
    renewed = evidence.add_revision(
        evidence_id=row.pk,
        upload=Upload("a.pdf", [PDF]),
        valid_until=date(2027, 1, 1),
        actor=member.user,
        now=now,
    )

    assert renewed.number == 2


def test_withdraw_evidence_once(now: datetime) -> None:
    member = TeamMemberFactory()
    row = evidence.attach_evidence(
        case_id=member.case_id, title="DPIA", link="https://a.example", actor=member.user, now=now
    )

    evidence.withdraw_evidence(evidence_id=row.pk, reason="Wrong case", actor=member.user, now=now)

    with pytest.raises(NotAllowedNow):
        evidence.withdraw_evidence(evidence_id=row.pk, reason="Wrong case", actor=member.user, now=now)
    with pytest.raises(NotAllowedNow):
        evidence.add_revision(evidence_id=row.pk, link="https://b.example", actor=member.user, now=now)
    assert evidence_views(member.case, today=now.date())[0].state == "withdrawn"
    assert Activity.objects.filter(verb="evidence.withdrawn").count() == 1


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd", "passwd"),
        ("a\x00b\u202ecod.pdf", "abcod.pdf"),
        ("  two   words .pdf", "two words .pdf"),
        ('a<b>:"c.pdf', "abc.pdf"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
        ("..", ""),
    ],
)
def test_file_name_is_cleaned(name: str, clean: str) -> None:
    assert clean_file_name(name) == clean


@pytest.mark.parametrize(
    ("link", "codes"),
    [
        ("https://wiki.example/a?b=c#d", []),
        ("http://10.0.0.1/x", []),
        ("javascript:alert(1)", ["not_a_link"]),
        ("file:///etc/passwd", ["not_a_link"]),
        ("https://", ["not_a_link"]),
        ("https://a b", ["not_a_link"]),
        ("https://[", ["not_a_link"]),
        ("https://me:secret@wiki.example", ["link_with_password"]),
        ("https://a.example/" + "x" * 2000, ["too_long"]),
        ("", ["required"]),
    ],
)
def test_link_is_an_address_of_the_web(link: str, codes: list[str]) -> None:
    assert [problem.code for problem in link_problems(link)] == codes


def test_utf16_text_is_text() -> None:
    assert file_problems("notes.txt", 4, "é".encode("utf-16")) == []


def test_revision_can_not_be_changed_by_sql() -> None:
    revision = EvidenceRevisionFactory()

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        EvidenceRevision.objects.filter(pk=revision.pk).update(sha256="b" * 64)


@pytest.mark.parametrize("fields", [{"sha256": "x"}, {"link": "https://a.example"}, {"number": 0}, {"file_name": ""}])
def test_revision_that_breaks_a_rule_is_refused_by_the_database(fields: dict) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        EvidenceRevisionFactory(**fields)
