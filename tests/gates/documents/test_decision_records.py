"""The record of a decision on paper says who stands for an override, and what it corrects."""

from __future__ import annotations

import io
from datetime import datetime

import pypdf
import pytest

from gates.commands.corrections import correct_decision
from gates.commands.decisions import Ruling
from gates.commands.overrides import request_override, sign_override
from gates.documents.decisions import decision_pdf
from tests.factories.stage_set import TOKEN, a_stage_set

pytestmark = pytest.mark.django_db


def text_of(pdf: bytes) -> str:
    """Without line breaks, which paper moves."""
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages).split())


def test_record_on_paper_names_both_people_of_an_override_and_what_is_corrected(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.closed(now, "conditional_go")
    ruling = Ruling("go", reason="To learn.")
    asked = request_override(review_id=review.pk, ruling=ruling, actor=stage.chair, sign_in=TOKEN, now=now)
    decision = sign_override(override_id=asked.pk, actor=stage.members[2], sign_in=TOKEN, now=now)
    made = correct_decision(
        decision_id=decision.pk,
        note="A word was lost.",
        ruling=Ruling("go", reason="To learn from it."),
        actor=stage.chair,
        sign_in=TOKEN,
        now=now,
    )

    text = text_of(decision_pdf(made, ()))

    assert f"Asked for by {stage.chair}, signed second by {stage.members[2]}." in text
    assert "This decision passes over the vote." in text
    assert f"This decision corrects {decision.reference}. A word was lost." in text
