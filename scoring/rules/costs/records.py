"""The money of a case as values, in its one currency."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from scoring.rules.reasons import Record

STAGE_CAP, CASE_CAP, RUN_RATE_CAP = "stage", "case", "run_rate"


@dataclass(frozen=True)
class Cap:
    """A cap on cost: of a stage, of the whole case, or of the monthly run-rate.

    `agreed_at` is when the budget holder agreed to this very amount; None while nobody has.
    """

    record: Record
    scope: str
    stage: int | None
    amount: Decimal
    agreed_at: datetime | None


@dataclass(frozen=True)
class Estimate:
    """The estimate of one cost line at target scale, a month; zero only with a reason."""

    line: str
    amount: Decimal | None
    zero_reason: str = ""

    @property
    def is_given(self) -> bool:
        """Whether the line is estimated, or zero with a reason."""
        return self.amount is not None and (self.amount != 0 or bool(self.zero_reason.strip()))


@dataclass(frozen=True)
class CostPlan:
    """The current version of the cost plan."""

    record: Record
    caps: tuple[Cap, ...]
    estimates: tuple[Estimate, ...]
    estimated_at: datetime | None

    def agreed_cap(self, scope: str, stage: int | None = None) -> Cap | None:
        """The agreed cap of the scope, of that stage for a stage cap."""
        return next(
            (cap for cap in self.caps if (cap.scope, cap.stage) == (scope, stage) and cap.agreed_at is not None), None
        )


@dataclass(frozen=True)
class Cost:
    """One cost entry in the currency of the case. `in_stage` tells those of the present stage and iteration.

    `period_end` is the day after the last.
    """

    record: Record
    line: str
    amount: Decimal
    committed: bool
    recurring: bool
    period_start: date
    period_end: date
    in_stage: bool


@dataclass(frozen=True)
class CaseMoney:
    """Everything the rules of cost read. `horizon` is the target gate date, else the end of the time-box."""

    today: date
    stage: int | None
    plan: CostPlan | None
    costs: tuple[Cost, ...]
    horizon: date | None
