"""The forecast of cost: figures worked out by hand, and what holds for any records."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.rules.costs.forecast import Rate, certain_by, cost_by, rate_of
from scoring.rules.costs.records import Cost
from scoring.rules.quantiles import student_quantile
from scoring.rules.reasons import Reason
from tests.scoring.rules.costs import TODAY, from_to, month_of

MAY = date(2026, 5, 1)


def rate(*costs: Cost, today: date = TODAY) -> Rate | Reason:
    return rate_of(costs, today=today, needed=3, confidence=Fraction(4, 5))


@pytest.mark.parametrize(
    ("probability", "freedom", "quantile"),
    # NIST/SEMATECH e-Handbook of Statistical Methods, section 1.3.6.7.2.
    [(0.9, 1, "3.078"), (0.9, 2, "1.886"), (0.9, 5, "1.476"), (0.9, 30, "1.310"), (0.95, 10, "1.812")],
)
def test_student_t_agrees_with_the_printed_table(probability, freedom, quantile):
    assert student_quantile(Fraction(str(probability)), freedom).quantize(Decimal("0.001")) == Decimal(quantile)


BILLS = (month_of(310, 1), month_of(560, 2), from_to(10, date(2026, 3, 1), TODAY))


def test_rate_of_months_weighs_each_by_its_days():
    found = rate(*BILLS)

    # 10 a day over 31 days, 20 over 28, 10 on the one day of March: 880 in 60 days.
    assert (found.since, found.until, found.periods) == (date(2026, 1, 1), TODAY, 3)
    assert found.mean.quantize(Decimal("0.01")) == Decimal("446.42")
    assert found.months.quantize(Decimal("0.0001")) == Decimal("1.9713")
    # Months of 304.375 and 608.75: √((1.0185·142.04² + 0.9199·162.33² + 0.0329·142.04²) ÷ 2)
    assert found.deviation.quantize(Decimal("0.1")) == Decimal("150.8")
    assert found.quantile == Decimal("1.885618")


def test_forecast_adds_mean_months_and_a_prediction_interval():
    # 60 days ahead are r = 1.9713 months of 446.42 on top of 880.
    by_may = cost_by(MAY, BILLS, rate(*BILLS))

    # The margin is 1.8856·150.75·√(r + r²/1.9713), which is √(2·1.9713).
    assert by_may.point == Decimal("1760.00")
    assert by_may.upper - by_may.point == pytest.approx(Decimal("564.43"), abs=Decimal("0.01"))
    assert by_may.point - by_may.lower == by_may.upper - by_may.point


def test_bill_for_days_to_come_is_known_already():
    found = rate(month_of(310, 1), month_of(280, 2), month_of(310, 3))

    assert (found.until, cost_by(date(2026, 4, 1), BILLS, found).point) == (date(2026, 4, 1), 880)


@pytest.mark.parametrize(
    ("costs", "code"),
    [
        ((), "forecast_too_few_periods"),
        ((month_of(10, 1), month_of(10, 2)), "forecast_too_few_periods"),
        # One bill over half a year is one observation.
        ((from_to(600, date(2025, 10, 1), date(2026, 4, 1)),), "forecast_too_few_periods"),
        (tuple(month_of(10, month, recurring=False) for month in (1, 2, 3)), "forecast_too_few_periods"),
        # What is only promised was never measured.
        ((month_of(10, 1), month_of(10, 2), month_of(10, 3, committed=True)), "forecast_too_few_periods"),
        (
            tuple(from_to(10, date(2025, month, 1), date(2025, month + 1, 1)) for month in (8, 9, 10)),
            "forecast_outdated",
        ),
    ],
)
def test_rate_can_not_be_told_without_three_recent_periods(costs, code):
    assert rate(*costs).code == code


def test_rate_ends_where_the_last_running_line_is_recorded():
    people = [month_of(310, month) for month in (1, 2)]
    bills = [month_of(300, 1, line="inference"), from_to(100, date(2026, 2, 1), date(2026, 2, 11), line="inference")]
    ended = from_to(900, date(2025, 11, 1), date(2025, 12, 1), line="storage")

    found = rate(*people, *bills, ended)

    assert found.until == date(2026, 2, 11)


@pytest.mark.parametrize(
    ("commitment", "certain"),
    [
        # A one-off commitment is due when its service begins, a recurring one by the day.
        (month_of(300, 4, committed=True, recurring=False), 1200),
        (month_of(300, 4, committed=True), 1200),
        (from_to(310, date(2026, 4, 16), date(2026, 5, 17), committed=True), 1050),
        (month_of(300, 5, committed=True, recurring=False), 900),
    ],
)
def test_commitments_count_when_they_fall_due(commitment, certain):
    paid = [month_of(300, month) for month in (1, 2, 3)]

    assert certain_by(MAY, [*paid, commitment]) == certain


def test_contract_on_a_new_line_comes_on_top_of_what_runs():
    paid = [month_of(310, 1), month_of(280, 2), month_of(310, 3)]
    found = rate(*paid)
    contract = from_to(1200, date(2026, 4, 1), MAY, line="licences", committed=True)

    without, with_contract = cost_by(MAY, paid, found), cost_by(MAY, [*paid, contract], found)

    assert with_contract.point - without.point == 1200


def test_contract_on_a_line_that_runs_is_not_counted_twice():
    paid = [month_of(310, 1), month_of(280, 2), month_of(310, 3)]
    found = rate(*paid)
    contract = from_to(300, date(2026, 4, 1), MAY, committed=True)

    assert cost_by(MAY, [*paid, contract], found).point == cost_by(MAY, paid, found).point


amounts = st.integers(0, 10_000).map(Decimal)
lengths = st.integers(1, 200)


@st.composite
def costs(draw):
    first = TODAY - timedelta(days=draw(st.integers(-60, 300)))
    return from_to(
        draw(amounts),
        first,
        first + timedelta(days=draw(lengths)),
        line=draw(st.sampled_from(("people", "inference"))),
        committed=draw(st.booleans()),
        recurring=draw(st.booleans()),
    )


@given(st.lists(costs(), max_size=8), st.integers(1, 400))
def test_interval_holds_its_point_and_never_falls_below_what_is_certain(entries, days):
    found = rate(*entries)
    day = TODAY + timedelta(days=days)

    if isinstance(found, Reason):
        assert found.code in {"forecast_too_few_periods", "forecast_outdated"}
        return
    by_day = cost_by(day, entries, found)
    assert by_day.lower <= by_day.point <= by_day.upper
    assert by_day.lower >= certain_by(day, entries).quantize(Decimal("0.01"))


@given(st.lists(costs(), max_size=8), st.randoms(use_true_random=False))
def test_forecast_does_not_depend_on_the_order_of_entries(entries, random):
    mixed = list(entries)
    random.shuffle(mixed)
    found, again = rate(*entries), rate(*mixed)

    if isinstance(found, Rate) and isinstance(again, Rate):
        assert cost_by(MAY, entries, found) == cost_by(MAY, mixed, again)
    else:
        assert found == again


@given(st.integers(1, 5000).map(Decimal), st.integers(3, 12))
def test_even_months_are_forecast_evenly(daily, months):
    first = TODAY - timedelta(days=30 * months)
    entries = [
        from_to(daily * 30, first + timedelta(days=30 * each), first + timedelta(days=30 * (each + 1)))
        for each in range(months)
    ]
    found = rate(*entries)

    by_day = cost_by(TODAY + timedelta(days=50), entries, found)

    assert abs(by_day.point - daily * (30 * months + 50)) <= Decimal("0.01")
    assert by_day.upper - by_day.lower <= Decimal("0.05")
