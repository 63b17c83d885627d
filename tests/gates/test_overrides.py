"""Overrides: what may be passed over, by whom, and what never may."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from gates.commands.decisions import Ruling
from gates.commands.overrides import consent_to_override, refuse_override, request_override, sign_override
from gates.commands.reviews import Request, close_voting, open_voting, request_review
from gates.models import Decision, GateReview, OverrideRequest, Recusal
from gates.rules.overrides import SecondState, second_blockers
from pocgate.identity.models import User
from pocgate.kernel.errors import Forbidden, Invalid, NotAllowedNow
from portfolio.models import CaseFact, UseCase
from scoring.models import Assessment, CriterionAnswer
from scoring.queries.playbooks import current_playbook
from tests.factories.portfolio import TeamMemberFactory
from tests.factories.stage_set import FUNDING, TOKEN, StageSet, a_stage_set

pytestmark = pytest.mark.django_db
LENIENT = Ruling("go", reason="The board wants to learn from it.", **FUNDING)


def codes(refused: Any) -> list[str]:
    return [blocker.code for blocker in refused.value.blockers]


def rated_down(now: datetime, rating: int = 2) -> StageSet:
    """A case whose musts pass while its scorecard asks for something else than a go."""
    stage = a_stage_set(now)
    Assessment.objects.update(rating=rating)
    return stage


def convened(stage: StageSet, now: datetime, outcome: str = "go") -> GateReview:
    review = request_review(
        case_id=stage.case.pk, request=Request(convened_reason="The sponsor asks."), actor=stage.chair, now=now
    )
    open_voting(review_id=review.pk, closes_at=now + timedelta(days=5), actor=stage.chair, now=now)
    for member in stage.members:
        stage.vote(review, member, outcome, now)
    return close_voting(review_id=review.pk, actor=stage.chair, now=now)


def ask(stage: StageSet, review: GateReview, now: datetime, ruling: Ruling = LENIENT) -> OverrideRequest:
    return request_override(review_id=review.pk, ruling=ruling, actor=stage.chair, sign_in=TOKEN, now=now)


def sign(override: OverrideRequest, actor: User, now: datetime) -> Decision:
    return sign_override(override_id=override.pk, actor=actor, sign_in=TOKEN, now=now)


def test_scorecard_is_passed_over_with_a_second_signature_and_flagged_for_ever(now: datetime) -> None:
    stage = rated_down(now)
    review = convened(stage, now)

    with pytest.raises(NotAllowedNow) as plainly:
        stage.decide(review, "go", now)
    override = ask(stage, review, now)
    undecided = Decision.objects.count()
    decision = sign(override, stage.members[2], now)

    override.refresh_from_db()
    assert codes(plainly) == ["more_lenient_than_policy"]
    assert undecided == 0
    assert override.passes_over == ["scorecard"]
    assert (decision.is_override, decision.decided_by, decision.reference) == (True, stage.chair, "GD-2026-001")
    assert (override.state, override.settled_by, override.decision) == ("signed", stage.members[2], decision)
    assert UseCase.objects.get(pk=stage.case.pk).stage == 1


def test_outcome_more_lenient_than_the_vote_is_an_override(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.closed(now, "conditional_go")

    override = ask(stage, review, now)

    assert override.passes_over == ["tally"]
    assert sign(override, stage.members[2], now).outcome == "go"


@pytest.mark.parametrize("who", ["chair", "deputy", "business", "owner", "officer"])
def test_second_signature_is_of_a_seat_of_compliance_security_or_finance(now: datetime, who: str) -> None:
    stage = rated_down(now)
    override = ask(stage, convened(stage, now), now)
    people = {
        "chair": stage.chair,
        "deputy": stage.deputy,
        "business": stage.members[0],
        "owner": stage.owner,
        "officer": stage.officer,
    }

    with pytest.raises(NotAllowedNow) as refused:
        sign(override, people[who], now)

    assert codes(refused) == ["second_signature"]
    assert Decision.objects.count() == 0


def test_second_person_in_conflict_can_not_sign(now: datetime) -> None:
    stage = rated_down(now)
    override = ask(stage, convened(stage, now), now)
    review = override.review
    TeamMemberFactory(case=stage.case, user=stage.members[2], role="sponsor")
    GateReview.objects.filter(pk=review.pk).update(closed_at=now + timedelta(seconds=1))

    with pytest.raises(NotAllowedNow) as refused:
        sign(override, stage.members[2], now + timedelta(minutes=1))

    assert codes(refused) == ["second_signature"]


def test_sign_off_of_compliance_is_never_passed_over(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.voting(now)
    for member in stage.members:
        stage.vote(review, member, "go", now)
    review = close_voting(review_id=review.pk, actor=stage.chair, now=now)
    CriterionAnswer.objects.filter(criterion="privacy_screening").update(superseded_at=now)

    with pytest.raises(NotAllowedNow) as refused:
        ask(stage, review, now)

    assert "musts_open" in codes(refused)
    assert OverrideRequest.objects.count() == 0


def test_prohibited_tier_is_never_passed_over(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.closed(now)
    CaseFact.objects.filter(case=stage.case, key="tier").update(value="prohibited")

    with pytest.raises(NotAllowedNow) as refused:
        ask(stage, review, now)

    assert "more_lenient_than_policy" in codes(refused)


def test_veto_is_never_passed_over(now: datetime) -> None:
    stage = rated_down(now)
    review = request_review(
        case_id=stage.case.pk, request=Request(convened_reason="The sponsor asks."), actor=stage.chair, now=now
    )
    open_voting(review_id=review.pk, closes_at=now + timedelta(days=5), actor=stage.chair, now=now)
    for member in stage.members[:2]:
        stage.vote(review, member, "go", now)
    stage.vote(
        review, stage.members[2], "stop", now, veto_criterion="privacy_screening", veto_lifts_when="It is screened."
    )
    review = close_voting(review_id=review.pk, actor=stage.chair, now=now)

    with pytest.raises(NotAllowedNow) as refused:
        ask(stage, review, now)

    assert codes(refused) == ["vetoed"]


def test_missing_quorum_is_never_passed_over(now: datetime) -> None:
    stage = rated_down(now)
    review = convened(stage, now)
    for seat in review.committee.seats.filter(user__in=stage.members[:2]):
        Recusal.objects.create(review=review, seat=seat, reason="They know the vendor.", recused_at=now)

    with pytest.raises(NotAllowedNow) as refused:
        ask(stage, review, now + timedelta(minutes=1))

    assert "no_quorum" in codes(refused)


@pytest.mark.parametrize(("consents", "expected"), [(False, ["consent_missing"]), (True, [])])
def test_cap_is_passed_over_only_with_the_consent_of_the_budget_holder(consents: bool, expected: list[str]) -> None:
    state = SecondState("pending", True, False, "finance", needs_consent=True, has_consent=consents)

    assert [blocker.code for blocker in second_blockers(state, current_playbook().overrides)] == expected


def test_only_the_budget_holder_consents_and_only_where_a_cap_is_passed_over(now: datetime) -> None:
    stage = rated_down(now)
    override = ask(stage, convened(stage, now), now)
    holder = stage.case.team.get(role="budget_holder").user

    with pytest.raises(Forbidden):
        consent_to_override(override_id=override.pk, actor=stage.owner, sign_in=TOKEN, now=now)
    with pytest.raises(NotAllowedNow) as refused:
        consent_to_override(override_id=override.pk, actor=holder, sign_in=TOKEN, now=now)

    assert codes(refused) == ["consent_not_needed"]


def test_override_that_nothing_asks_for_is_refused(now: datetime) -> None:
    stage = a_stage_set(now)

    with pytest.raises(NotAllowedNow) as refused:
        ask(stage, stage.closed(now), now)

    assert codes(refused) == ["override_not_needed"]


def test_override_without_a_reason_and_by_another_than_the_chair_is_refused(now: datetime) -> None:
    stage = rated_down(now)
    review = convened(stage, now)

    with pytest.raises(Invalid):
        ask(stage, review, now, Ruling("go", **FUNDING))
    with pytest.raises(NotAllowedNow) as refused:
        request_override(review_id=review.pk, ruling=LENIENT, actor=stage.members[2], sign_in=TOKEN, now=now)

    assert "not_chair" in codes(refused)


def test_override_to_a_go_without_funding_is_refused_as_a_go_is(now: datetime) -> None:
    stage = rated_down(now)
    review = convened(stage, now)

    with pytest.raises(Invalid) as refused:
        ask(stage, review, now, Ruling("go", reason="To learn."))

    assert [problem.pointer for problem in refused.value.problems] == list(FUNDING)
    assert OverrideRequest.objects.count() == 0


def test_refused_override_decides_nothing_and_can_not_be_signed(now: datetime) -> None:
    stage = rated_down(now)
    review = convened(stage, now)
    override = ask(stage, review, now)

    refuse_override(override_id=override.pk, note="Rate it again.", actor=stage.members[2], now=now)
    with pytest.raises(NotAllowedNow) as refused:
        sign(override, stage.members[2], now)

    assert codes(refused) == ["override_settled"]
    assert (Decision.objects.count(), GateReview.objects.get(pk=review.pk).state) == (0, "closed")
    assert ask(stage, review, now).state == "pending"
