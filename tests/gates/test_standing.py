"""How the latest go of a case stands: what lapses it, what mends it, and what is proposed meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from gates.commands.chairing import convene_review
from gates.commands.decisions import Ruling
from gates.commands.overrides import consent_to_override, request_override, sign_override
from gates.commands.proposals import dismiss_proposal, link_proposals
from gates.commands.standing import check_standing, check_standings
from gates.models import Condition, Decision, GateStanding, OverrideRequest, ReviewProposal, StandingChange
from gates.queries.proposals import open_proposals
from gates.tasks import sweep
from pocgate.inbox.models import Notification
from pocgate.kernel.errors import Forbidden, NotAllowedNow
from portfolio.models import CaseFact, ChangeRequest, CostCap, CostPlan, Incident, Release, UseCase
from scoring.models import CostOutlook, CriterionResult
from tests.factories.gates import CommitteeFactory, SeatFactory
from tests.factories.identity import UserFactory
from tests.factories.portfolio import ChangeRequestFactory, IncidentFactory, UseCaseFactory
from tests.factories.stage_set import FUNDING, TOKEN, StageSet, a_stage_set

pytestmark = pytest.mark.django_db
LATER = timedelta(days=3)


@pytest.fixture
def gone(now: datetime) -> StageSet:
    """A case that went through gate 0, with a committee at gate 1 that has the same chair."""
    stage = a_stage_set(now)
    stage.decide(stage.closed(now), "go", now)
    check_standings(now=now)
    SeatFactory(committee=CommitteeFactory(gate=1), role="chair", user=stage.chair)
    stage.case.refresh_from_db()
    return stage


def standing(stage: StageSet) -> tuple[str, list[str]]:
    row = GateStanding.objects.get(case=stage.case)
    return row.state, [reason["code"] for reason in row.reasons]


def _incident(stage: StageSet, at: datetime) -> None:
    IncidentFactory(case=stage.case, detected_at=at, recorded_at=at)


def _contained(stage: StageSet, at: datetime) -> None:
    row = Incident.objects.get()
    newer = IncidentFactory(case=stage.case, severity="minor", detected_at=at, recorded_at=at)
    Incident.objects.filter(pk=row.pk).update(superseded_by=newer)


def _condition(stage: StageSet, at: datetime) -> None:
    decision = Decision.objects.get()
    due = (at - timedelta(days=1)).date()
    Condition.objects.create(decision=decision, text="Show the labels", owner=stage.owner, due_date=due)


def _cleared(stage: StageSet, at: datetime) -> None:
    Condition.objects.update(cleared_at=at, cleared_by=stage.owner)


def _tier(stage: StageSet, at: datetime) -> None:
    CaseFact.objects.filter(case=stage.case, key="tier").update(valid_until=at)
    CaseFact.objects.create(case=stage.case, key="tier", value="high", valid_from=at)


def _tier_back(stage: StageSet, at: datetime) -> None:
    CaseFact.objects.filter(case=stage.case, key="tier", valid_until__isnull=True).update(valid_until=at)
    CaseFact.objects.create(case=stage.case, key="tier", value="minimal", valid_from=at)


def _cap(stage: StageSet, at: datetime, amount: int = 300_000) -> None:
    CostPlan.objects.filter(case=stage.case, superseded_at__isnull=True).update(superseded_at=at)
    last = CostPlan.objects.filter(case=stage.case).order_by("-version")[0]
    plan = CostPlan.objects.create(
        case=stage.case,
        version=last.version + 1,
        case_cap=Decimal(amount),
        monthly_cap=last.monthly_cap,
        proposed_at=at,
        agreed_at=at,
        agreed_by=stage.owner,
    )
    for stage_number, cap in last.caps.values_list("stage", "amount"):
        CostCap.objects.create(plan=plan, stage=stage_number, amount=cap)


def _cap_back(stage: StageSet, at: datetime) -> None:
    _cap(stage, at, 250_000)


def _outlook(stage: StageSet, at: datetime, state: str = "sure") -> None:
    shared = {"version": 1, "used": 10, "computed_at": at, "state": state}
    CostOutlook.objects.update_or_create(case=stage.case, defaults=shared)


def _outlook_back(stage: StageSet, at: datetime) -> None:
    _outlook(stage, at, "within")


def _criterion(stage: StageSet, at: datetime, verdict: str = "stale") -> None:
    kept = {"dimension": "governance", "gate": 1, "position": 1, "level": "must", "weight": 300, "achieved": 0}
    CriterionResult.objects.update_or_create(
        case=stage.case, criterion="tier_confirmed", defaults={**kept, "verdict": verdict, "reason": "expired"}
    )


def _criterion_back(stage: StageSet, at: datetime) -> None:
    _criterion(stage, at, "pass")


def _change(kind: str) -> Callable[[StageSet, datetime], None]:
    return lambda stage, at: ChangeRequestFactory(case=stage.case, kind=kind, recorded_at=at) and None


def _change_back(stage: StageSet, at: datetime) -> None:
    ChangeRequest.objects.update(state="withdrawn", settled_at=at)


CAUSES: dict[str, tuple[Callable[..., None], Callable[..., None], str, str]] = {
    "incident": (_incident, _contained, "serious_incident", "incident"),
    "condition": (_condition, _cleared, "condition_overdue", "standing"),
    "tier": (_tier, _tier_back, "tier_changed", "tier"),
    "cap": (_cap, _cap_back, "cap_raised", "cap"),
    "breach": (_outlook, _outlook_back, "cost_breach_sure", "standing"),
    "criterion": (_criterion, _criterion_back, "standing_criterion_lost", "standing"),
    "data": (_change("data_source"), _change_back, "new_data_source", "change"),
    "users": (_change("user_group"), _change_back, "new_user_group", "change"),
    "purpose": (_change("purpose"), _change_back, "new_purpose", "change"),
    "new release": (_change("release"), _change_back, "release_outside_approval", "release"),
}


@pytest.mark.parametrize("name", CAUSES)
def test_cause_lapses_the_go_once_and_its_end_restores_it(gone: StageSet, now: datetime, name: str) -> None:
    begin, end, code, trigger = CAUSES[name]
    assert standing(gone) == ("valid", [])

    begin(gone, now + LATER)
    written = [check_standings(now=now + LATER + timedelta(minutes=minute)) for minute in range(3)]

    assert written == [1, 0, 0]
    assert standing(gone) == ("lapsed", [code])
    (proposal,) = ReviewProposal.objects.all()
    assert (proposal.trigger, proposal.due) == (trigger, (now + LATER + timedelta(days=14)).date())
    told = Notification.objects.filter(kind="review_proposed").values_list("user", flat=True)
    assert list(told) == [gone.chair.pk]
    assert Notification.objects.filter(kind="standing_lapsed", user=gone.owner).count() == 1

    end(gone, now + 2 * LATER)
    check_standings(now=now + 2 * LATER)

    assert standing(gone) == ("valid", [])
    assert list(StandingChange.objects.order_by("pk").values_list("state", flat=True)) == ["valid", "lapsed", "valid"]
    if trigger != "release" or name == "new release":
        assert open_proposals([gone.case.pk]) == []


def test_what_was_before_the_dossier_lapses_nothing(now: datetime) -> None:
    stage = a_stage_set(now)
    _incident(stage, now - LATER)
    change = ChangeRequestFactory(case=stage.case, recorded_at=now - LATER)
    decision = stage.decide(stage.closed(now), "go", now)

    check_standings(now=now)

    assert standing(stage) == ("valid", [])
    change.refresh_from_db()
    assert (change.state, change.settled_in) == ("approved", decision.reference)


def test_corrected_account_of_a_reviewed_incident_is_no_new_one(now: datetime) -> None:
    stage = a_stage_set(now)
    old = IncidentFactory(case=stage.case, recorded_at=now - LATER)
    stage.decide(stage.closed(now), "go", now)
    newer = IncidentFactory(case=stage.case, text="It leaked twice", recorded_at=now + LATER)
    Incident.objects.filter(pk=old.pk).update(superseded_by=newer)

    check_standings(now=now + LATER)

    assert standing(stage) == ("valid", [])


@pytest.mark.parametrize(("passes_over", "state"), [(["tally"], "lapsed"), (["tally", "cap"], "valid")])
def test_breach_lapses_a_go_by_an_override_that_does_not_name_the_cap(
    now: datetime, passes_over: list[str], state: str
) -> None:
    stage = a_stage_set(now)
    review = stage.closed(now, "conditional_go")
    lenient = Ruling("go", reason="To learn.", **FUNDING)
    asked = request_override(review_id=review.pk, ruling=lenient, actor=stage.chair, sign_in=TOKEN, now=now)
    OverrideRequest.objects.update(passes_over=passes_over)
    if "cap" in passes_over:
        holder = stage.case.team.get(role="budget_holder").user
        consent_to_override(override_id=asked.pk, actor=holder, sign_in=TOKEN, now=now)
    _outlook(stage, now, "over")

    sign_override(override_id=asked.pk, actor=stage.members[2], sign_in=TOKEN, now=now)
    signed = standing(stage)[0]
    check_standings(now=now + LATER)

    assert (signed, standing(stage)[0]) == (state, state)


@pytest.mark.parametrize(("stage_number", "kind", "state"), [(1, "feature", "valid"), (3, "feature", "lapsed")])
def test_release_nobody_approved_lapses_a_go_in_production(
    gone: StageSet, now: datetime, stage_number: int, kind: str, state: str
) -> None:
    UseCase.objects.filter(pk=gone.case.pk).update(stage=stage_number)
    Release.objects.create(case=gone.case, label="3", kind="rollback", recorded_at=now + LATER)
    check_standings(now=now + LATER)
    assert standing(gone)[0] == "valid"

    Release.objects.create(case=gone.case, label="2", kind=kind, recorded_at=now + LATER)
    check_standings(now=now + LATER)

    assert standing(gone)[0] == state


def test_ended_case_is_left_as_it_is(gone: StageSet, now: datetime) -> None:
    UseCase.objects.filter(pk=gone.case.pk).update(status="stopped")
    _incident(gone, now + LATER)

    assert check_standings(now=now + LATER) == 0
    assert not check_standing(case_id=gone.case.pk, now=now + LATER)
    assert standing(gone)[0] == "valid"


def test_criterion_lost_again_is_proposed_again(gone: StageSet, now: datetime) -> None:
    for days in (1, 2, 3, 4):
        at = now + timedelta(days=days)
        (_criterion if days % 2 else _criterion_back)(gone, at)
        check_standings(now=at)

    subjects = list(ReviewProposal.objects.order_by("pk").values_list("subject", flat=True))
    assert subjects == ["criterion tier_confirmed since 2026-11-24", "criterion tier_confirmed since 2026-11-26"]


def test_chair_convenes_what_is_proposed_and_it_is_settled(gone: StageSet, now: datetime) -> None:
    at = now + LATER
    _incident(gone, at)
    check_standings(now=at)

    review = convene_review(case_id=gone.case.pk, reason="Look at the incident.", actor=gone.chair, now=at)

    assert (review.trigger, review.kind) == ("incident", "out_of_cycle")
    assert ReviewProposal.objects.get().review == review
    assert open_proposals([gone.case.pk]) == []
    assert standing(gone)[0] == "lapsed"


def test_review_somebody_asked_for_settles_a_proposal_and_its_withdrawal_brings_it_back(
    gone: StageSet, now: datetime
) -> None:
    at = now + LATER
    _incident(gone, at)
    check_standings(now=at)
    review = convene_review(case_id=gone.case.pk, reason="Look.", actor=gone.chair, now=at)
    ReviewProposal.objects.update(review=None)

    assert link_proposals() == 1
    assert ReviewProposal.objects.get().review == review
    type(review).objects.filter(pk=review.pk).update(state="withdrawn", withdrawn_at=at)
    UseCase.objects.filter(pk=gone.case.pk).update(status="active")

    assert [proposal.trigger for proposal in open_proposals([gone.case.pk])] == ["incident"]


def test_chair_dismisses_a_proposal_with_a_reason_and_the_standing_stays_lapsed(gone: StageSet, now: datetime) -> None:
    at = now + LATER
    _incident(gone, at)
    check_standings(now=at)
    proposal = ReviewProposal.objects.get()
    dismissing: dict[str, Any] = {"proposal_id": proposal.pk, "now": at}

    for actor in (gone.owner, gone.officer, UserFactory()):
        with pytest.raises(Forbidden):
            dismiss_proposal(reason="Seen.", actor=actor, **dismissing)
    with pytest.raises(NotAllowedNow):
        dismiss_proposal(reason=" ", actor=gone.chair, **dismissing)
    dismiss_proposal(reason="Nobody was harmed.", actor=gone.chair, **dismissing)
    check_standings(now=at + timedelta(minutes=1))

    with pytest.raises(NotAllowedNow):
        dismiss_proposal(reason="Again.", actor=gone.chair, **dismissing)
    assert (standing(gone)[0], ReviewProposal.objects.count(), open_proposals()) == ("lapsed", 1, [])


def test_history_of_a_standing_can_not_be_rewritten(gone: StageSet) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        StandingChange.objects.update(state="lapsed")
    with pytest.raises(DatabaseError), transaction.atomic():
        StandingChange.objects.all().delete()


def test_sweep_twice_leaves_the_same(gone: StageSet, now: datetime) -> None:
    _incident(gone, now + LATER)

    sweep()
    first = (StandingChange.objects.count(), ReviewProposal.objects.count(), Notification.objects.count())
    sweep()

    assert first == (StandingChange.objects.count(), ReviewProposal.objects.count(), Notification.objects.count())
    assert standing(gone)[0] == "lapsed"


@pytest.mark.parametrize("count", [1, 3])
def test_looking_at_all_takes_the_same_queries_for_any_number(
    now: datetime, count: int, django_assert_num_queries: Any
) -> None:
    stage = a_stage_set(now)
    decision = stage.decide(stage.closed(now), "go", now)
    check_standings(now=now)
    for _ in range(count - 1):
        other = UseCaseFactory(stage=1)
        GateStanding.objects.create(case=other, decision=decision, state="valid", since=now, checked_at=now)

    with django_assert_num_queries(11):
        assert check_standings(now=now + timedelta(minutes=1)) == 0
