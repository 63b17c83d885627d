"""The forward view: what becomes of a score when time goes on and nothing is renewed.

It steps from one announced change to the next with the same readiness function that computes the present score, so
nothing is estimated and nothing computed twice over.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from scoring.rules.explaining.waterfall import PartChange, part_changes
from scoring.rules.readiness import Readiness

ReadinessAt = Callable[[datetime], Readiness]


@dataclass(frozen=True)
class OutlookStep:
    """A moment at which time alone changes something, the score from then on, and the parts that change."""

    at: datetime
    overall: Decimal
    musts_open: tuple[str, ...]
    changes: tuple[PartChange, ...]

    @property
    def losses(self) -> tuple[PartChange, ...]:
        """The parts that stop passing or bring fewer points, the largest loss first."""
        return tuple(change for change in self.changes if is_loss(change))


@dataclass(frozen=True)
class Renewal:
    """A part that is lost at `by` unless it is renewed before."""

    key: str
    by: datetime
    change: PartChange


@dataclass(frozen=True)
class Outlook:
    """From `now` to `until`. The first step under the bar and the first that opens a must are None when none does.

    A score that is under the bar already has `falls_under_bar` None and `is_under_bar` True.
    """

    now: datetime
    until: datetime
    bar: int
    start: Readiness
    steps: tuple[OutlookStep, ...]

    @property
    def is_under_bar(self) -> bool:
        """Whether the score is under the bar at `now`."""
        return self.start.overall < self.bar

    @property
    def falls_under_bar(self) -> OutlookStep | None:
        """The step that takes a score at or above the bar under it."""
        if self.is_under_bar:
            return None
        return next((step for step in self.steps if step.overall < self.bar), None)

    @property
    def first_must_fails(self) -> OutlookStep | None:
        """The step at which a must that passes now is open for the first time."""
        known = set(self.start.musts_open)
        return next((step for step in self.steps if set(step.musts_open) - known), None)

    @property
    def renewals(self) -> tuple[Renewal, ...]:
        """Each part once, with the first moment at which it is lost, the earliest first."""
        first: dict[str, Renewal] = {}
        for step in self.steps:
            for change in step.losses:
                first.setdefault(change.key, Renewal(change.key, step.at, change))
        return tuple(first.values())


def is_loss(change: PartChange) -> bool:
    """Whether a part got worse of itself: it no longer satisfies, or shows less than before."""
    before, after = change.before, change.after
    if before is None or after is None:
        return False
    return (after.is_open and not before.is_open) or after.achievement < before.achievement


def outlook(readiness_at: ReadinessAt, *, now: datetime, until: datetime, bar: int) -> Outlook:
    """Follow the score to `until`, both included. `readiness_at` computes it from today's records at a later moment."""
    start = before = readiness_at(now)
    steps = []
    at = _next_change(before, now)
    while at is not None and at <= until:
        after = readiness_at(at)
        changes = part_changes(before, after)
        if changes:
            steps.append(OutlookStep(at, after.overall, after.musts_open, changes))
        before, at = after, _next_change(after, at)
    return Outlook(now, until, bar, start, tuple(steps))


def _next_change(readiness: Readiness, now: datetime) -> datetime | None:
    """The next announced change that lies ahead; one that a record leaves in the past can not change anything more."""
    ahead = [part.changes_at for part in readiness.results if part.changes_at is not None and part.changes_at > now]
    return min(ahead, default=None)
