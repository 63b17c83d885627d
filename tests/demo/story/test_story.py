"""Each case the demonstration promises is there, and shows what it is there for."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models import Count, Sum

from gates.commands.standing import check_standings
from gates.models import Condition, Decision, GateReview, GateStanding, Seat, Vote
from pocgate.demo.plan.people import CHAIR, COMPLIANCE, MEMBER, PERSONAS, SPONSOR
from pocgate.demo.plan.subjects import subject
from pocgate.identity.models import User
from pocgate.identity.queries import roles_of
from pocgate.web.queries.waiting import waiting_for
from portfolio.models import CostEntry, EvidenceRevision, Hold, KpiReading, ScopeItem, StageSpell, TeamMember, UseCase
from scoring.models import CriterionResult, ReadinessScore
from tests.demo.story.conftest import NOW

pytestmark = [pytest.mark.xdist_group("demonstration"), pytest.mark.usefixtures("demonstration")]


def _case(key: str) -> UseCase:
    return UseCase.objects.get(title=subject(key).title)


def _spell(case: UseCase) -> StageSpell:
    return StageSpell.objects.get(case=case, exit_reason="")


def _result(case: UseCase, criterion: str) -> CriterionResult:
    return CriterionResult.objects.get(case=case, criterion=criterion)


def test_portfolio_holds_forty_cases_in_every_stage_and_status() -> None:
    stages = dict(UseCase.objects.values_list("stage").annotate(Count("pk")).order_by())
    statuses = dict(UseCase.objects.values_list("status").annotate(Count("pk")).order_by())

    assert UseCase.objects.count() == 40
    assert min(stages[stage] for stage in (0, 1, 2, 3)) >= 6
    assert set(statuses) == {"draft", "active", "in_review", "paused", "stopped", "retired"}
    assert NOW - UseCase.objects.earliest("created_at").created_at > timedelta(days=540)


def test_shipped_cases_have_passed_three_gates_and_are_ready() -> None:
    shipped = UseCase.objects.filter(stage=3, status="active")

    assert shipped.count() >= 5
    for case in shipped:
        assert set(Decision.objects.filter(review__case=case, outcome="go").values_list("review__gate", flat=True)) >= {
            0, 1, 2,
        }  # fmt: skip
        assert ReadinessScore.objects.get(case=case).overall > 80


def test_case_stopped_well_left_learning_and_freed_money() -> None:
    case = _case("voice_id")
    decision = Decision.objects.get(review__case=case, outcome="stop")
    spent = CostEntry.objects.filter(case=case).aggregate(spent=Sum("amount"))["spent"]
    cap = case.cost_plans.get(superseded_at=None).case_cap

    assert case.status == "stopped"
    assert decision.reason_code == "value"
    assert len(decision.learning) > 200
    assert decision.recommended in ("pivot", "stop")
    assert cap - spent > Decimal(10_000)


@pytest.mark.parametrize("key", ["flood_score", "lapse_warning"])
def test_case_deep_in_the_swamp_is_far_past_its_time_box_and_silent(key: str) -> None:
    case = _case(key)
    box = _spell(case)
    last = max(
        KpiReading.objects.filter(kpi__case=case).order_by("-recorded_at").values_list("recorded_at", flat=True)[:1]
        or [case.created_at],
        default=case.created_at,
    )
    uploads = EvidenceRevision.objects.filter(evidence__case=case).latest("uploaded_at").uploaded_at

    assert NOW - box.time_box_ends_at > timedelta(days=60)
    assert NOW - max(last, uploads) > timedelta(days=60)
    assert case.readiness.overall < 70


def test_gold_plated_case_passed_its_threshold_and_grows() -> None:
    case = _case("address_changes")

    assert case.stage == 1
    assert _spell(case).time_box_ends_at < NOW - timedelta(days=42)
    assert _result(case, "kpi_meets_threshold").verdict == "pass"
    assert ScopeItem.objects.filter(case=case, added_at__gt=_spell(case).time_box_ends_at).exists()
    assert [review.trigger for review in GateReview.objects.filter(case=case, gate=1)] == ["time_box"]


def test_pilot_over_its_cap_says_so() -> None:
    result = _result(_case("health_invoices"), "spend_within_cap")

    assert (result.verdict, result.reason) == ("fail", "cap_exceeded")


def test_approval_is_lapsed_only_of_the_pilot_over_its_cap() -> None:
    check_standings(now=NOW)

    lapsed = GateStanding.objects.filter(state="lapsed")
    assert [(row.case, [reason["code"] for reason in row.reasons]) for row in lapsed] == [
        (_case("health_invoices"), ["cost_breach_sure"])
    ]


def test_pivoted_case_is_in_its_second_iteration() -> None:
    case = _case("hail_pictures")

    assert (case.stage, case.iteration) == (1, 2)
    assert [spell.exit_reason for spell in case.spells.order_by("entered_at")] == ["promoted", "pivoted", ""]
    assert Decision.objects.get(review__case=case, outcome="pivot").recommended == "pivot"


def test_paused_cases_have_a_revive_date_ahead_and_one_behind() -> None:
    ahead, behind = (Hold.objects.get(case=_case(key), ended_at=None) for key in ("policy_compare", "renewal_prices"))

    assert behind.revive_date < NOW.date() < ahead.revive_date


def test_open_condition_belongs_to_a_conditional_go() -> None:
    condition = Condition.objects.get(cleared_at=None)

    assert condition.decision.outcome == condition.decision.recommended == "conditional_go"
    assert condition.due_date > NOW.date()


def test_imported_cases_know_their_cells_and_no_stage() -> None:
    imported = UseCase.objects.filter(origin="imported")

    assert [case.stage for case in imported] == [None, None]
    assert all(case.imported_from.raw["Tool"] for case in imported)
    assert not StageSpell.objects.filter(case__in=imported).exists()


def test_vote_at_gate_0_waits_for_two_and_would_be_a_go() -> None:
    review = GateReview.objects.get(state="voting")
    voted = Vote.objects.filter(review=review).values("seat")
    outstanding = Seat.objects.filter(committee=review.committee).exclude(pk__in=voted)

    assert review.gate == 0
    assert {seat.user.username for seat in outstanding} == {CHAIR, MEMBER}
    assert review.dossiers.latest("revision").recommended == "go"
    assert review.case.records_locked_at is not None


def test_sign_off_is_outstanding_on_a_case_in_preparation() -> None:
    review = GateReview.objects.get(state="in_preparation")

    assert _result(review.case, "privacy_assessment").reason == "awaiting_sign_off"
    assert CriterionResult.objects.filter(case=review.case, level="must").exclude(verdict="pass").count() == 1


@pytest.mark.parametrize(
    ("username", "kinds"),
    [
        ("maren.oldekop", {"draft", "condition"}),
        (MEMBER, {"vote"}),
        (CHAIR, {"vote", "lead"}),
        (COMPLIANCE, {"sign_off"}),
        (SPONSOR, {"membership"}),
        ("piet.lomberg", {"stage"}),
    ],
)
def test_something_waits_for_each_persona(username: str, kinds: set[str]) -> None:
    person = User.objects.get(username=username)

    waiting = waiting_for(person, roles_of(person, now=NOW), now=NOW)

    assert kinds <= {each.kind for each in waiting}


def test_personas_come_first_and_addresses_do_not_exist() -> None:
    people = User.objects.filter(is_demo=True).order_by("pk")

    assert [person.username for person in people[: len(PERSONAS)]] == [person.username for person in PERSONAS]
    assert all(person.email.endswith(".example") for person in people)
    assert 25 <= people.count() <= 40


def test_nobody_on_a_team_voted_on_its_case() -> None:
    on_team = TeamMember.objects.values_list("case", "user")
    voted = Vote.objects.values_list("review__case", "cast_by")

    assert set(on_team) & set(voted) == set()
