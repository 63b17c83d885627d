"""Money of a small case that tests of the cost rules start from: stage 1, 2 March 2026, horizon 1 June."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from scoring.rules.costs.records import Cap, CaseMoney, Cost, CostPlan
from tests.scoring.rules.examples import NOW, record

TODAY = date(2026, 3, 2)
HORIZON = date(2026, 6, 1)


def month_of(amount: int | str, month: int, **changes: object) -> Cost:
    """A recurring bill for people over a month of 2026."""
    following = date(2026 + month // 12, month % 12 + 1, 1)
    bill = Cost(record("cost"), "people", Decimal(amount), False, True, date(2026, month, 1), following, True)
    return replace(bill, **changes)


def from_to(amount: int | str, first: date, until: date, **changes: object) -> Cost:
    """A bill for any days."""
    return replace(month_of(amount, 1), period_start=first, period_end=until, **changes)


def cap(scope: str, amount: int, stage: int | None = None) -> Cap:
    return Cap(record("cap", label=scope), scope, stage, Decimal(amount), NOW)


def money(*costs: Cost, caps: tuple[Cap, ...] = (), **changes: object) -> CaseMoney:
    plan = CostPlan(record("plan"), caps, (), None)
    return replace(CaseMoney(TODAY, 1, plan, tuple(costs), HORIZON), **changes)
