"""The planned records of one case. People are named by their user names, evidence by its key within the case."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True)
class MemberPlan:
    """A part on the team."""

    person: str
    role: str
    started_at: datetime
    confirmed_at: datetime | None
    ended_at: datetime | None = None


@dataclass(frozen=True)
class FactPlan:
    """A fact that holds from a moment on."""

    key: str
    value: str
    valid_from: datetime
    by: str


@dataclass(frozen=True)
class ScopePlan:
    """A line of scope."""

    kind: str
    text: str
    added_at: datetime


@dataclass(frozen=True)
class BusinessPlan:
    """A version of the business case, in the currency of the case a year."""

    low: Decimal
    likely: Decimal
    high: Decimal
    cost: Decimal
    budget_line: str
    by: str
    valid_from: datetime
    valid_until: datetime | None


@dataclass(frozen=True)
class ThresholdPlan:
    """What a KPI must reach at a gate."""

    gate: int
    value: Decimal
    set_at: datetime


@dataclass(frozen=True)
class ReadingPlan:
    """A measurement; `error` is its standard error, None for a share, whose samples tell it."""

    value: Decimal
    sample_size: int
    error: Decimal | None
    observed_from: datetime
    observed_to: datetime
    recorded_at: datetime
    source: str
    method: str
    iteration: int


@dataclass(frozen=True)
class KpiPlan:
    """A KPI with its one definition."""

    key: str
    name: str
    role: str
    kind: str
    slo_of: str
    unit: str
    direction: str
    baseline: Decimal
    target: Decimal
    cadence_days: int
    min_samples: int
    owner: str
    created_at: datetime
    target_date: date
    baseline_source: str
    gates: tuple[int, ...] = ()
    thresholds: tuple[ThresholdPlan, ...] = ()
    readings: tuple[ReadingPlan, ...] = ()
    money_per_unit: Decimal | None = None


@dataclass(frozen=True)
class BudgetPlan:
    """A version of the cost plan."""

    version: int
    case_cap: Decimal
    monthly_cap: Decimal
    proposed_by: str
    proposed_at: datetime
    agreed_by: str
    agreed_at: datetime | None
    superseded_at: datetime | None
    caps: tuple[tuple[int, Decimal], ...]
    estimates: tuple[tuple[str, Decimal, str], ...]


@dataclass(frozen=True)
class EntryPlan:
    """A booked cost."""

    line: str
    amount: Decimal
    state: str
    recurrence: str
    period_start: date
    period_end: date
    stage: int
    iteration: int
    note: str
    recorded_at: datetime
    by: str


@dataclass(frozen=True)
class MarkPlan:
    """In which stage and iteration a record was written down, by whom and when."""

    stage: int
    iteration: int
    recorded_at: datetime
    by: str


@dataclass(frozen=True)
class FeedbackPlan:
    """A user's words, and the answer once it was given."""

    mark: MarkPlan
    given_by: str
    channel: str
    text: str
    rating: int
    received_at: datetime
    answer: str
    answered_at: datetime | None
    answered_by: str | None


@dataclass(frozen=True)
class BenefitPlan:
    """Measured money of a half-open period, with the share of the full scale that used the case."""

    mark: MarkPlan
    amount: Decimal
    period_start: date
    period_end: date
    method: str
    scale_percent: Decimal


@dataclass(frozen=True)
class TrainingPlan:
    """A session, and when and by how many it was held."""

    mark: MarkPlan
    audience: str
    session_date: date
    people_planned: int
    held_at: datetime | None
    people_trained: int | None


@dataclass(frozen=True)
class FigurePlan:
    """One of the figures of operation."""

    mark: MarkPlan
    figure: str
    value: Decimal
    unit: str
    observed_from: datetime
    observed_to: datetime
    source: str


@dataclass(frozen=True)
class DependencyPlan:
    """What the case waits for."""

    mark: MarkPlan
    on: str
    text: str
    is_outside_team: bool
    blocked_date: date | None
    resolution: str
    resolved_at: datetime | None


@dataclass(frozen=True)
class RiskPlan:
    """What may go wrong; accepted by the sponsor once the pilot runs."""

    mark: MarkPlan
    text: str
    likelihood: int
    impact: int
    mitigation: str
    accepted_at: datetime | None


@dataclass(frozen=True)
class UsePlan:
    """What came of using the case, and what stands in its way."""

    feedback: tuple[FeedbackPlan, ...] = ()
    benefits: tuple[BenefitPlan, ...] = ()
    training: tuple[TrainingPlan, ...] = ()
    figures: tuple[FigurePlan, ...] = ()
    dependencies: tuple[DependencyPlan, ...] = ()
    risks: tuple[RiskPlan, ...] = ()


