"""How well the gates work: figures over the decisions of a period, each with what it counts and of how many.

They judge gates, never people: no figure is kept per voter. Pure; times are aware, days are calendar days.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median

GO, CONDITIONAL_GO, STOP = "go", "conditional_go", "stop"
APPROVALS = (GO, CONDITIONAL_GO)
# As the detector `governance_later` has it: more than half of at least eight pieces in the last 72 hours.
CRAMMED_SHARE, CRAMMED_LEAST, CRAMMED_HOURS = 0.5, 8, 72
# A voter who had the dossier open for less than this can hardly have read it.
SKIMMED_MINUTES = 2
_SECONDS_A_MINUTE, _SECONDS_A_DAY = 60, 86_400


@dataclass(frozen=True)
class DecisionFact:
    """A first decision of a review, corrections apart. `uploads` counts evidence since the stage began, by request."""

    gate: int
    outcome: str
    is_override: bool
    musts_open: int
    musts_waived: int
    requested_at: datetime
    decided_at: datetime
    decide_by: date
    decided_on: date
    uploads: int
    uploads_late: int


@dataclass(frozen=True)
class ConditionFact:
    """A condition of a decision of the period: when it was due, and when it was cleared, if it was."""

    gate: int
    due: date
    cleared_on: date | None


@dataclass(frozen=True)
class ReadingFact:
    """A first vote on a revision: when its caster opened that revision (None: never), and when they voted."""

    gate: int
    opened_at: datetime | None
    voted_at: datetime


@dataclass(frozen=True)
class Share:
    """`part` of `whole`; `percent` is None of nothing, so that nothing is never shown as none."""

    part: int
    whole: int

    @property
    def percent(self) -> int | None:
        """Whole per cent, rounded to the nearest."""
        return round(100 * self.part / self.whole) if self.whole else None


@dataclass(frozen=True)
class GateHealth:
    """The figures of one gate, or of all where `gate` is None. Medians are None where nothing was measured."""

    gate: int | None
    decisions: int
    outcomes: tuple[tuple[str, int], ...]
    go_with_open_musts: Share
    with_waivers: Share
    overrides: Share
    killed: Share
    conditions_overdue: Share
    conditions_late: Share
    decision_days: float | None
    decided_late: Share
    reading_minutes: float | None
    skimmed: Share
    never_opened: Share
    crammed: Share


@dataclass(frozen=True)
class HealthFacts:
    """Everything the figures are made of."""

    decisions: Sequence[DecisionFact]
    conditions: Sequence[ConditionFact]
    readings: Sequence[ReadingFact]
    today: date


def gate_health(facts: HealthFacts, gate: int | None = None) -> GateHealth:
    """The figures of one gate, or of all of them."""
    made = [fact for fact in facts.decisions if gate in (None, fact.gate)]
    approved = [fact for fact in made if fact.outcome in APPROVALS]
    conditions = [fact for fact in facts.conditions if gate in (None, fact.gate)]
    readings = [fact for fact in facts.readings if gate in (None, fact.gate)]
    minutes = [found for fact in readings if (found := reading_minutes(fact)) is not None]
    weighed = [fact for fact in made if fact.uploads >= CRAMMED_LEAST]
    return GateHealth(
        gate=gate,
        decisions=len(made),
        outcomes=_outcomes(made),
        go_with_open_musts=_share(fact.musts_open > 0 for fact in made if fact.outcome == GO),
        with_waivers=_share(fact.musts_waived > 0 for fact in approved),
        overrides=_share(fact.is_override for fact in made),
        killed=_share(fact.outcome == STOP for fact in made),
        conditions_overdue=_share(_is_overdue(fact, facts.today) for fact in conditions),
        conditions_late=_share(_was_late(fact) for fact in conditions if fact.cleared_on is not None),
        decision_days=_median([_days(fact) for fact in made]),
        decided_late=_share(fact.decided_on > fact.decide_by for fact in made),
        reading_minutes=_median(minutes),
        skimmed=_share(each < SKIMMED_MINUTES for each in minutes),
        never_opened=_share(fact.opened_at is None for fact in readings),
        crammed=_share(fact.uploads_late > CRAMMED_SHARE * fact.uploads for fact in weighed),
    )


def reading_minutes(fact: ReadingFact) -> float | None:
    """Minutes between opening the dossier and voting; None where it was opened never or only after the vote."""
    if fact.opened_at is None or fact.opened_at > fact.voted_at:
        return None
    return (fact.voted_at - fact.opened_at).total_seconds() / _SECONDS_A_MINUTE


def _days(fact: DecisionFact) -> float:
    return (fact.decided_at - fact.requested_at).total_seconds() / _SECONDS_A_DAY


def _is_overdue(fact: ConditionFact, today: date) -> bool:
    return fact.cleared_on is None and fact.due < today


def _was_late(fact: ConditionFact) -> bool:
    return fact.cleared_on is not None and fact.cleared_on > fact.due


def _outcomes(made: Iterable[DecisionFact]) -> tuple[tuple[str, int], ...]:
    counts: dict[str, int] = {}
    for fact in made:
        counts[fact.outcome] = counts.get(fact.outcome, 0) + 1
    return tuple(sorted(counts.items()))


def _share(hits: Iterable[bool]) -> Share:
    found = list(hits)
    return Share(sum(found), len(found))


def _median(values: Sequence[float]) -> float | None:
    return round(median(values), 1) if values else None
