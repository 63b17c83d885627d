"""What the money brings: cost per unit of outcome, benefit against cost, business case against what was measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from statistics import NormalDist

from portfolio.rules.burn import CENT, MONTH_DAYS, falling
from scoring.rules.costs.forecast import Range
from scoring.rules.costs.records import Cost
from scoring.rules.reasons import Reason, Record

MONTHS = 12
YEAR_DAYS = MONTHS * MONTH_DAYS
WINDOW_DAYS = 365
ABOVE, AS_PROMISED, BELOW = "above", "as_promised", "below"


@dataclass(frozen=True)
class Measured:
    """A reading: its value over so many units between two days, `until` being the day after, and its standard error."""

    record: Record
    value: Decimal
    units: int
    first: date
    until: date
    error: Decimal | None = None


@dataclass(frozen=True)
class Valued:
    """A KPI as money: what one unit better than its baseline is worth a year. `sign` is −1 where less is better."""

    record: Record
    baseline: Decimal | None
    sign: int
    money_per_unit: Decimal | None
    readings: tuple[Measured, ...] = ()


@dataclass(frozen=True)
class Gained:
    """Benefit measured in money over a period; `scale` is the share of the full scale, above 0 and at most 1."""

    record: Record
    amount: Decimal
    first: date
    until: date
    scale: Decimal = Decimal(1)


@dataclass(frozen=True)
class UnitCost:
    """Actual cost of the days on which units were measured, by unit."""

    amount: Decimal
    cost: Decimal
    units: int
    first: date
    until: date
    kpi: Record


@dataclass(frozen=True)
class Return:
    """Benefit and cost a year and what they make: (benefit − cost) ÷ cost. Without errors the range is a point."""

    benefit: Range
    cost: Decimal
    ratio: Range
    has_interval: bool


@dataclass(frozen=True)
class Comparison:
    """Benefit a year as measured, and at full scale, beside the business case; `percent` is of the likely benefit."""

    measured: Decimal
    at_scale: Decimal
    low: Decimal
    likely: Decimal
    high: Decimal
    verdict: str
    percent: int | None
    days: int


def unit_cost(kpi: Valued | None, costs: Sequence[Cost], *, today: date, valid_days: int) -> UnitCost | Reason:
    """Cost per unit from the readings of the last `valid_days`: every sample of an outcome is one unit of it."""
    if kpi is None:
        return Reason("worth_without_outcome")
    recent = [each for each in kpi.readings if each.until > today - timedelta(days=valid_days) and each.units > 0]
    if not recent:
        return Reason("worth_without_readings", {"kpi": kpi.record.label, "days": valid_days})
    first, until = min(each.first for each in recent), max(each.until for each in recent)
    cost = sum((falling(each, first, until) for each in costs if not each.committed), Decimal(0))
    if cost == 0:
        return Reason("worth_without_cost")
    units = sum(each.units for each in recent)
    return UnitCost(_cents(cost / units), _cents(cost), units, first, until, kpi.record)


def return_of(kpi: Valued | None, run_rate: Decimal | None, *, today: date, confidence: Fraction) -> Return | Reason:
    """The return a year at the present run-rate, from the readings of the last year and their errors.

    The mean is weighted by units, its standard error √Σ(n·e)² ÷ Σn for independent readings; the bounds are normal and
    two-sided. Where a reading tells no error, the largest one given stands in; where none does, there is no interval.
    """
    if kpi is None or kpi.money_per_unit is None:
        return Reason("worth_without_money_value")
    if kpi.baseline is None:
        return Reason("worth_without_baseline", {"kpi": kpi.record.label})
    recent = [each for each in kpi.readings if each.until > today - timedelta(days=WINDOW_DAYS) and each.units > 0]
    if not recent:
        return Reason("worth_without_readings", {"kpi": kpi.record.label, "days": WINDOW_DAYS})
    if not run_rate:
        return Reason("worth_without_cost")
    units = sum(each.units for each in recent)
    mean = sum((each.value * each.units for each in recent), Decimal(0)) / units
    error = _pooled_error(recent, units)
    margin = (error or Decimal(0)) * Decimal(f"{NormalDist().inv_cdf(float((1 + confidence) / 2)):.6f}")
    gain, worth = kpi.sign * (mean - kpi.baseline), kpi.money_per_unit
    ends = sorted(_cents((gain + side * margin) * worth) for side in (-1, 1))
    benefit = Range(_cents(gain * worth), *ends)
    cost = run_rate * MONTHS
    ratio = Range(*((each - cost) / cost for each in (benefit.point, benefit.lower, benefit.upper)))
    return Return(benefit, _cents(cost), ratio, has_interval=error is not None)


def _pooled_error(readings: Sequence[Measured], units: int) -> Decimal | None:
    largest = max((each.error for each in readings if each.error is not None), default=None)
    if largest is None:
        return None
    errors = ((each.units, largest if each.error is None else each.error) for each in readings)
    return sum(((count * error) ** 2 for count, error in errors), Decimal(0)).sqrt() / units


def against_business_case(
    gained: Sequence[Gained], promised: tuple[Decimal, Decimal, Decimal] | None, *, today: date
) -> Comparison | Reason:
    """Benefit of the last year beside the promised low, likely and high, each a year.

    Amounts of the same days add up; days without a measurement are left out. What was promised is for the full scale.
    """
    if promised is None:
        return Reason("worth_without_business_case")
    since = today - timedelta(days=WINDOW_DAYS)
    recent = [each for each in gained if each.until > since]
    days = _days_covered(recent, since)
    if not days:
        return Reason("worth_without_benefit", {"days": WINDOW_DAYS})
    parts = [(each, _part_since(each, since)) for each in recent]
    measured = sum((part for _each, part in parts), Decimal(0)) / days * YEAR_DAYS
    at_scale = sum((part / each.scale for each, part in parts), Decimal(0)) / days * YEAR_DAYS
    low, likely, high = promised
    verdict = ABOVE if at_scale > high else AS_PROMISED if at_scale >= low else BELOW
    percent = int((at_scale / likely * 100).to_integral_value(ROUND_HALF_UP)) if likely else None
    return Comparison(_cents(measured), _cents(at_scale), low, likely, high, verdict, percent, days)


def _part_since(each: Gained, since: date) -> Decimal:
    return each.amount * (each.until - max(each.first, since)).days / (each.until - each.first).days


def _days_covered(gained: Sequence[Gained], since: date) -> int:
    covered, reached = 0, since
    for each in sorted(gained, key=lambda entry: entry.first):
        first = max(each.first, reached)
        if each.until > first:
            covered += (each.until - first).days
            reached = each.until
    return covered


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)
