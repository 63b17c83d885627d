"""The records of a case that probes read, as values: whoever loads them fills these in, as they stood at `now`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NoReturn

from scoring.rules.costs.records import Cost, CostPlan
from scoring.rules.reasons import Record

HIGHER, LOWER = "higher", "lower"


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
class ThresholdChange:
    """One setting of a threshold: who set it when and why, from which value, and whether readings existed by then."""

    value: Decimal
    old_value: Decimal | None
    at: datetime
    by: str
    reason: str
    readings_existed: bool


@dataclass(frozen=True)
class Threshold:
    """The threshold of a KPI at a gate. After it was eased (`eased_at`), only readings that start later count.

    `eased` and `late` (set or eased after the first reading of the stage) are marks that stay for ever; `changes`
    then tells how it came about, oldest first.
    """

    gate: int
    value: Decimal
    eased_at: datetime | None = None
    eased: bool = False
    late: bool = False
    record: Record | None = None
    changes: tuple[ThresholdChange, ...] = ()


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

    `counts_from` is when the stage began and its warm-up ended. `statistic` is `mean`, `proportion` or `rate`, `whole`
    what all is in a unit of shares. Days are calendar days.
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
    statistic: str = "mean"
    whole: int | None = None

    def threshold_at(self, gate: int) -> Threshold | None:
        """The threshold registered for the gate."""
        return next((threshold for threshold in self.thresholds if threshold.gate == gate), None)


@dataclass(frozen=True)
class Feedback:
    """What a user said, and whether it was answered by now."""

    record: Record
    received_at: datetime
    is_answered: bool


@dataclass(frozen=True)
class Benefit:
    """Money measured to be gained from `period_from` until the day before `period_to`, which begins at `ended_at`.

    `scale_percent` is the share of the full scale that used the case meanwhile. `in_stage` tells those of the present
    stage.
    """

    record: Record
    amount: Decimal
    period_from: date
    period_to: date
    ended_at: datetime
    scale_percent: Decimal = Decimal(100)
    in_stage: bool = True


@dataclass(frozen=True)
class Training:
    """A session whose day is over at `ends_at`; `trained` is None while it was not held."""

    record: Record
    ends_at: datetime
    planned: int
    trained: int | None


@dataclass(frozen=True)
class Figure:
    """One of the figures of operation, observed until `observed_to`."""

    record: Record
    figure: str
    observed_to: datetime


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
    feedback: tuple[Feedback, ...] = ()
    benefits: tuple[Benefit, ...] = ()
    training: tuple[Training, ...] = ()
    operations: tuple[Figure, ...] = ()

    def only(self, sections: Iterable[str]) -> ProbeFacts:
        """The same facts with every other section unread: using one raises `SectionUnread`."""
        unread: dict[str, Any] = {name: Unread(name) for name in SECTIONS - frozenset(sections)}
        return replace(self, **unread)


# What is not among them switches everything: a change of stage or iteration runs every probe again.
SECTIONS = frozenset(field.name for field in fields(ProbeFacts)) - {"now", "gate", "stage", "iteration"}


class SectionUnread(LookupError):
    """A probe used a section it does not declare."""


class Unread:
    """Stands where a section was not read; whatever is done with it raises `SectionUnread`."""

    def __init__(self, section: str) -> None:
        self._section = section

    def _refuse(self, *_: object) -> NoReturn:
        raise SectionUnread(self._section)

    __bool__ = __iter__ = __len__ = __getitem__ = __contains__ = __eq__ = __hash__ = _refuse

    def __getattr__(self, name: str) -> Any:
        """Values of a section are not there either."""
        raise SectionUnread(self._section)
