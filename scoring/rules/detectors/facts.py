"""The records of a case that detectors and swamp signals read, as values at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from scoring.rules.facts import CaseFacts, applies
from scoring.rules.playbook.whole import Playbook
from scoring.rules.probes.records import ProbeFacts, TeamMember
from scoring.rules.readiness.answers import AnswerState
from scoring.rules.readiness.criterion import CriterionResult, evaluate_criterion
from scoring.rules.reasons import Record
from scoring.rules.vocabulary import SATISFYING_VERDICTS, SHOULD

PRODUCTION = 3


@dataclass(frozen=True)
class Box:
    """The open stay in the stage. `percent` of its time-box is used; None when times or time-box are not known.

    `days` is its whole length with the extension. `runs` is False on hold and in review, when its days do not count.
    """

    record: Record
    entered_at: datetime | None
    percent: int | None
    ends_at: datetime | None = None
    days: int | None = None
    runs: bool = True


@dataclass(frozen=True)
class ScopeChange:
    """A line of scope with the moment it came in."""

    record: Record
    added_at: datetime


@dataclass(frozen=True)
class FeedbackGiven:
    """A word from a user; `answered_at` is None while nobody answered."""

    record: Record
    given_at: datetime
    answered_at: datetime | None


@dataclass(frozen=True)
class Hold:
    """A pause that lasts. `ends_at` is the first moment after its revive date, None when it waits for a trigger."""

    record: Record
    started_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True)
class Turn:
    """Something that a decision did to the case: away from its way (a pause, a pivot) or on."""

    at: datetime
    away: bool
    record: Record


@dataclass(frozen=True)
class DetectorFacts:
    """Everything read of one case on its way. `probe` holds team, KPIs, business case and money.

    `requested_at` is the last gate request since the stage was entered that was not withdrawn. `last_act` is the newest
    reading, evidence, vote, sign-off or decision, with its record where it is one of scoring's or the portfolio's own.
    """

    now: datetime
    status: str
    title: str
    technology: tuple[str, ...]
    probe: ProbeFacts
    facts: CaseFacts = field(default_factory=CaseFacts)
    answers: Mapping[str, AnswerState] = field(default_factory=dict)
    box: Box | None = None
    scope: tuple[ScopeChange, ...] = ()
    eased: tuple[Record, ...] = ()
    feedback: tuple[FeedbackGiven, ...] = ()
    training: tuple[Record, ...] = ()
    requested_at: datetime | None = None
    last_act: datetime | None = None
    hold: Hold | None = None
    resumed_at: datetime | None = None
    turns: tuple[Turn, ...] = ()

    @property
    def stage(self) -> int:
        """The present stage."""
        return self.probe.stage

    @property
    def case(self) -> Record:
        """The case itself."""
        return self.probe.text.record

    def past(self, percent: Decimal) -> bool | None:
        """Whether so much of the time-box is used. Production has none: it lies behind all of them."""
        if self.box is not None and self.box.percent is not None:
            return self.box.percent >= percent
        return True if self.stage >= PRODUCTION else None

    def members(self, *roles: str) -> tuple[TeamMember, ...]:
        """The active members in these roles, everybody without one."""
        active = (member for member in self.probe.team if member.is_active(self.now))
        return tuple(member for member in active if not roles or member.role in roles)

    def result(self, key: str, playbook: Playbook) -> CriterionResult | None:
        """A criterion as it stands for the next gate, None when the playbook does not have it."""
        criterion = playbook.criteria_by_key.get(key)
        if criterion is None:
            return None
        level = applies(criterion, self.facts, self.stage) or SHOULD
        answer = self.answers.get(key, AnswerState(key))
        return evaluate_criterion(criterion, level, self.stage, answer, self.now)

    def shown(self, key: str, playbook: Playbook) -> bool | None:
        """Whether an attested criterion is shown at least in part; None when the playbook does not ask for it."""
        result = self.result(key, playbook)
        if result is None:
            return None
        return result.verdict in SATISFYING_VERDICTS or result.achievement > 0

    def behind(self, key: str, playbook: Playbook) -> tuple[Record, ...]:
        """The criterion and what was said of it."""
        result = self.result(key, playbook)
        if result is None:
            return ()
        return (Record("criterion", key, str(playbook.criteria_by_key[key].title)), *result.records)


def numbers_of(playbook: Playbook, detector: str) -> dict[str, Decimal]:
    """The numbers the playbook sets for a detector."""
    return dict(next(entry.numbers for entry in playbook.findings.detectors if entry.key == detector))
