"""The open reviews of the demonstration go on through the real commands."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gates.commands.decisions import Ruling, decide
from gates.commands.reviews import close_voting, open_voting
from gates.commands.sign_offs import sign_off
from gates.commands.votes import Ballot, cast_vote
from gates.models import GateReview
from gates.queries.votes import current_dossier
from pocgate.demo.plan.people import CHAIR, COMPLIANCE, MEMBER
from pocgate.identity.models import User
from pocgate.identity.rules import SignIn
from portfolio.models import EvidenceRevision, StageSpell, UseCase
from tests.demo.story.conftest import NOW
from tests.factories.stage_set import FUNDING

pytestmark = [pytest.mark.xdist_group("demonstration"), pytest.mark.usefixtures("demonstration")]

LATER = NOW + timedelta(minutes=20)
SIGNED_IN = SignIn(at=NOW)


def _person(username: str) -> User:
    return User.objects.get(username=username)


def _vote(review: GateReview, username: str) -> None:
    dossier = current_dossier(review)
    assert dossier is not None
    ballot = Ballot("go", dossier.revision, rationale="Worth a prototype.", confidence=80)
    cast_vote(review_id=review.pk, ballot=ballot, actor=_person(username), sign_in=SIGNED_IN, now=LATER)


def test_outstanding_votes_are_cast_and_the_chair_decides_go() -> None:
    review = GateReview.objects.get(state="voting")

    for username in (MEMBER, CHAIR):
        _vote(review, username)
    close_voting(review_id=review.pk, actor=_person(CHAIR), now=LATER)
    decision = decide(
        review_id=review.pk,
        ruling=Ruling("go", "All musts pass.", **FUNDING),
        actor=_person(CHAIR),
        sign_in=SIGNED_IN,
        now=LATER,
    )

    case = UseCase.objects.get(pk=review.case_id)
    spell = StageSpell.objects.get(case=case, exit_reason="")
    assert (decision.outcome, case.stage, case.status) == ("go", 1, "active")
    assert (spell.stage, spell.entered_at, spell.time_box_days) == (1, LATER, 42)


def test_closed_vote_is_decided_by_the_chair() -> None:
    review = GateReview.objects.get(state="closed")

    decide(
        review_id=review.pk,
        ruling=Ruling("go", "The pilot is funded.", **FUNDING),
        actor=_person(CHAIR),
        sign_in=SIGNED_IN,
        now=LATER,
    )

    case = UseCase.objects.get(pk=review.case_id)
    assert (case.stage, case.status) == (2, "active")


def test_outstanding_signature_is_given_and_the_vote_opens() -> None:
    review = GateReview.objects.get(state="in_preparation")
    latest = EvidenceRevision.objects.filter(
        evidence__case=review.case_id, evidence__title="Privacy impact assessment"
    ).latest("number")

    sign_off(
        case_id=review.case_id,
        criterion="privacy_assessment",
        state="accepted",
        comment="",
        revision_ids=[latest.pk],
        actor=_person(COMPLIANCE),
        sign_in=SIGNED_IN,
        now=LATER,
    )
    opened = open_voting(review_id=review.pk, closes_at=LATER + timedelta(days=3), actor=_person(CHAIR), now=LATER)

    dossier = current_dossier(opened)
    assert opened.state == "voting"
    assert dossier is not None
    assert (dossier.revision, dossier.recommended) == (2, "go")
