"""What another playbook does to the readiness of a case, and of many together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain

from scoring.rules.playbook import Playbook
from scoring.rules.readiness import Readiness
from scoring.rules.readiness.criterion import CriterionResult

MOVED_KEPT = 8
BUCKET = 5


@dataclass(frozen=True)
class CaseEffect:
    """One case's readiness for `gate` under both playbooks, 0–100.

    `opening` are must-meets open only afterwards, `closing` only before. `moved`: points won or lost by each
    criterion, the largest first.
    """

    gate: int
    before: Decimal
    after: Decimal
    reached_bar: bool
    reaches_bar: bool
    opening: tuple[str, ...]
    closing: tuple[str, ...]
    moved: tuple[tuple[str, Decimal], ...]

    @property
    def change(self) -> Decimal:
        """Points won or lost."""
        return self.after - self.before

    @property
    def is_change(self) -> bool:
        """Whether anything a gate looks at differs."""
        return bool(self.change or self.opening or self.closing or self.reached_bar != self.reaches_bar)


def case_effect(before: Readiness, after: Readiness, old: Playbook, new: Playbook) -> CaseEffect:
    """The difference between the readiness of one case, at one moment, under two playbooks."""
    was, becomes = set(before.musts_open), set(after.musts_open)
    return CaseEffect(
        gate=before.gate,
        before=before.overall,
        after=after.overall,
        reached_bar=before.overall >= old.gate(before.gate).readiness_bar,
        reaches_bar=after.overall >= new.gate(after.gate).readiness_bar,
        opening=tuple(key for key in after.musts_open if key not in was),
        closing=tuple(key for key in before.musts_open if key not in becomes),
        moved=_moved(before.results, after.results),
    )


def _moved(before: Iterable[CriterionResult], after: Iterable[CriterionResult]) -> tuple[tuple[str, Decimal], ...]:
    points: dict[str, Decimal] = {}
    signed = chain(((each, -1) for each in before), ((each, 1) for each in after))
    for result, sign in signed:
        points[result.key] = points.get(result.key, Decimal(0)) + sign * result.points
    moved = [(key, change) for key, change in points.items() if change]
    return tuple(sorted(moved, key=lambda pair: (-abs(pair[1]), pair[0]))[:MOVED_KEPT])


@dataclass
class EffectTotals:
    """Counts over many cases. `opening` and `closing` count, by criterion, the cases where that must-meet moves."""

    cases: int = 0
    changed: int = 0
    rising: int = 0
    falling: int = 0
    reaching: int = 0
    missing: int = 0
    with_opening: int = 0
    with_closing: int = 0
    failed: int = 0
    opening: dict[str, int] = field(default_factory=dict)
    closing: dict[str, int] = field(default_factory=dict)
    buckets: dict[int, int] = field(default_factory=dict)

    def add(self, effect: CaseEffect) -> None:
        """Count one case."""
        self.cases += 1
        self.changed += effect.is_change
        self.rising += effect.change > 0
        self.falling += effect.change < 0
        self.reaching += effect.reaches_bar and not effect.reached_bar
        self.missing += effect.reached_bar and not effect.reaches_bar
        self.with_opening += bool(effect.opening)
        self.with_closing += bool(effect.closing)
        for counts, keys in ((self.opening, effect.opening), (self.closing, effect.closing)):
            for key in keys:
                counts[key] = counts.get(key, 0) + 1
        if effect.change:
            start = bucket_of(effect.change)
            self.buckets[start] = self.buckets.get(start, 0) + 1


def bucket_of(change: Decimal) -> int:
    """The lower end of the step of `BUCKET` points that holds the change; no step reaches across 0."""
    steps, rest = divmod(abs(change), BUCKET)
    whole = int(steps) * BUCKET
    if change > 0:
        return whole
    return -whole - (BUCKET if rest else 0)
