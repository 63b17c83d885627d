"""The records of a case that probes read, as values: whoever loads them fills these in, as they stood at `now`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from scoring.rules.reasons import Record

HIGHER, LOWER = "higher", "lower"
STAGE_CAP, CASE_CAP, RUN_RATE_CAP = "stage", "case", "run_rate"


@dataclass(frozen=True)
class CaseText:
    """The describing texts of the case."""

    record: Record
    problem: str
    process: str
    users: str


@dataclass(frozen=True)
class TeamMember:
    """A membership. `until` is its end, exclusive; `user_active` is False once the account is closed."""

    record: Record
    role: str
    confirmed_at: datetime | None
    until: datetime | None = None
    user_active: bool = True

    def is_active(self, now: datetime) -> bool:
        """Whether the membership lasts and the person still has an account."""
        return self.user_active and (self.until is None or now < self.until)


@dataclass(frozen=True)
class ScopeItem:
    """One item in (`inside`) or out of scope."""

    record: Record
    inside: bool
    thin_slice: bool


@dataclass(frozen=True)
class BusinessCase:
    """Benefit and cost at scale a year, in the currency of the case."""

    record: Record
    recorded_at: datetime
    benefit_low: Decimal | None
    benefit_likely: Decimal | None
    benefit_high: Decimal | None
    cost_at_scale: Decimal | None
    budget_line: str


@dataclass(frozen=True)
class Threshold:
    """The threshold of a KPI at a gate. After it was eased (`eased_at`), only readings that start later count."""

    gate: int
    value: Decimal
    eased_at: datetime | None = None


@dataclass(frozen=True)
class Reading:
    """A reading that was not superseded. `error` is its standard error; `set_key` tells independent sets apart."""

    record: Record
    value: Decimal
    sample_size: int
    observed_from: datetime
    observed_to: datetime
    iteration: int
    error: Decimal | None = None
    set_key: str = ""
    raters: int | None = None
    agreement: Decimal | None = None


@dataclass(frozen=True)
class Kpi:
    """A KPI with its readings. An empty `gates` means: where its role, kind or objective counts by the playbook.

    `counts_from` is the end of its warm-up. Days are calendar days.
    """

    record: Record
    role: str
    kind: str
    unit: str
    direction: str
    baseline: Decimal | None
    target: Decimal | None
    thresholds: tuple[Threshold, ...] = ()
    readings: tuple[Reading, ...] = ()
    gates: frozenset[int] = frozenset()
    slo_of: str = ""
    cadence_days: int = 7
    label_delay_days: int = 0
    min_samples: int | None = None
    human_rated: bool = False
    counts_from: datetime | None = None

    def threshold_at(self, gate: int) -> Threshold | None:
        """The threshold registered for the gate."""
        return next((threshold for threshold in self.thresholds if threshold.gate == gate), None)


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
    """The estimate of one cost line at target scale; zero only with a reason."""

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
    """One cost entry in the currency of the case. `in_stage` tells those of the present stage and iteration."""

    record: Record
    amount: Decimal
    committed: bool
    recurring: bool
    period_from: date
    in_stage: bool


@dataclass(frozen=True)
class ProbeFacts:
    """Everything the probes read of one case at one moment.

    `stage` is the present one, `gate` the next one. `horizon` is the target gate date, else the end of the time-box.
    """

    now: datetime
    gate: int
    stage: int
    iteration: int
    text: CaseText
    team: tuple[TeamMember, ...] = ()
    scope: tuple[ScopeItem, ...] = ()
    business_case: BusinessCase | None = None
    kpis: tuple[Kpi, ...] = ()
    cost_plan: CostPlan | None = None
    costs: tuple[Cost, ...] = ()
    horizon: date | None = None
