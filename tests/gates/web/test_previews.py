"""Evidence looked at from the checklist: shown as it is, never run, beside what was signed."""

from __future__ import annotations

import struct
from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client
from django.utils import timezone

from gates.commands.sign_offs import sign_off
from pocgate.identity.models import User
from pocgate.kernel.stored_files import store
from portfolio.models import Evidence, EvidenceRevision
from portfolio.rules.previews import comparison, excerpt_of, kind_of, may_be_drawn, pixels_of
from tests.factories.portfolio import EvidenceFactory, EvidenceRevisionFactory
from tests.factories.stage_set import TOKEN, StageSet, a_stage_set

SignedIn = Callable[[User], Client]
PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 640, 480) + b"\x08\x02\x00\x00\x00"
JPEG = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08" + struct.pack(">HH", 480, 640) + bytes(10)


@pytest.mark.parametrize(
    ("media_type", "size", "expected"),
    [
        ("text/plain", 1, "text"),
        ("application/json", 10**9, "text"),
        ("image/png", 1, "image"),
        ("image/jpeg", 9 * 1024 * 1024, "none"),
        ("image/svg+xml", 1, "none"),
        ("text/html", 1, "none"),
        ("application/pdf", 1, "none"),
        ("", 0, "none"),
    ],
)
def test_kind_of_a_file_is_text_or_raster_image_or_nothing(media_type: str, size: int, expected: str) -> None:
    assert kind_of(media_type, size) == expected


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (PNG, (640, 480)),
        (b"GIF89a" + struct.pack("<HH", 3, 2), (3, 2)),
        (JPEG, (640, 480)),
        (b"\xff\xd8\xff\xe0\x00\x00" + bytes(20), None),
        (b"\xff\xd8\xff", None),
        (b"\x89PNG\r\n\x1a\n", None),
        (b"<svg/>", None),
    ],
)
def test_pixels_are_read_from_the_head_of_an_image(head: bytes, expected: tuple[int, int] | None) -> None:
    assert pixels_of(head) == expected


@pytest.mark.parametrize(
    ("pixels", "expected"), [(None, False), ((0, 9), False), ((640, 480), True), ((65535, 65535), False)]
)
def test_image_is_drawn_only_when_it_is_small_enough(pixels: tuple[int, int] | None, *, expected: bool) -> None:
    assert may_be_drawn(pixels) is expected


def test_excerpt_shows_the_first_lines_without_controls() -> None:
    found = excerpt_of("Ä\x1b[2J\n".encode() * 61, is_whole=True)

    assert (found.lines[0], len(found.lines), found.is_whole) == ("Ä\ufffd[2J", 60, False)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("\ufeffÄh".encode(), "Äh"),
        ("Äh".encode("utf-16"), "Äh"),
        ("Äh".encode("cp1252"), "Äh"),
        ("hÄ".encode()[:-1], "h"),
    ],
)
def test_excerpt_reads_the_encodings_of_offices(data: bytes, expected: str) -> None:
    assert excerpt_of(data, is_whole=True).lines == (expected,)


def test_comparison_names_what_came_and_what_went() -> None:
    found = comparison(b"one\ntwo\n", b"one\nthree\n")

    assert [(line.kind, line.text) for line in found[1:]] == [("same", "one"), ("removed", "two"), ("added", "three")]
    assert comparison(b"one", b"one") == ()


def revised(stage: StageSet, content: bytes, file: tuple[str, str], evidence: Evidence, number: int = 1) -> int:
    """A revision of this content; `file` is its name and media type."""
    kept = store([content], limit=10**6)
    row: EvidenceRevision = EvidenceRevisionFactory(
        evidence=evidence,
        number=number,
        sha256=kept.sha256,
        size=kept.size,
        file_name=file[0],
        link="",
        content_type=file[1],
        uploaded_by=stage.owner,
    )
    return row.pk


