"""How the money of a case stands to its caps, now and at the horizon."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from portfolio.rules.burn import falling, run_rate
from scoring.rules.costs.forecast import Range, Rate, cost_by, rate_of
from scoring.rules.costs.records import CASE_CAP, RUN_RATE_CAP, STAGE_CAP, Cap, CaseMoney, Cost
from scoring.rules.playbook.measures import CostPolicy
from scoring.rules.reasons import Reason
from scoring.rules.vocabulary import COST_LINES

OVER, SURE, LIKELY, POSSIBLE, CANNOT_TELL, WITHIN = "over", "sure", "likely", "possible", "cannot_tell", "within"
WORST_FIRST = (OVER, SURE, LIKELY, POSSIBLE, CANNOT_TELL, WITHIN)


@dataclass(frozen=True)
class Breach:
    """The day on which the cap is passed: expected, and the earliest and latest by the interval.

    None is a day after the horizon. A cap that is passed already has only `day`, which is None when commitments alone
    pass it.
    """

    day: date | None
    earliest: date | None = None
    latest: date | None = None


@dataclass(frozen=True)
class Standing:
    """Cost against one cap. Without a forecast, the outlook's reason says why; without a cap there is no breach."""

    scope: str
    stage: int | None
    cap: Cap | None
    costs: tuple[Cost, ...]
    actual: Decimal
    committed: Decimal
    forecast: Range | None
    state: str
    breach: Breach | None

    @property
    def used(self) -> Decimal:
        """Actual and committed together: what counts against the cap."""
        return self.actual + self.committed


@dataclass(frozen=True)
class Outlook:
    """The money of a case at a day. There is a forecast, or a `reason` why not; a horizon that passed keeps it.

    `at_scale` is the estimate a month, None while any line lacks one.
    """

    today: date
    horizon: date | None
    rate: Rate | None
    reason: Reason | None
    stage: Standing | None
    case: Standing
    run_rate: Decimal | None
    monthly_cap: Cap | None
    at_scale: Decimal | None

    @property
    def is_horizon_passed(self) -> bool:
        """Whether the forecast looks at a day gone by."""
        return self.horizon is not None and self.horizon <= self.today

    @property
    def day_ahead(self) -> date | None:
        """The day to come that the forecast looks at; None without one, or when it passed."""
        return None if self.is_horizon_passed else self.horizon

    @property
    def standings(self) -> tuple[Standing, ...]:
        """The stage's, where there is one, and the case's."""
        return (self.stage, self.case) if self.stage else (self.case,)

    @property
    def worst(self) -> Standing:
        """The standing to a cap that gives most cause for concern; of equal ones the stage's."""
        capped = [standing for standing in self.standings if standing.cap] or self.standings
        return min(capped, key=lambda standing: WORST_FIRST.index(standing.state))


def outlook_of(money: CaseMoney, policy: CostPolicy) -> Outlook:
    """The outlook of a case; a pure function of its records and the day."""
    in_stage = tuple(cost for cost in money.costs if cost.in_stage)
    found = rate_of(in_stage, today=money.today, needed=policy.forecast_periods, confidence=policy.forecast_confidence)
    reason = found if isinstance(found, Reason) else None
    if reason is None and money.horizon is None:
        reason = Reason("forecast_without_horizon")
    rate = None if isinstance(found, Reason) else found
    ahead = None if reason else rate
    plan = money.plan
    stage_cap = plan.agreed_cap(STAGE_CAP, money.stage) if plan else None
    case_cap = plan.agreed_cap(CASE_CAP) if plan else None
    monthly_cap = plan.agreed_cap(RUN_RATE_CAP) if plan else None
    return Outlook(
        today=money.today,
        horizon=money.horizon,
        rate=rate,
        reason=reason,
        stage=None if money.stage is None else _standing(STAGE_CAP, stage_cap, in_stage, ahead, money),
        case=_standing(CASE_CAP, case_cap, money.costs, ahead, money),
        run_rate=run_rate(money.costs, money.today),
        monthly_cap=monthly_cap,
        at_scale=_at_scale(money),
    )


