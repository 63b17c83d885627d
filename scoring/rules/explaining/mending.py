"""What it would take: the cheapest set of changes with which a case passes its gate, and reaches the bar as well."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from scoring.rules.explaining.cheapest import Cost, Ground, Option, cheapest
from scoring.rules.facts import CaseFacts, holds
from scoring.rules.playbook.whole import Playbook
from scoring.rules.readiness import CriterionResult, Readiness
from scoring.rules.readiness.sums import half_up
from scoring.rules.vocabulary import ATTESTED, COMPUTED, MUST, SIGNED, WAIVED

GO, CONDITIONAL_GO = "go", "conditional_go"
# Sizes of effort against each other: a medium piece of work outweighs two small ones, a large one two medium ones.
EFFORT_UNITS = {"S": 1, "M": 3, "L": 8}

_AWAITS_VERIFIER = ("not_verified", "not_applicable_unverified")
_FULL = 10_000
_TEAM = "team"
# Computed criteria that only certain people can mend, because they confirm or agree in person.
_ACTORS = {
    "business_owner": ("business_owner",),
    "sponsor_confirmed": ("sponsor", "budget_holder"),
    "cap_agreed": (_TEAM, "budget_holder"),
}


@dataclass(frozen=True)
class Change:
    """One criterion brought to pass. `who` acts, in this order; `lead_days` are calendar days; `gain` its points.

    `may_stay_open` tells a must that a conditional go can leave open, `waivable` one that could be waived instead.
    """

    result: CriterionResult
    effort: str
    lead_days: int
    who: tuple[str, ...]
    may_stay_open: bool
    waivable: bool

    @property
    def key(self) -> str:
        """The criterion's key."""
        return self.result.key

    @property
    def gain(self) -> Decimal:
        """The points it would bring, all else as it is."""
        return self.result.points_possible - self.result.points

    @property
    def cost(self) -> Cost:
        """Effort, lead days, and itself as one change."""
        return (EFFORT_UNITS[self.effort], self.lead_days, 1)


@dataclass(frozen=True)
class Plan:
    """A set of changes, the cheapest first, the musts left open, and the score it leads to (0–100).

    `lead_days` is how long it takes when all of it begins today and runs side by side; `lead_days_in_turn` when one
    person does one thing after the other.
    """

    outcome: str
    changes: tuple[Change, ...]
    left_open: tuple[Change, ...]
    overall: Decimal

    @property
    def effort(self) -> int:
        """In the units of `EFFORT_UNITS`."""
        return sum(change.cost[0] for change in self.changes)

    @property
    def lead_days(self) -> int:
        """The longest lead of all."""
        return max((change.lead_days for change in self.changes), default=0)

    @property
    def lead_days_in_turn(self) -> int:
        """All leads one after the other."""
        return sum(change.lead_days for change in self.changes)


@dataclass(frozen=True)
class Way:
    """The way to one outcome: what the policy needs, and what reaches the bar as well (None when nothing can)."""

    outcome: str
    needed: Plan
    to_the_bar: Plan | None


def ways(playbook: Playbook, found: Readiness, facts: CaseFacts) -> tuple[Way, Way]:
    """To `go` and to `conditional_go`. Nothing else of the case changes; what passes now is taken to stay so."""
    changes = possible_changes(playbook, found, facts)
    return _way(GO, playbook, found, changes), _way(CONDITIONAL_GO, playbook, found, changes)


def possible_changes(playbook: Playbook, found: Readiness, facts: CaseFacts) -> tuple[Change, ...]:
    """Every criterion in the score that does not show all it could, the cheapest first."""
    criteria = playbook.criteria_by_key
    changes = []
    for result in found.results:
        if result.counts and (result.is_open or result.verdict == WAIVED):
            criterion = criteria[result.key]
            closes_in_time = criterion.lead_days <= playbook.recommendation.closing_days
            changes.append(
                Change(
                    result=result,
                    effort=criterion.effort,
                    lead_days=criterion.lead_days,
                    who=_who(result, criterion.verifier),
                    may_stay_open=result.level == MUST and result.closable and closes_in_time,
                    waivable=result.level == MUST and is_waivable(playbook, result.key, found.gate, facts),
                )
            )
    return tuple(sorted(changes, key=lambda change: (change.cost, -change.gain)))


