"""How cost stands to its caps: state, the day of the breach, run-rate, lines and months."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from portfolio.rules.burn import falling, months, recorded_until, run_rate
from scoring.rules.costs.lines import burn_by_month, lines_of
from scoring.rules.costs.notices import Noticed, crossings, highest_each, still_asking
from scoring.rules.costs.outlook import Breach, Outlook, outlook_of, recorded_by
from scoring.rules.costs.records import Estimate
from scoring.rules.vocabulary import COST_LINES
from tests.scoring.rules.costs import TODAY, cap, from_to, money, month_of
from tests.scoring.rules.examples import default_playbook

# 10 a day from 29 December on, paid to the end of February: 620 so far, 1,540 by the first of June.
STEADY = tuple(
    from_to(10 * days, first, first + timedelta(days=days))
    for first, days in ((date(2025, 12, 29), 3), (date(2026, 1, 1), 31), (date(2026, 2, 1), 28))
)


def outlook(*costs: object, caps: tuple = (), **changes: object) -> Outlook:
    return outlook_of(money(*costs, caps=caps, **changes), default_playbook().costs)


def test_steady_burn_is_forecast_to_the_horizon():
    found = outlook(*STEADY)

    assert (found.stage.forecast.point, found.stage.forecast.lower) == (Decimal("1540.00"), Decimal("1540.00"))
    assert found.run_rate == Decimal("304.38")


@pytest.mark.parametrize(
    ("amount", "state", "breach"),
    [
        (1600, "within", None),
        (1540, "within", None),
        # The last day before the horizon makes it 1,540.
        (1530, "sure", Breach(date(2026, 5, 31), date(2026, 5, 31), date(2026, 5, 31))),
        (1000, "sure", Breach(date(2026, 4, 8), date(2026, 4, 8), date(2026, 4, 8))),
        # It passes on the first day that is not recorded yet.
        (620, "sure", Breach(date(2026, 3, 1), date(2026, 3, 1), date(2026, 3, 1))),
        # Passed: the forty-first day took it beyond 400.
        (400, "over", Breach(date(2026, 2, 7))),
    ],
)
def test_state_and_breach_day_of_a_steady_burn(amount, state, breach):
    found = outlook(*STEADY, caps=(cap("stage", amount, 1),))

    assert (found.stage.state, found.stage.breach) == (state, breach)


@pytest.mark.parametrize(
    ("amount", "state", "known"),
    [
        (4000, "within", (None, None)),
        (2500, "possible", (None, "earliest")),
        (1700, "likely", ("day", "earliest")),
        (1190, "sure", ("day", "earliest")),
    ],
)
def test_uneven_burn_passes_a_cap_surely_likely_or_possibly(amount, state, known):
    costs = (month_of(310, 1), month_of(560, 2), month_of(310, 3))

    found = outlook(*costs, caps=(cap("stage", amount, 1),)).stage

    day = found.breach.day if found.breach else None
    earliest = found.breach.earliest if found.breach else None
    assert (found.state, day is not None, earliest is not None) == (state, known[0] is not None, known[1] is not None)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"horizon": None}, "forecast_without_horizon"),
        ({"costs": STEADY[1:]}, "forecast_too_few_periods"),
    ],
)
def test_forecast_that_can_not_be_told_says_why(changes, code):
    found = outlook(*STEADY, caps=(cap("stage", 9999, 1),), **changes)

    assert (found.reason.code, found.stage.forecast, found.stage.state) == (code, None, "cannot_tell")


def test_horizon_that_passed_keeps_its_forecast():
    found = outlook(*STEADY, caps=(cap("stage", 650, 1),), horizon=date(2026, 3, 6), today=date(2026, 3, 20))

    assert (found.stage.forecast.point, found.stage.state) == (Decimal("670.00"), "sure")
    assert found.stage.breach.day == date(2026, 3, 4)


def test_cap_passed_without_a_forecast_is_passed_all_the_same():
    found = outlook(month_of(500, 2), caps=(cap("stage", 400, 1),))

    assert (found.stage.state, found.reason.code) == ("over", "forecast_too_few_periods")


def test_cap_passed_by_commitments_alone_has_no_day():
    ahead = month_of(9000, 5, committed=True, recurring=False)

    found = outlook(*STEADY, ahead, caps=(cap("stage", 1000, 1),))

    assert (found.stage.state, found.stage.breach) == ("over", Breach(None))


def test_case_counts_earlier_stages_and_the_burn_of_the_present_one():
    earlier = from_to(5000, date(2025, 6, 1), date(2025, 12, 1), in_stage=False)

    found = outlook(*STEADY, earlier, caps=(cap("stage", 1600, 1), cap("case", 6000)))

    assert (found.case.forecast.point, found.case.state, found.worst.scope) == (Decimal("6540.00"), "sure", "case")


def test_case_of_unknown_stage_stands_to_its_case_cap_alone():
    found = outlook(*STEADY, caps=(cap("case", 500),), stage=None)

    assert (found.stage, found.case.state) == (None, "over")


@given(
    st.lists(st.integers(0, 3000), min_size=3, max_size=6),
    st.integers(1, 30_000),
    st.integers(1, 200),
)
def test_breach_lies_between_its_bounds_and_where_the_forecast_passes(bills, amount, ahead):
    spread = [
        from_to(bill, TODAY - timedelta(days=30 * (index + 1)), TODAY - timedelta(days=30 * index))
        for index, bill in enumerate(bills)
    ]
    found = outlook(*spread, caps=(cap("stage", amount, 1),), horizon=TODAY + timedelta(days=ahead)).stage
    assume(found.forecast is not None and found.state != "over")

    passed = {
        name: getattr(found.forecast, bound) > amount
        for name, bound in (("day", "point"), ("earliest", "upper"), ("latest", "lower"))
    }
    breach = found.breach or Breach(None)
    assert {name: getattr(breach, name) is not None for name in passed} == passed
    days = [day for day in (breach.earliest, breach.day, breach.latest) if day]
    assert days == sorted(days)
    assert all(day < TODAY + timedelta(days=ahead) for day in days)


@given(st.lists(st.tuples(st.integers(1, 900), st.integers(-200, 60), st.integers(1, 120)), max_size=6))
def test_recorded_cost_grows_to_what_is_paid(entries):
    paid = [
        from_to(amount, TODAY + timedelta(days=start), TODAY + timedelta(days=start + days))
        for amount, start, days in entries
    ]
    days = [TODAY + timedelta(days=offset) for offset in range(-210, 1, 15)]

    recorded = [recorded_by(day, paid, TODAY) for day in days]

    assert recorded == sorted(recorded)
    assert round(recorded[-1], 6) == sum((cost.amount for cost in paid), Decimal(0))


def test_run_rate_is_that_of_the_last_days_recorded_not_of_today():
    # Paid to the end of January; the two days of March without a bill are not days without cost.
    bills = [month_of(310, 1), month_of(280, 2)]

    assert recorded_until(bills, TODAY) == date(2026, 3, 1)
    assert run_rate(bills, TODAY) == Decimal("304.38")


@pytest.mark.parametrize("costs", [(), (month_of(10, 1, recurring=False),), (month_of(10, 4),)])
def test_run_rate_without_running_cost_is_unknown(costs):
    assert run_rate(costs, TODAY) is None


@given(st.integers(-500, 500), st.integers(1, 500))
def test_months_cut_a_time_without_gap_or_overlap(start, days):
    first, until = TODAY + timedelta(days=start), TODAY + timedelta(days=start + days)

    pieces = list(months(first, until))

    assert (pieces[0][0], pieces[-1][1]) == (first, until)
    assert all(left[1] == right[0] for left, right in pairwise(pieces))
    cost = from_to(1000, first, until)
    assert round(sum(falling(cost, *piece) for piece in pieces), 6) == 1000


def test_lines_tell_estimate_against_what_runs():
    bills = (*STEADY, month_of(280, 2, line="storage", recurring=False), month_of(50, 4, committed=True))
    case = money(*bills)
    plan = replace(case.plan, estimates=(Estimate("people", Decimal(203)), Estimate("storage", Decimal(0), "shared")))

    found = {line.line: line for line in lines_of(replace(case, plan=plan))}

    assert list(found) == list(COST_LINES)
    people = found["people"]
    assert (people.monthly, people.percent_of_estimate, people.actual, people.committed) == (
        Decimal("304.38"),
        150,
        620,
        50,
    )
    assert (found["storage"].monthly, found["storage"].percent_of_estimate, found["storage"].actual) == (0, None, 280)
    assert (found["licences"].estimate, found["licences"].monthly) == (None, 0)


def test_burn_by_month_spreads_a_bill_over_its_days():
    quarter = from_to(900, date(2026, 1, 1), date(2026, 4, 1))
    once = month_of(56, 2, recurring=False)

    found = burn_by_month([quarter, once], TODAY)

    assert [(month.first.month, month.recurring, month.total) for month in found] == [
        (1, Decimal("310.00"), Decimal("310.00")),
        (2, Decimal("280.00"), Decimal("336.00")),
        (3, Decimal("10.00"), Decimal("10.00")),
    ]


PERCENTS = (50, 75, 90, 100)


@pytest.mark.parametrize(
    ("amount", "percents"),
    [(0, []), (499, []), (500, [50]), (749, [50]), (900, [50, 75, 90]), (1000, [50, 75, 90, 100]), (5000, [*PERCENTS])],
)
def test_crossings_are_the_shares_that_are_reached(amount, percents):
    found = crossings(outlook(month_of(amount, 1), caps=(cap("stage", 1000, 1),)), PERCENTS)

    assert [crossing.percent for crossing in found] == percents


def test_crossings_look_at_stage_case_and_run_rate():
    caps = (cap("stage", 1000, 1), cap("case", 800), cap("run_rate", 300))

    found = crossings(outlook(*STEADY, caps=caps), PERCENTS)

    assert [(crossing.scope, crossing.percent) for crossing in highest_each(found)] == [
        ("stage", 50),
        ("case", 75),
        ("run_rate", 100),
    ]


def test_nothing_is_crossed_without_a_cap():
    assert crossings(outlook(*STEADY), PERCENTS) == []


def notice(id_: int, percent: int, **changes: object) -> Noticed:
    usual = Noticed(id_, "stage", 1, 1, 7, percent, is_asked=percent >= 90, is_answered=False)
    return replace(usual, **changes)


@pytest.mark.parametrize(
    ("notices", "asking"),
    [
        ((), []),
        ((notice(1, 50), notice(2, 75)), []),
        ((notice(1, 90),), [1]),
        ((notice(1, 90), notice(2, 100)), [2]),
        # An answer to 90 % was written before 100 % were reached.
        ((notice(1, 90, is_answered=True), notice(2, 100)), [2]),
        ((notice(1, 90), notice(2, 100, is_answered=True)), []),
        ((notice(1, 90), notice(2, 90, scope="case", stage=None)), [1, 2]),
        ((notice(1, 90, is_answered=True), notice(2, 90, plan_id=8)), [2]),
    ],
)
def test_highest_share_that_asks_waits_for_its_justification(notices, asking):
    assert still_asking(notices) == asking