def _at_scale(money: CaseMoney) -> Decimal | None:
    estimates = money.plan.estimates if money.plan else ()
    given = {estimate.line: estimate.amount for estimate in estimates if estimate.is_given}
    amounts = [given.get(line) for line in COST_LINES]
    return None if None in amounts else sum((amount for amount in amounts if amount is not None), Decimal(0))


def _standing(scope: str, cap: Cap | None, costs: Sequence[Cost], rate: Rate | None, money: CaseMoney) -> Standing:
    actual = sum((cost.amount for cost in costs if not cost.committed), Decimal(0))
    committed = sum((cost.amount for cost in costs if cost.committed), Decimal(0))
    forecast = cost_by(money.horizon, costs, rate) if rate and money.horizon else None
    state = _state(cap, actual + committed, forecast)
    return Standing(
        scope=scope,
        stage=money.stage if scope == STAGE_CAP else None,
        cap=cap,
        costs=tuple(costs),
        actual=actual,
        committed=committed,
        forecast=forecast,
        state=state,
        breach=_breach(state, cap, costs, rate, money),
    )


def _state(cap: Cap | None, used: Decimal, forecast: Range | None) -> str:
    if cap is None:
        return CANNOT_TELL
    if used > cap.amount:
        return OVER
    if forecast is None:
        return CANNOT_TELL
    bounds = ((SURE, forecast.lower), (LIKELY, forecast.point), (POSSIBLE, forecast.upper))
    return next((state for state, bound in bounds if bound > cap.amount), WITHIN)


def _breach(state: str, cap: Cap | None, costs: Sequence[Cost], rate: Rate | None, money: CaseMoney) -> Breach | None:
    if cap is None or state in (CANNOT_TELL, WITHIN):
        return None
    if state == OVER:
        if not costs or recorded_by(money.today, costs, money.today) <= cap.amount:
            return Breach(None)
        first = min(cost.period_start for cost in costs)
        return Breach(_first_day(first, money.today, lambda day: recorded_by(day, costs, money.today) > cap.amount))
    if rate is None or money.horizon is None:  # only a forecast can pass a cap that is not passed yet
        return None

    def passes(bound: str) -> Callable[[date], bool]:
        return lambda day: bool(getattr(cost_by(day, costs, rate), bound) > cap.amount)

    days = {bound: _first_day(rate.until, money.horizon, passes(bound)) for bound in ("point", "upper", "lower")}
    return Breach(days["point"], earliest=days["upper"], latest=days["lower"])


def _first_day(first: date, last: date, is_passed: Callable[[date], bool]) -> date | None:
    """The day in whose course a growing sum passes, by halving; None when it has not by the end of the day before."""
    if not is_passed(last):
        return None
    low, high = first, last
    while (high - low).days > 1:
        middle = low + (high - low) // 2
        low, high = (low, middle) if is_passed(middle) else (middle, high)
    return high - timedelta(days=1)


def recorded_by(day: date, costs: Sequence[Cost], today: date) -> Decimal:
    """Recorded cost until just before the day, as a growing sum that ends today with all that is paid or due by today.

    What is paid for days to come is spread over the days gone by.
    """
    total = Decimal(0)
    for cost in costs:
        if cost.period_start >= today:
            # Paid before its service begins: it counts today.
            total += cost.amount if not cost.committed and day >= today else Decimal(0)
        elif cost.committed:
            total += falling(cost, cost.period_start, min(day, today)) if cost.recurring else _once(cost, day)
        else:
            gone = (min(cost.period_end, today) - cost.period_start).days
            elapsed = min(max((day - cost.period_start).days, 0), gone)
            total += cost.amount * elapsed / gone
    return total


def _once(cost: Cost, day: date) -> Decimal:
    return cost.amount if cost.period_start < day else Decimal(0)
