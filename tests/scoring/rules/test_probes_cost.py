"""Probes of the dimension cost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.rules.probes import Cap, Cost, CostPlan, Estimate, run_probe
from scoring.rules.readiness import ProbeResult
from scoring.rules.vocabulary import COST_LINES
from tests.scoring.rules.examples import NOW, default_playbook, probe_facts, record

DAY = timedelta(days=1)


def cap(scope: str, stage: int | None, amount: int = 1000, *, agreed: bool = True) -> Cap:
    return Cap(record("cap", label=scope), scope, stage, Decimal(amount), NOW - DAY if agreed else None)


def plan(*caps: Cap, lines: int = 9, days_old: int = 1) -> CostPlan:
    estimates = tuple(Estimate(line, Decimal(10)) for line in COST_LINES[:lines])
    return CostPlan(record("plan"), caps, estimates, NOW - days_old * DAY)


def found(key: str, **facts: object) -> ProbeResult:
    return run_probe(key, probe_facts(**facts), default_playbook())


def cost(amount: int, month: int = 1, **changes: object) -> Cost:
    first, until = date(2026, month, 1), date(2026, month + 1, 1)
    return replace(Cost(record("cost"), "people", Decimal(amount), False, True, first, until, True), **changes)


@pytest.mark.parametrize(
    ("gate", "caps", "missing"),
    [
        (0, (cap("stage", 1), cap("case", None), cap("run_rate", None)), None),
        (0, (cap("stage", 0), cap("case", None), cap("run_rate", None)), ["stage_1"]),
        (0, (cap("stage", 1), cap("case", None)), ["run_rate"]),
        (0, (cap("stage", 1), cap("case", None, agreed=False), cap("run_rate", None)), ["case"]),
        (2, (cap("stage", 3), cap("case", None), cap("run_rate", None)), None),
        (3, (cap("stage", 3), cap("case", None), cap("run_rate", None)), None),
        (1, (), ["stage_2", "case", "run_rate"]),
    ],
)
def test_cap_agreed_asks_for_the_stage_after_the_gate(gate, caps, missing):
    result = found("cap_agreed", gate=gate, cost_plan=plan(*caps))

    assert (result.params.get("missing"), result.verdict == "pass") == (missing, missing is None)


def test_cap_agreed_without_a_plan_misses_every_cap():
    assert found("cap_agreed").params["missing"] == ["stage_1", "case", "run_rate"]


@pytest.mark.parametrize(
    ("cost_plan", "verdict", "achievement"),
    [
        (None, "not_enough_evidence", "0"),
        (plan(lines=0), "not_enough_evidence", "0"),
        (plan(lines=1), "not_enough_evidence", "0.1111"),
        (plan(lines=8), "not_enough_evidence", "0.8889"),
        (plan(lines=9), "pass", "1"),
        (plan(lines=9, days_old=180), "stale", "0"),
        (plan(lines=9, days_old=179), "pass", "1"),
        (
            replace(plan(lines=8), estimates=(*plan(lines=8).estimates, Estimate(COST_LINES[8], Decimal(0)))),
            "not_enough_evidence",
            "0.8889",
        ),
        (
            replace(plan(lines=8), estimates=(*plan(lines=8).estimates, Estimate(COST_LINES[8], Decimal(0), "none"))),
            "pass",
            "1",
        ),
    ],
)
def test_tco_estimated_achieves_the_share_of_lines(cost_plan, verdict, achievement):
    result = found("tco_estimated", cost_plan=cost_plan)

    assert (result.verdict, result.achievement) == (verdict, Decimal(achievement))


IN_STAGE_1 = {"gate": 1, "stage": 1, "horizon": date(2026, 5, 2)}


@pytest.mark.parametrize(
    ("caps", "costs", "verdict", "code"),
    [
        ((), (), "not_enough_evidence", "cap_missing"),
        ((cap("stage", 2),), (), "not_enough_evidence", "cap_missing"),
        ((cap("stage", 1, agreed=False),), (), "not_enough_evidence", "cap_missing"),
        ((cap("stage", 1),), (), "pass", "within_cap"),
        ((cap("stage", 1),), (cost(1000),), "pass", "within_cap"),
        ((cap("stage", 1),), (cost(1001),), "fail", "cap_exceeded"),
        ((cap("stage", 1),), (cost(600), cost(401, committed=True)), "fail", "cap_exceeded"),
        ((cap("stage", 1),), (cost(5000, in_stage=False),), "pass", "within_cap"),
        ((cap("stage", 1), cap("case", None, 4000)), (cost(5000, in_stage=False),), "fail", "cap_exceeded"),
        ((cap("stage", 1),), (cost(300, 1), cost(300, 2)), "pass", "within_cap"),
        # 300 a month until May on top of 900.
        ((cap("stage", 1),), (cost(300, 1), cost(300, 2), cost(300, 3)), "fail", "cap_breach_sure"),
        ((cap("stage", 1, 1600),), (cost(300, 1), cost(300, 2), cost(300, 3)), "pass", "within_cap"),
        ((cap("stage", 1),), (cost(100, 1), cost(500, 2), cost(30, 3)), "pass", "within_cap"),
        ((cap("stage", 1),), tuple(cost(300, month, recurring=False) for month in (1, 2, 3)), "pass", "within_cap"),
        # The stage is funded, the case is not.
        ((cap("stage", 1, 9999), cap("case", None)), tuple(cost(300, m) for m in (1, 2, 3)), "fail", "cap_breach_sure"),
        (
            (cap("stage", 1, 9999), cap("case", None, 1600)),
            tuple(cost(300, m) for m in (1, 2, 3)),
            "pass",
            "within_cap",
        ),
    ],
)
def test_spend_within_cap(caps, costs, verdict, code):
    result = found("spend_within_cap", cost_plan=plan(*caps), costs=costs, **IN_STAGE_1)

    assert (result.verdict, result.code) == (verdict, code)


@pytest.mark.parametrize(("months", "forecast"), [(2, "cannot_tell"), (3, "within_cap")])
def test_forecast_cannot_tell_from_fewer_than_three_periods(months, forecast):
    costs = tuple(cost(10, month) for month in range(1, months + 1))

    result = found("spend_within_cap", cost_plan=plan(cap("stage", 1)), costs=costs, **IN_STAGE_1)

    assert result.params["forecast"] == forecast


def test_forecast_cannot_tell_without_a_horizon():
    costs = tuple(cost(300, month) for month in (1, 2, 3))

    result = found("spend_within_cap", cost_plan=plan(cap("stage", 1)), costs=costs, gate=1, stage=1)

    assert (result.verdict, result.params["forecast"]) == ("pass", "cannot_tell")


@pytest.mark.parametrize(
    ("period_end", "changes_at"),
    [
        # Recorded to the end of February, or into March: the line counts as ended once the month after is over.
        (date(2026, 3, 1), datetime(2026, 4, 1, tzinfo=UTC)),
        (date(2026, 3, 9), datetime(2026, 5, 1, tzinfo=UTC)),
        # A line that ended already changes nothing any more.
        (date(2026, 1, 20), None),
    ],
)
def test_forecast_says_when_time_changes_it(period_end, changes_at):
    costs = (cost(10, 1, period_end=period_end),)

    result = found("spend_within_cap", cost_plan=plan(cap("stage", 1)), costs=costs, **IN_STAGE_1)

    assert result.changes_at == changes_at


@given(st.lists(st.tuples(st.integers(1, 900), st.integers(-200, 60), st.integers(1, 120)), max_size=6))
def test_result_stays_until_it_says_it_changes(bills):
    costs = tuple(
        cost(amount, 1, period_start=NOW.date() + start * DAY, period_end=NOW.date() + (start + days) * DAY)
        for amount, start, days in bills
    )
    facts = {"cost_plan": plan(cap("stage", 1, 2000), cap("case", None, 5000)), "costs": costs, **IN_STAGE_1}

    first = found("spend_within_cap", **facts)

    for later in (NOW + 10 * DAY, NOW + 45 * DAY, NOW + 100 * DAY):
        if first.changes_at is None or later < first.changes_at:
            assert found("spend_within_cap", now=later, **facts) == first


def test_records_name_the_cap_and_the_largest_entries_first():
    costs = tuple(cost(number, record=record("cost", number)) for number in range(1, 40))

    result = found("spend_within_cap", cost_plan=plan(cap("stage", 1)), costs=costs, gate=1, stage=1)

    assert [item.id for item in result.records] == [1, *range(39, 14, -1)]
