"""What is printed: the same bytes for the same content, accessible, with the digest, and no text of a user as code."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pypdf
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gates.documents.blocks import facts, heading, item, items, paragraph, table
from gates.documents.dossiers import dossier_pdf
from gates.documents.typesetting import Document, typeset
from gates.models import Dossier
from portfolio.models import Kpi, KpiReading
from tests.factories.stage_set import a_stage_set

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HOSTILE = (
    '#panic("x")',
    '#read("/etc/passwd")',
    '#import "@preview/cetz:0.3.0"',
    '"] #eval("1+1") ["',
    "$x^2$ *bold* _emph_ `raw` @label <label> \\ // /* #{",
    "= Heading\n- list\n+ list\n/ term: x",
    "#sys.inputs #set page(width: 1pt) #counter(page).update(9)",
    "</text><script>alert(1)</script>",
    "line\u2028separator\u0000\u0007\u202egnirts",
)


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def squeezed(text: str) -> str:
    """Without white space, which a line break on paper moves."""
    return "".join(text.split())


def printed(*texts: str, at: datetime = AT) -> bytes:
    blocks = [heading(texts[0] or "–", 1), *(paragraph(text) for text in texts)]
    blocks += [facts([(text, text) for text in texts]), items(item(text, text, text) for text in texts)]
    blocks += [table(["A", "B"], [(text, text) for text in texts])]
    return typeset(Document(title=texts[0], footer=texts[0], at=at, blocks=blocks))


@pytest.mark.parametrize("hostile", HOSTILE)
def test_text_of_a_user_is_never_code(hostile: str) -> None:
    shown = squeezed(text_of(printed(hostile)))

    wanted = squeezed("".join(letter for letter in hostile if letter.isprintable()))
    assert shown.count(wanted.replace("\u202e", "")) >= 4


@settings(max_examples=25)
@given(st.text(alphabet=st.characters(codec="latin-1", exclude_categories=["Cc"]), min_size=1, max_size=80))
@example("#")
@example('"\\"')
@example("\\u{41}")
def test_any_latin_text_can_be_printed(text: str) -> None:
    assert printed(text).startswith(b"%PDF-")


def test_letters_without_a_font_still_give_a_document_that_says_so() -> None:
    pdf = printed("日本語 mixed with Latin")

    assert "mixed with Latin" in text_of(pdf)
    assert "Letters that no font here has" in text_of(pdf)


def test_document_is_tagged_titled_and_declares_pdf_ua() -> None:
    reader = pypdf.PdfReader(io.BytesIO(printed("A title")))

    root: Any = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert reader.metadata is not None
    assert reader.metadata.title == "A title"
    assert b"pdfuaid" in root["/Metadata"].get_object().get_data()


def test_time_of_the_document_is_that_of_its_content() -> None:
    assert printed("A") == printed("A")
    assert printed("A") != printed("A", at=AT + timedelta(days=1))
    assert b"D:20261123" in printed("A")


@pytest.mark.django_db
def test_dossier_prints_the_same_bytes_with_digest_track_and_charts(now: datetime) -> None:
    stage = a_stage_set(now)
    kpi = Kpi.objects.filter(case=stage.case).first()
    assert kpi is not None
    for week in range(6):
        KpiReading.objects.create(
            kpi=kpi,
            value=20 - week,
            sample_size=60,
            observed_from=now - timedelta(days=50 - 7 * week),
            observed_to=now - timedelta(days=44 - 7 * week),
            recorded_at=now - timedelta(days=1),
            method="sample",
        )
    stage.case.title = HOSTILE[0]
    stage.case.save()
    dossier = Dossier.objects.select_related("review").get(review=stage.request(now))

    first, second = dossier_pdf(dossier), dossier_pdf(dossier)
    shown = text_of(first)

    assert first == second
    assert HOSTILE[0] in shown
    assert squeezed(shown).count(dossier.digest) >= 2
    assert "Every must-meet passes." in shown
    assert "Discovery" in shown
    assert "last 15" in shown
    assert "this review" in shown


def test_another_process_prints_the_same_bytes() -> None:
    program = (
        "import django, os, sys, hashlib; os.environ['DJANGO_SETTINGS_MODULE'] = 'pocgate.settings'; django.setup();"
        "from tests.gates.documents.test_printing import printed;"
        "print(hashlib.sha256(printed('One and the same')).hexdigest())"
    )

    out = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert out.stdout.strip() == hashlib.sha256(printed("One and the same")).hexdigest()
