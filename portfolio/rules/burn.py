"""Money over time: each entry is spread evenly over the days of its service period. A month has 30.4375 days."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol

MONTH_DAYS = Decimal("30.4375")
RUN_RATE_DAYS = 30
CENT = Decimal("0.01")


class Spending(Protocol):
    """Money for a service period; `period_end` is the day after the last."""

    @property
    def line(self) -> str: ...

    @property
    def amount(self) -> Decimal: ...

    @property
    def recurring(self) -> bool: ...

    @property
    def period_start(self) -> date: ...

    @property
    def period_end(self) -> date: ...


@dataclass(frozen=True)
class Spent:
    """A spending as a plain value."""

    line: str
    amount: Decimal
    recurring: bool
    period_start: date
    period_end: date


def falling(spending: Spending, first: date, until: date) -> Decimal:
    """The part of the amount that falls on the days from `first` until just before `until`."""
    begins, ends = max(spending.period_start, first), min(spending.period_end, until)
    if ends <= begins:
        return Decimal(0)
    return spending.amount * (ends - begins).days / (spending.period_end - spending.period_start).days


def months(first: date, until: date) -> Iterator[tuple[date, date]]:
    """The calendar months from `first` until just before `until`, the outer ones cut to them."""
    while first < until:
        yield first, min(_month_after(first), until)
        first = _month_after(first)


def recorded_until(spendings: Iterable[Spending], today: date) -> date | None:
    """The day before which every running line's recurring cost is recorded; None when none runs.

    Bills come late, so the days since the last one are not days without cost; a bill for days to come is known already.
    """
    return min(running_lines(spendings, today).values(), default=None)


def running_lines(spendings: Iterable[Spending], today: date) -> dict[str, date]:
    """The lines with recurring cost that run, each with the day until which it is recorded.

    A line runs while its records reach into the present or the previous calendar month (`stops_running_on`); one that
    ended earlier holds nobody up.
    """
    reach: dict[str, date] = {}
    for each in spendings:
        if each.recurring:
            reach[each.line] = max(reach.get(each.line, each.period_end), each.period_end)
    return {line: until for line, until in reach.items() if today < stops_running_on(until)}


def stops_running_on(until: date) -> date:
    """The first day on which a line that is recorded until then counts as ended: the month after is over as well."""
    begins = until if until.day == 1 else _month_after(until)
    return _month_after(begins)


def _month_after(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def run_rate(spendings: Iterable[Spending], today: date) -> Decimal | None:
    """Recurring money a month, over the last 30 days that are recorded; None while no line runs."""
    begun = [each for each in spendings if each.recurring and each.period_start < today]
    window = rate_window(begun, today)
    return per_month(begun, *window) if window else None


def rate_window(begun: Sequence[Spending], today: date) -> tuple[date, date] | None:
    """The last 30 days that are recorded, fewer where the record is shorter; None while no line runs."""
    recorded = recorded_until(begun, today)
    if recorded is None:
        return None
    until = min(recorded, today)
    return max(until - timedelta(days=RUN_RATE_DAYS), min(each.period_start for each in begun)), until


def per_month(spendings: Iterable[Spending], first: date, until: date) -> Decimal | None:
    """What falls on these days, as money a month; None for no day at all."""
    if until <= first:
        return None
    total = sum((falling(each, first, until) for each in spendings), Decimal(0))
    return (total / (until - first).days * MONTH_DAYS).quantize(CENT, ROUND_HALF_UP)
