"""Money: plans that the budget holder agrees to, entries that are corrected but never overwritten."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from pocgate.kernel.errors import Forbidden, Invalid, NotAllowedNow
from pocgate.ledger.models import Activity
from portfolio.commands import costs
from portfolio.commands.rows import RowOutcome
from portfolio.models import CostEntry, CostEstimate, CostPlan
from portfolio.queries.costs import cost_view
from portfolio.queries.team import plans_to_agree
from portfolio.rules.money import Bill, Cost, Estimate, Plan
from tests.factories.identity import UserFactory
from tests.factories.portfolio import CostPlanFactory, TeamMemberFactory, UseCaseFactory

pytestmark = pytest.mark.django_db
PLAN = Plan(
    stage_caps={1: Decimal(40_000)},
    case_cap=Decimal(100_000),
    monthly_cap=Decimal(5_000),
    estimates=(Estimate("people", Decimal(3_000)), Estimate("licences", Decimal(0), "Open source")),
)
COST = Cost("people", Decimal("1200.50"), "actual", "recurring", date(2026, 11, 1), date(2026, 12, 1))


def _team():
    owner = TeamMemberFactory()
    holder = TeamMemberFactory(case=owner.case, role="budget_holder")
    return owner.case, owner.user, holder.user


def test_plan_is_in_force_once_the_budget_holder_agreed(now: datetime) -> None:
    case, owner, holder = _team()
    first = costs.propose_plan(case_id=case.pk, plan=PLAN, actor=owner, now=now)
    assert list(plans_to_agree(holder)) == [first]

    costs.agree_plan(plan_id=first.pk, actor=holder, now=now)
    second = costs.propose_plan(case_id=case.pk, plan=replace(PLAN, case_cap=Decimal(150_000)), actor=owner, now=now)

    view = cost_view(case, today=now.date())
    assert (view.in_force, view.proposal, second.version) == (first, second, 2)
    assert [burn.cap for burn in view.burns] == [None, 100_000, 5_000]
    assert (view.lines_estimated, view.estimated_total) == (2, 3_000)
    costs.agree_plan(plan_id=second.pk, actor=holder, now=now)
    assert cost_view(case, today=now.date()).in_force == second
    assert list(plans_to_agree(holder)) == []


def test_propose_the_same_plan_again_makes_no_version(now: datetime) -> None:
    case, owner, _holder = _team()

    plans = [costs.propose_plan(case_id=case.pk, plan=PLAN, actor=owner, now=now) for _ in range(2)]

    assert plans[0] == plans[1]
    assert Activity.objects.count() == 1


def test_proposal_of_a_draft_is_replaced(now: datetime) -> None:
    draft = UseCaseFactory(status="draft", stage=None)
    owner = TeamMemberFactory(case=draft).user

    for cap in (1, 2):
        costs.propose_plan(case_id=draft.pk, plan=Plan(case_cap=Decimal(cap)), actor=owner, now=now)

    assert [plan.case_cap for plan in CostPlan.objects.all()] == [2]


@pytest.mark.parametrize("role", ["product_owner", "sponsor", "engineering"])
def test_agree_plan_by_anybody_else_is_forbidden(role: str, now: datetime) -> None:
    member = TeamMemberFactory(role=role)
    plan = CostPlanFactory(case=member.case)

    with pytest.raises(Forbidden):
        costs.agree_plan(plan_id=plan.pk, actor=member.user, now=now)

    plan.refresh_from_db()
    assert plan.agreed_at is None


def test_agree_to_an_older_or_incomplete_plan_is_refused(now: datetime) -> None:
    case, owner, holder = _team()
    old = costs.propose_plan(case_id=case.pk, plan=PLAN, actor=owner, now=now)
    new = costs.propose_plan(case_id=case.pk, plan=replace(PLAN, case_cap=None), actor=owner, now=now)

    codes = []
    for plan in (old, new):
        with pytest.raises(NotAllowedNow) as refused:
            costs.agree_plan(plan_id=plan.pk, actor=holder, now=now)
        codes.append(refused.value.blockers[0].code)

    assert codes == ["newer_plan", "case_cap_missing"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"case_cap": Decimal(-1)}, "negative"),
        ({"case_cap": Decimal("1.001")}, "too_precise"),
        ({"monthly_cap": Decimal("NaN")}, "not_finite"),
        ({"stage_caps": {7: Decimal(1)}}, "unknown_stage"),
        ({"stage_caps": {1: Decimal(200_000)}}, "below_stage_cap"),
        ({"estimates": (Estimate("people", Decimal(0)),)}, "zero_without_reason"),
        ({"estimates": (Estimate("magic", Decimal(1)),)}, "unknown_line"),
        ({"estimates": (Estimate("people", Decimal(1)),) * 2}, "line_twice"),
    ],
)
def test_plan_that_can_not_be_is_refused(changes: dict, code: str, now: datetime) -> None:
    case, owner, _holder = _team()

    with pytest.raises(Invalid) as refused:
        costs.propose_plan(case_id=case.pk, plan=replace(PLAN, **changes), actor=owner, now=now)

    assert [problem.code for problem in refused.value.problems] == [code]
    assert not CostPlan.objects.exists()


def test_record_cost_counts_against_stage_case_and_month(now: datetime) -> None:
    case, owner, holder = _team()
    plan = costs.propose_plan(case_id=case.pk, plan=replace(PLAN, stage_caps={0: Decimal(2_000)}), actor=owner, now=now)
    costs.agree_plan(plan_id=plan.pk, actor=holder, now=now)

    costs.record_cost(case_id=case.pk, cost=COST, actor=owner, now=now)
    costs.record_cost(case_id=case.pk, cost=replace(COST, state="committed"), actor=owner, now=now)

    stage, whole, monthly = cost_view(case, today=now.date()).burns
    assert (stage.used, stage.percent, stage.is_over) == (Decimal("2401.00"), 120, True)
    assert (whole.actual, whole.committed, whole.percent) == (Decimal("1200.50"), Decimal("1200.50"), 2)
    assert monthly.cap == 5_000


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount": Decimal(-1)}, "negative"),
        ({"amount": Decimal("0.001")}, "too_precise"),
        ({"amount": Decimal("1e14")}, "too_large"),
        ({"line": "magic"}, "unknown_line"),
        ({"state": "maybe"}, "unknown_state"),
        ({"recurrence": "daily"}, "unknown_recurrence"),
        ({"period_end": date(2026, 11, 1)}, "period_order"),
        ({"period_start": date(2000, 1, 1)}, "period_too_long"),
        ({"period_start": date(2027, 1, 1), "period_end": date(2027, 2, 1)}, "actual_in_future"),
        ({"bill": Bill("EUR", Decimal(1), Decimal(1), date(2026, 1, 1))}, "not_foreign"),
        ({"bill": Bill("US", Decimal(1), Decimal(1), date(2026, 1, 1))}, "unknown_currency"),
        ({"bill": Bill("USD", Decimal(1), Decimal(0), date(2026, 1, 1))}, "rate_not_positive"),
        ({"bill": Bill("USD", Decimal(10), Decimal("1.1"), date(2026, 1, 1))}, "rate_misses_amount"),
    ],
)
def test_cost_that_can_not_be_is_refused(changes: dict, code: str, now: datetime) -> None:
    case, owner, _holder = _team()

    with pytest.raises(Invalid) as refused:
        costs.record_cost(case_id=case.pk, cost=replace(COST, **changes), actor=owner, now=now)

    assert [problem.code for problem in refused.value.problems] == [code]
    assert not CostEntry.objects.exists()


def test_record_cost_twice_under_one_id_keeps_one(now: datetime) -> None:
    case, owner, _holder = _team()
    cost = replace(COST, external_id="bill-1", bill=Bill("USD", Decimal(1300), Decimal("0.92"), date(2026, 11, 1)))

    first = costs.record_cost(case_id=case.pk, cost=cost, actor=owner, now=now)
    again = costs.record_cost(case_id=case.pk, cost=cost, actor=owner, now=now)
    with pytest.raises(Invalid):
        costs.record_cost(case_id=case.pk, cost=replace(cost, note="other"), actor=owner, now=now)

    assert (first[1], again) == (True, (first[0], False))
    assert CostEntry.objects.count() == 1


def test_correct_cost_supersedes_and_is_not_counted_twice(now: datetime) -> None:
    case, owner, _holder = _team()
    wrong, _ = costs.record_cost(case_id=case.pk, cost=COST, actor=owner, now=now)

    costs.correct_cost(entry_id=wrong.pk, cost=replace(COST, amount=Decimal(900)), reason="Typo", actor=owner, now=now)

    whole = cost_view(case, today=now.date()).burns[1]
    assert whole.actual == 900
    assert CostEntry.objects.count() == 2


def test_record_costs_answers_row_by_row(now: datetime) -> None:
    case, owner, _holder = _team()
    good = costs.CostRow(case.number, replace(COST, external_id="a"))
    rows = [
        good,
        good,
        replace(good, cost=replace(COST, amount=Decimal(-1))),
        replace(good, currency="USD"),
        replace(good, case_number=1),
    ]

    results = costs.record_costs(rows=rows, actor=owner, now=now)

    assert [result.outcome for result in results] == [
        RowOutcome.CREATED,
        RowOutcome.UNCHANGED,
        *[RowOutcome.REFUSED] * 3,
    ]
    assert [result.problems[0].code for result in results[2:]] == ["negative", "other_currency", "unknown_case"]
    assert CostEntry.objects.count() == 1


def test_record_cost_by_a_stranger_is_forbidden(now: datetime) -> None:
    case, _owner, _holder = _team()

    with pytest.raises(Forbidden):
        costs.record_cost(case_id=case.pk, cost=COST, actor=UserFactory(), now=now)


def test_run_rate_takes_each_entrys_share_of_the_last_month(now: datetime) -> None:
    case, owner, _holder = _team()
    today = now.date()
    cost = replace(COST, amount=Decimal(3000), period_start=today - timedelta(days=30), period_end=today)

    costs.record_cost(case_id=case.pk, cost=cost, actor=owner, now=now)

    assert cost_view(case, today=today).burns[2].actual == Decimal("3043.75")


def test_zero_estimate_without_reason_is_refused_by_the_database() -> None:
    plan = CostPlanFactory()

    with pytest.raises(DatabaseError), transaction.atomic():
        CostEstimate.objects.create(plan=plan, line="people", monthly_amount=0)


@pytest.mark.parametrize("fields", [{"case_cap": -1}, {"monthly_cap": -1}])
def test_plan_that_breaks_a_rule_is_refused_by_the_database(fields: dict) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        CostPlanFactory(**fields)
