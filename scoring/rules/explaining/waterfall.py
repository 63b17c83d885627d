"""What moved a score from one computation to another, part by part, adding up exactly to the difference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from scoring.rules.readiness import CriterionResult, Readiness

# What kind of change a part went through between two computations.
ENTERED, LEFT, VERDICT, ACHIEVEMENT, SHARE = "entered", "left", "verdict", "achievement", "share"
# Why two computations differ, in the order in which a waterfall takes them.
PLAYBOOK, GATE, FACTS, RECORDS = "playbook", "gate", "facts", "records"
CAUSES = (PLAYBOOK, GATE, FACTS, RECORDS)

_NOTHING = Decimal("0.00")


@dataclass(frozen=True)
class PartChange:
    """A part that differs. `points` is after minus before; a part that is not asked has none and no result.

    `change`: `entered` or `left` the criteria asked, another `verdict`, the same with another `achievement`, or only
    another `share` of the score because others entered or left.
    """

    key: str
    change: str
    points: Decimal
    before: CriterionResult | None
    after: CriterionResult | None


@dataclass(frozen=True)
class Step:
    """All that one cause moved, the largest movement first; the points of `parts` add up to `points`."""

    cause: str
    points: Decimal
    parts: tuple[PartChange, ...]


@dataclass(frozen=True)
class Waterfall:
    """From `start` to `end`: start plus the points of the steps is exactly the end."""

    start: Decimal
    end: Decimal
    steps: tuple[Step, ...]

    @property
    def points(self) -> Decimal:
        """Gained, or lost where negative."""
        return self.end - self.start


def waterfall(start: Readiness, changed: Sequence[tuple[str, Readiness]]) -> Waterfall:
    """`changed` pairs a cause with the readiness once that cause, too, is taken as it is at the end."""
    steps = []
    before = start
    for cause, after in changed:
        parts = part_changes(before, after)
        if parts:
            steps.append(Step(cause, after.overall - before.overall, parts))
        before = after
    return Waterfall(start.overall, before.overall, tuple(steps))


def part_changes(before: Readiness, after: Readiness) -> tuple[PartChange, ...]:
    """The parts that differ, the largest movement first; their points add up to the difference of the scores."""
    old, new = _by_key(before), _by_key(after)
    changes = [_change(key, old.get(key), new.get(key)) for key in dict.fromkeys([*new, *old])]
    found = [change for change in changes if change is not None]
    return tuple(sorted(found, key=lambda change: -abs(change.points)))


def _by_key(readiness: Readiness) -> Mapping[str, CriterionResult]:
    return {result.key: result for result in readiness.results}


def _change(key: str, before: CriterionResult | None, after: CriterionResult | None) -> PartChange | None:
    kind = _kind(before, after)
    points = (after.points if after else _NOTHING) - (before.points if before else _NOTHING)
    if kind == SHARE and points == 0:
        return None
    return PartChange(key, kind, points, before, after)


def _kind(before: CriterionResult | None, after: CriterionResult | None) -> str:
    if before is None:
        return ENTERED
    if after is None:
        return LEFT
    if (before.verdict, before.level) != (after.verdict, after.level):
        return VERDICT
    return ACHIEVEMENT if before.achievement != after.achievement else SHARE