def is_waivable(playbook: Playbook, key: str, gate: int, facts: CaseFacts) -> bool:
    """Whether the playbook lets the criterion be waived at the gate at all."""
    bans = (ban for ban in playbook.waivers.never if ban.criterion == key and ban.gate in (None, gate))
    return not any(holds(ban.when, facts) for ban in bans)


def _who(result: CriterionResult, verifier: str | None) -> tuple[str, ...]:
    if result.kind == SIGNED:
        return ("compliance",)
    if result.kind == ATTESTED and result.reason.code in _AWAITS_VERIFIER:
        return (verifier or _TEAM,)
    if result.kind == COMPUTED:
        return _ACTORS.get(result.key, (_TEAM,))
    return (_TEAM, verifier) if verifier else (_TEAM,)


def _way(outcome: str, playbook: Playbook, found: Readiness, changes: Sequence[Change]) -> Way:
    slots = playbook.recommendation.closable_musts if outcome == CONDITIONAL_GO else 0
    bar = playbook.gate(found.gate).readiness_bar
    needed = _plan(outcome, found, changes, slots=slots, bar=0)
    if needed is None:
        raise ValueError("making every change always passes")
    to_the_bar = needed if needed.overall >= bar else _plan(outcome, found, changes, slots=slots, bar=bar)
    return Way(outcome, needed, to_the_bar)


def _plan(outcome: str, found: Readiness, changes: Sequence[Change], *, slots: int, bar: int) -> Plan | None:
    forced = {change.key for change in changes if _is_forced(change, outcome)}
    leavable = {change.key for change in changes if change.may_stay_open and change.result.is_open} - forced
    optional = [change for change in changes if change.key not in forced]
    grounds = _grounds(found, forced, optional, leavable)
    chosen = cheapest(grounds, needed=_needed(bar, len(grounds)), slots=slots)
    if chosen is None:
        return None
    made = forced | chosen
    return Plan(
        outcome=outcome,
        changes=tuple(change for change in changes if change.key in made),
        left_open=tuple(change for change in changes if change.key in leavable - made),
        overall=_overall(found, made),
    )


def _is_must(change: Change) -> bool:
    return change.result.level == MUST


def _is_forced(change: Change, outcome: str) -> bool:
    """A must that has to pass. For a go waived ones, too: a waiver allows no more than a conditional go."""
    if not _is_must(change):
        return False
    if outcome == GO:
        return True
    return change.result.is_open and not change.may_stay_open


def _grounds(
    found: Readiness, forced: Collection[str], optional: Iterable[Change], leavable: Collection[str]
) -> list[Ground]:
    options = {change.key: change for change in optional}
    grounds = []
    for dimension in found.dimensions:
        weights = {part.key: int(part.weight.scaleb(2)) for part in dimension.parts}
        missing = {part.key: _FULL - int(part.achievement.scaleb(4)) for part in dimension.parts}
        reached = sum(
            weights[part.key] * (_FULL - (0 if part.key in forced else missing[part.key])) for part in dimension.parts
        )
        made_optional = tuple(
            Option(key, options[key].cost, weights[key] * missing[key], int(key in leavable))
            for key in weights
            if key in options
        )
        grounds.append(Ground(reached, sum(weights.values()), made_optional))
    return grounds


def _needed(bar: int, dimensions: int) -> int:
    """The least sum of dimension scores whose mean, rounded half up, reaches the bar; all in hundredths."""
    return max(-(-(2 * bar * 100 * dimensions - dimensions) // 2), 0)


def _overall(found: Readiness, made: Collection[str]) -> Decimal:
    grounds = _grounds(found, made, (), ())
    scores = [ground.score(0) for ground in grounds]
    return Decimal(half_up(sum(scores), len(scores)) if scores else 0).scaleb(-2)