@dataclass(frozen=True)
class RevisionPlan:
    """A revision with its bytes."""

    number: int
    content: bytes
    file_name: str
    content_type: str
    by: str
    at: datetime


@dataclass(frozen=True)
class EvidencePlan:
    """A document of the case."""

    key: str
    title: str
    revisions: tuple[RevisionPlan, ...]


@dataclass(frozen=True)
class AnswerPlan:
    """An answer to a criterion, or a signature (`accepted`, `returned`); `evidence` is (key, revision number)."""

    criterion: str
    iteration: int
    answer: str
    note: str
    author: str
    at: datetime
    verified_by: str | None
    verified_at: datetime | None
    superseded_at: datetime | None
    evidence: tuple[tuple[str, int], ...]
    imported: bool = False


@dataclass(frozen=True)
class SignOffPlan:
    """A signature of compliance."""

    criterion: str
    kind: str
    gate: int
    iteration: int
    state: str
    comment: str
    by: str
    at: datetime
    superseded_at: datetime | None
    evidence: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class RatingPlan:
    """An assessor's rating of one criterion of the scorecard."""

    person: str
    discipline: str
    criterion: str
    iteration: int
    rating: int
    rationale: str
    at: datetime
    superseded_at: datetime | None
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True)
class SpellPlan:
    """A stay in a stage."""

    stage: int
    iteration: int
    entered_at: datetime
    left_at: datetime | None
    exit_reason: str
    time_box_days: int | None
    extension_days: int
    time_box_ends_at: datetime | None
    clock_stopped_at: datetime | None


@dataclass(frozen=True)
class HoldPlan:
    """A pause."""

    started_at: datetime
    revive_date: date
    reason_code: str
    reason: str


@dataclass(frozen=True)
class VotePlan:
    """A vote as it stands; `earlier` is what it was before its voter changed it."""

    person: str
    outcome: str
    rationale: str
    confidence: int
    at: datetime
    conditions: tuple[str, ...] = ()
    earlier: VotePlan | None = None


@dataclass(frozen=True)
class ConditionPlan:
    """What a conditional go asks for."""

    text: str
    criterion: str
    owner: str
    due_date: date
    cleared_at: datetime | None = None
    cleared_by: str | None = None
    note: str = ""


@dataclass(frozen=True)
class DecisionPlan:
    """What the chair decided."""

    outcome: str
    reason: str
    reason_code: str
    learning: str
    funding_amount: Decimal | None
    funding_until: date | None
    funding_people: Decimal | None
    by: str
    at: datetime
    conditions: tuple[ConditionPlan, ...] = ()


@dataclass(frozen=True)
class ReviewPlan:
    """A review, decided or on its way. `stage` and `iteration` are those of the case at that time."""

    gate: int
    stage: int
    iteration: int
    kind: str
    state: str
    proposal: str
    requested_by: str
    requested_at: datetime
    decide_by: date
    prepared_at: datetime | None = None
    opened_at: datetime | None = None
    closes_at: datetime | None = None
    closed_at: datetime | None = None
    votes: tuple[VotePlan, ...] = ()
    decision: DecisionPlan | None = None


@dataclass(frozen=True)
class CellPlan:
    """The row of a file an imported case came from."""

    row: int
    raw: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class CasePlan:
    """A case with everything that belongs to it. `detailed` cases carry whole dossiers and each act of their life."""

    title: str
    problem: str
    process: str
    users: str
    benefit: str
    technology: tuple[str, ...]
    category: str
    unit: str | None
    vendor: str
    stage: int | None
    status: str
    iteration: int
    tier: str
    created_by: str
    created_at: datetime
    submitted_at: datetime | None
    updated_at: datetime
    target_gate_date: date | None
    detailed: bool
    members: tuple[MemberPlan, ...] = ()
    facts: tuple[FactPlan, ...] = ()
    scope: tuple[ScopePlan, ...] = ()
    business: tuple[BusinessPlan, ...] = ()
    kpis: tuple[KpiPlan, ...] = ()
    budgets: tuple[BudgetPlan, ...] = ()
    entries: tuple[EntryPlan, ...] = ()
    use: UsePlan = UsePlan()
    evidence: tuple[EvidencePlan, ...] = ()
    answers: tuple[AnswerPlan, ...] = ()
    sign_offs: tuple[SignOffPlan, ...] = ()
    ratings: tuple[RatingPlan, ...] = ()
    spells: tuple[SpellPlan, ...] = ()
    holds: tuple[HoldPlan, ...] = ()
    reviews: tuple[ReviewPlan, ...] = field(default=())
    cells: CellPlan | None = None
