"""The record of a decision on paper says who stands for an override, and what it corrects."""

from __future__ import annotations

import io
from datetime import datetime

import pypdf
import pytest

from gates.commands.corrections import correct_decision
from gates.commands.decisions import Ruling
from gates.commands.overrides import request_override, sign_override
from gates.commands.reviews import close_voting
from gates.documents.decisions import decision_pdf
from gates.queries.votes import visible_votes
from scoring.queries.playbooks import playbook_of
from tests.factories.stage_set import FUNDING, TOKEN, a_stage_set

pytestmark = pytest.mark.django_db


def text_of(pdf: bytes) -> str:
    """Without line breaks, which paper moves."""
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages).split())


def test_record_on_paper_names_both_people_of_an_override_and_what_is_corrected(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.closed(now, "conditional_go")
    ruling = Ruling("go", reason="To learn.", **FUNDING)
    asked = request_override(review_id=review.pk, ruling=ruling, actor=stage.chair, sign_in=TOKEN, now=now)
    decision = sign_override(override_id=asked.pk, actor=stage.members[2], sign_in=TOKEN, now=now)
    made = correct_decision(
        decision_id=decision.pk,
        note="A word was lost.",
        ruling=Ruling("go", reason="To learn from it.", **FUNDING),
        actor=stage.chair,
        sign_in=TOKEN,
        now=now,
    )

    text = text_of(decision_pdf(made, ()))

    assert f"Asked for by {stage.chair}, signed second by {stage.members[2]}." in text
    assert "This decision passes over the vote." in text
    assert f"This decision corrects {decision.reference}. A word was lost." in text


def test_record_on_paper_holds_what_a_seat_voted_before(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.voting(now)
    veto = {"veto_criterion": "privacy_screening", "veto_lifts_when": "It is screened."}
    stage.vote(review, stage.members[2], "pause", now, rationale="The register is empty.", **veto)
    for member in stage.members:
        stage.vote(review, member, "go", now)
    review = close_voting(review_id=review.pk, actor=stage.chair, now=now)
    terms = {"reason": "No.", "reason_code": "data", "learning": "Ask first."}
    decision = stage.decide(review, "stop", now, **terms)
    playbook = playbook_of(decision.review.playbook_id)

    text = text_of(decision_pdf(decision, visible_votes(decision.review, None, playbook=playbook, now=now)))

    assert f"Before: pause, {stage.members[2]}," in text
    assert "The register is empty. Veto: Privacy screening" in text