def shown(stage: StageSet, content: bytes, name: str, media_type: str, signed_in: SignedIn) -> str:
    row = revised(stage, content, (name, media_type), EvidenceFactory(case=stage.case, title="Report"))
    answer = signed_in(stage.officer).get(f"/compliance/{stage.case.reference}/evidence/{row}/")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def stage(now: datetime) -> StageSet:
    return a_stage_set(now)


@pytest.mark.django_db
def test_text_is_shown_escaped_beside_its_particulars(stage: StageSet, signed_in: SignedIn) -> None:
    page = shown(stage, b"<script>alert(1)</script>", "notes.md", "text/markdown", signed_in)

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    for particular in (str(stage.owner), "notes.md", "no end", EvidenceRevision.objects.latest("pk").sha256):
        assert particular in page


@pytest.mark.django_db
def test_image_comes_by_the_download_that_nothing_in_it_can_leave(stage: StageSet, signed_in: SignedIn) -> None:
    page = shown(stage, PNG, "plan.png", "image/png", signed_in)

    revision = EvidenceRevision.objects.latest("pk")
    address = f"/cases/{stage.case.reference}/evidence/{revision.evidence_id}/1/"
    image = signed_in(stage.officer).get(address)
    assert f'src="{address}"' in page
    assert 'width="640" height="480"' in page
    assert image["Content-Disposition"].startswith("attachment")
    assert image["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in image["Content-Security-Policy"]
    image.close()


@pytest.mark.django_db
@pytest.mark.parametrize(("content", "name"), [(b"%PDF-1.7", "a.pdf"), (b"PK\x03\x04", "a.docx")])
def test_other_files_are_named_and_never_drawn(stage: StageSet, signed_in: SignedIn, content: bytes, name: str) -> None:
    page = shown(stage, content, name, "application/pdf", signed_in)

    assert "Files of this kind are not shown here" in page
    assert "<img" not in page.split("preview-facts")[1]
    assert "<iframe" not in page
    assert "<object" not in page


@pytest.mark.django_db
def test_new_revision_is_compared_with_the_one_that_was_signed(stage: StageSet, signed_in: SignedIn) -> None:
    evidence = EvidenceFactory(case=stage.case, title="Report")
    first = revised(stage, b"accuracy 0.91\n", ("r.txt", "text/plain"), evidence)
    given = {"comment": "", "revision_ids": [first], "actor": stage.officer, "sign_in": TOKEN, "now": timezone.now()}
    sign_off(case_id=stage.case.pk, criterion="privacy_screening", state="accepted", **given)
    second = revised(stage, b"accuracy 0.71\n", ("r.txt", "text/plain"), evidence, 2)
    client = signed_in(stage.officer)

    checklist = client.get(f"/compliance/{stage.case.reference}/").content.decode()
    address = f"/compliance/{stage.case.reference}/evidence/{second}/?since=1"
    fragment = client.get(address, headers={"HX-Request": "true"}).content.decode()

    assert f'href="{address}"' in checklist
    assert "<del>− accuracy 0.91</del>" in fragment
    assert "<ins>+ accuracy 0.71</ins>" in fragment
    assert "<html" not in fragment
    assert client.get(address.replace("since=1", "since=²")).status_code == 200


@pytest.mark.django_db
def test_evidence_of_another_case_and_a_lost_file_are_said_so(stage: StageSet, signed_in: SignedIn) -> None:
    elsewhere: EvidenceRevision = EvidenceRevisionFactory()
    lost: EvidenceRevision = EvidenceRevisionFactory(
        evidence=EvidenceFactory(case=stage.case),
        file_name="a.txt",
        link="",
        content_type="text/plain",
        sha256="0" * 64,
    )
    client = signed_in(stage.officer)

    assert client.get(f"/compliance/{stage.case.reference}/evidence/{elsewhere.pk}/").status_code == 404
    page = client.get(f"/compliance/{stage.case.reference}/evidence/{lost.pk}/").content.decode()
    assert "missing from the store" in page
