"""Cost by line and by month: what was estimated, what was recorded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from portfolio.rules.burn import CENT, falling, months, per_month, rate_window
from scoring.rules.costs.records import CaseMoney, Cost
from scoring.rules.vocabulary import COST_LINES


@dataclass(frozen=True)
class LineCost:
    """A cost line: recurring money a month as estimated at scale and as it runs, and all that was recorded.

    `estimate` is None while nobody said; `monthly` while no recurring cost of any line runs.
    """

    line: str
    estimate: Decimal | None
    zero_reason: str
    monthly: Decimal | None
    actual: Decimal
    committed: Decimal

    @property
    def percent_of_estimate(self) -> int | None:
        """The monthly cost as a share of the estimate; None where one of them is missing, or the estimate zero."""
        if self.monthly is None or not self.estimate:
            return None
        return int((self.monthly / self.estimate * 100).to_integral_value(ROUND_HALF_UP))


@dataclass(frozen=True)
class Month:
    """A calendar month's money, spread from service periods, up to `until`; `recurring` is part of `total`."""

    first: date
    until: date
    recurring: Decimal
    total: Decimal


def lines_of(money: CaseMoney) -> tuple[LineCost, ...]:
    """Every one of the nine lines, in reading order."""
    begun = [cost for cost in money.costs if cost.recurring and cost.period_start < money.today]
    window = rate_window(begun, money.today)
    estimates = {each.line: each for each in money.plan.estimates} if money.plan else {}
    found = []
    for line in COST_LINES:
        costs = [cost for cost in money.costs if cost.line == line]
        estimate = estimates.get(line)
        found.append(
            LineCost(
                line=line,
                estimate=estimate.amount if estimate else None,
                zero_reason=estimate.zero_reason if estimate else "",
                monthly=per_month((cost for cost in begun if cost.line == line), *window) if window else None,
                actual=_total(cost for cost in costs if not cost.committed),
                committed=_total(cost for cost in costs if cost.committed),
            )
        )
    return tuple(found)


def burn_by_month(costs: Sequence[Cost], today: date) -> tuple[Month, ...]:
    """Each calendar month from the first service day until today."""
    begun = [cost for cost in costs if cost.period_start < today]
    if not begun:
        return ()
    sums: dict[date, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    pieces = list(months(min(cost.period_start for cost in begun), today))
    for first, until in pieces:
        for cost in begun:
            part = falling(cost, first, until)
            sums[first][0] += part if cost.recurring else 0
            sums[first][1] += part
    return tuple(Month(first, until, *(_cents(amount) for amount in sums[first])) for first, until in pieces)


def _total(costs: Iterable[Cost]) -> Decimal:
    return sum((cost.amount for cost in costs), Decimal(0))


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)
