"""What the money brings: cost per unit, return, and the business case against measured benefit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.rules.costs.worth import Gained, Measured, Valued, against_business_case, return_of, unit_cost
from scoring.rules.reasons import Reason
from tests.scoring.rules.costs import TODAY, from_to, month_of
from tests.scoring.rules.examples import record

FOUR_FIFTHS = Fraction(4, 5)


def reading(value: int | str, units: int = 100, days_ago: int = 2, **changes: object) -> Measured:
    until = TODAY - timedelta(days=days_ago)
    return replace(Measured(record("reading"), Decimal(value), units, until - timedelta(days=28), until), **changes)


def kpi(*readings: Measured, **changes: object) -> Valued:
    """Minutes a claim: forty before, each minute less is worth 1,000 a year."""
    return replace(Valued(record("kpi", label="Minutes"), Decimal(40), -1, Decimal(1000), readings), **changes)


def test_unit_cost_is_actual_cost_of_the_measured_days_by_unit():
    # 10 a day over the 28 days of February, what is promised left out.
    costs = (month_of(280, 2), month_of(999, 2, committed=True), month_of(310, 1))
    measured = reading(30, units=56, first=date(2026, 2, 1), until=date(2026, 3, 1))

    found = unit_cost(kpi(measured), costs, today=TODAY, valid_days=120)

    assert (found.amount, found.cost, found.units, found.first) == (Decimal("5.00"), 280, 56, date(2026, 2, 1))


@pytest.mark.parametrize(
    ("valued", "costs", "code"),
    [
        (None, (month_of(1, 2),), "worth_without_outcome"),
        (kpi(), (month_of(1, 2),), "worth_without_readings"),
        (kpi(reading(30, days_ago=120)), (month_of(1, 2),), "worth_without_readings"),
        (kpi(reading(30, units=0)), (month_of(1, 2),), "worth_without_readings"),
        (kpi(reading(30)), (), "worth_without_cost"),
        (kpi(reading(30)), (month_of(9, 2, committed=True),), "worth_without_cost"),
    ],
)
def test_unit_cost_that_can_not_be_told_says_why(valued, costs, code):
    assert unit_cost(valued, costs, today=TODAY, valid_days=120).code == code


def test_return_is_benefit_less_cost_by_cost():
    # Thirty minutes on average, ten better, 10,000 a year against 12 · 500.
    found = return_of(kpi(reading(28), reading(32)), Decimal(500), today=TODAY, confidence=FOUR_FIFTHS)

    assert (found.benefit.point, found.cost, found.has_interval) == (10_000, 6_000, False)
    assert round(found.ratio.point, 4) == Decimal("0.6667")
    assert found.ratio.lower == found.ratio.point == found.ratio.upper


def test_return_has_the_interval_of_its_readings():
    # √(100² + 100²) ÷ 200 = 0.7071 of error, times 1.281552.
    found = return_of(
        kpi(reading(30, error=Decimal(1)), reading(30)), Decimal(500), today=TODAY, confidence=FOUR_FIFTHS
    )

    assert (found.benefit.lower, found.benefit.upper) == (Decimal("9093.81"), Decimal("10906.19"))
    assert found.has_interval


@pytest.mark.parametrize(
    ("valued", "run_rate", "code"),
    [
        (None, 1, "worth_without_money_value"),
        (kpi(reading(30), money_per_unit=None), 1, "worth_without_money_value"),
        (kpi(reading(30), baseline=None), 1, "worth_without_baseline"),
        (kpi(), 1, "worth_without_readings"),
        (kpi(reading(30, days_ago=400)), 1, "worth_without_readings"),
        (kpi(reading(30)), None, "worth_without_cost"),
        (kpi(reading(30)), 0, "worth_without_cost"),
    ],
)
def test_return_that_can_not_be_told_says_why(valued, run_rate, code):
    rate = None if run_rate is None else Decimal(run_rate)

    assert return_of(valued, rate, today=TODAY, confidence=FOUR_FIFTHS).code == code


@given(
    st.lists(st.tuples(st.integers(-500, 500), st.integers(1, 99), st.none() | st.integers(0, 50)), min_size=1),
    st.sampled_from((-1, 1)),
    st.integers(-50, 50),
    st.integers(1, 900),
)
def test_return_lies_within_its_bounds(readings, sign, worth, run_rate):
    measured = [
        reading(value, units, error=None if error is None else Decimal(error)) for value, units, error in readings
    ]
    valued = kpi(*measured, sign=sign, money_per_unit=Decimal(worth))

    found = return_of(valued, Decimal(run_rate), today=TODAY, confidence=FOUR_FIFTHS)

    assert found.benefit.lower <= found.benefit.point <= found.benefit.upper
    assert found.ratio.lower <= found.ratio.point <= found.ratio.upper


def gained(amount: int, first: date, until: date, **changes: object) -> Gained:
    return replace(Gained(record("benefit"), Decimal(amount), first, until), **changes)


PROMISED = (Decimal(3000), Decimal(4000), Decimal(5000))
QUARTER = (date(2025, 12, 1), date(2026, 3, 1))


@pytest.mark.parametrize(
    ("entries", "at_scale", "verdict", "percent"),
    [
        # 90 days at 10 a day are 3,652.50 a year.
        ((gained(900, *QUARTER),), "3652.50", "as_promised", 91),
        ((gained(600, *QUARTER),), "2435.00", "below", 61),
        ((gained(900, *QUARTER), gained(450, *QUARTER)), "5478.75", "above", 137),
        ((gained(450, *QUARTER, scale=Decimal("0.5")),), "3652.50", "as_promised", 91),
        # Before the window nothing counts, a gap is left out.
        ((gained(900, *QUARTER), gained(99999, date(2024, 1, 1), date(2025, 1, 1))), "3652.50", "as_promised", 91),
        ((gained(450, QUARTER[0], date(2026, 1, 15)), gained(310, date(2025, 5, 1), date(2025, 6, 1))), "3652.50",
         "as_promised", 91),
    ],
)  # fmt: skip
def test_benefit_is_compared_at_full_scale_and_a_year(entries, at_scale, verdict, percent):
    found = against_business_case(entries, PROMISED, today=TODAY)

    assert (found.at_scale, found.verdict, found.percent) == (Decimal(at_scale), verdict, percent)


@pytest.mark.parametrize(
    ("entries", "promised", "code"),
    [
        ((gained(900, *QUARTER),), None, "worth_without_business_case"),
        ((), PROMISED, "worth_without_benefit"),
        ((gained(900, date(2024, 1, 1), date(2025, 1, 1)),), PROMISED, "worth_without_benefit"),
    ],
)
def test_comparison_that_can_not_be_made_says_why(entries, promised, code):
    found = against_business_case(entries, promised, today=TODAY)

    assert isinstance(found, Reason)
    assert found.code == code


def test_unit_cost_counts_only_its_part_of_a_long_bill():
    year = from_to(3650, date(2025, 6, 1), date(2026, 6, 1))
    measured = reading(30, units=28, first=date(2026, 2, 1), until=date(2026, 3, 1))

    assert unit_cost(kpi(measured), (year,), today=TODAY, valid_days=120).amount == Decimal("10.00")
