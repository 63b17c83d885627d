"""What a case will have cost by a day to come, with a prediction interval.

Recurring cost of the present stage is taken month by month. For a sum over r further months, after w months with mean m
and deviation s, the interval is r·m ± t·s·√(r + r²/w) with Student's t: Hahn and Meeker, Statistical Intervals (1991),
section 4.7, with months cut by the ends of the record counted by their length. What is paid, and commitments that fall
due by that day, are certain and count as they are; the bound never falls below them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from portfolio.rules.burn import CENT, MONTH_DAYS, falling, months, recorded_until
from scoring.rules.costs.records import Cost
from scoring.rules.quantiles import student_quantile
from scoring.rules.reasons import Reason

METHOD = "student_t_sum"


@dataclass(frozen=True)
class Range:
    """A value with the bounds of its prediction interval; lower ≤ point ≤ upper."""

    point: Decimal
    lower: Decimal
    upper: Decimal


@dataclass(frozen=True)
class Rate:
    """Recurring actual cost a month, from records of the days from `since` until just before `until`.

    `deviation` is that of a whole month; `quantile` belongs to the interval, two-sided.
    """

    since: date
    until: date
    periods: int
    months: Decimal
    by_line: Mapping[str, Decimal]
    mean: Decimal
    deviation: Decimal
    quantile: Decimal


def rate_of(costs: Sequence[Cost], *, today: date, needed: int, confidence: Fraction) -> Rate | Reason:
    """The rate of these costs, or why there is none.

    A period is a calendar month with a service period of its own: one bill over half a year is one observation.
    """
    recurring = [cost for cost in costs if cost.recurring and not cost.committed]
    if not recurring:
        return Reason("forecast_too_few_periods", {"periods": 0, "needed": needed})
    until = recorded_until(recurring, today)
    if until is None:
        newest = max(cost.period_end for cost in recurring) - timedelta(days=1)
        return Reason("forecast_outdated", {"until": newest})
    since = min(cost.period_start for cost in recurring)
    pieces = list(months(since, until))
    periods = min(len(pieces), len({cost.period_start for cost in recurring if cost.period_start < until}))
    if periods < needed:
        return Reason("forecast_too_few_periods", {"periods": periods, "needed": needed})
    return _estimated(recurring, pieces, periods, confidence)


def _estimated(recurring: Sequence[Cost], pieces: Sequence[tuple[date, date]], periods: int, share: Fraction) -> Rate:
    since, until = pieces[0][0], pieces[-1][1]
    length = _months_between(since, until)
    by_line: dict[str, Decimal] = defaultdict(Decimal)
    for cost in recurring:
        by_line[cost.line] += falling(cost, since, until) / length
    mean = sum(by_line.values(), Decimal(0))
    squares = Decimal(0)
    for first, last in pieces:
        weight = _months_between(first, last)
        amount = sum((falling(cost, first, last) for cost in recurring), Decimal(0))
        squares += weight * (amount / weight - mean) ** 2
    return Rate(
        since=since,
        until=until,
        periods=periods,
        months=length,
        by_line=dict(by_line),
        mean=mean,
        deviation=(squares / (periods - 1)).sqrt(),
        quantile=student_quantile((1 + share) / 2, periods - 1),
    )


def cost_by(day: date, costs: Sequence[Cost], rate: Rate) -> Range:
    """The whole cost until just before the day; days that are not recorded yet count as days to come."""
    known = certain_by(day, costs)
    ahead = max(_months_between(rate.until, day), Decimal(0))
    expected = known + sum(_unrecorded(day, costs, rate, ahead), Decimal(0))
    margin = rate.quantile * rate.deviation * (ahead + ahead**2 / rate.months).sqrt()
    return Range(_cents(expected), _cents(max(expected - margin, known)), _cents(expected + margin))


def certain_by(day: date, costs: Sequence[Cost]) -> Decimal:
    """What is paid, and commitments due by then: one-off ones when their period begins, recurring ones by the day."""
    total = Decimal(0)
    for cost in costs:
        if not cost.committed or (not cost.recurring and cost.period_start < day):
            total += cost.amount
        elif cost.recurring:
            total += falling(cost, cost.period_start, day)
    return total


def _unrecorded(day: date, costs: Sequence[Cost], rate: Rate, ahead: Decimal) -> list[Decimal]:
    """By line, what is to be expected beyond what is recorded for these days already."""
    recorded: dict[str, Decimal] = defaultdict(Decimal)
    for cost in costs:
        if cost.recurring:
            recorded[cost.line] += falling(cost, rate.until, day)
    return [max(mean * ahead - recorded[line], Decimal(0)) for line, mean in rate.by_line.items()]


def _months_between(first: date, until: date) -> Decimal:
    return (until - first).days / MONTH_DAYS


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)
