"""The forward view of a case: when it falls if nothing is renewed, and what makes it fall."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from scoring.queries.explaining.as_of import AsOf
from scoring.queries.explaining.parts import part_of
from scoring.queries.readiness import Part
from scoring.rules.explaining import Outlook, OutlookStep, PartChange, outlook
from scoring.rules.explaining.ahead import is_loss

AHEAD = timedelta(days=730)


@dataclass(frozen=True)
class ComingLoss:
    """A part that is lost at `by` unless it is renewed: as it is now, and as it will be. `points` is negative."""

    by: datetime
    points: Decimal
    now: Part
    then: Part

    @property
    def key(self) -> str:
        """The criterion's key."""
        return self.now.key


@dataclass(frozen=True)
class Fall:
    """A step of the outlook with the losses that make it."""

    step: OutlookStep
    losses: tuple[ComingLoss, ...]


@dataclass(frozen=True)
class CaseOutlook:
    """The course of the score to `outlook.until`, what to renew by when, and the two falls that matter."""

    outlook: Outlook
    renewals: tuple[ComingLoss, ...]
    falls_under_bar: Fall | None
    first_must_fails: Fall | None

    @property
    def first(self) -> ComingLoss | None:
        """The next loss of all."""
        return self.renewals[0] if self.renewals else None


def outlook_of(found: AsOf, *, length: timedelta = AHEAD) -> CaseOutlook:
    """The outlook from the moment of `found` on. No queries: its records are moved on, not read again."""
    bar = found.rules.gate(found.readiness.gate).readiness_bar
    ahead = outlook(found.later(), now=found.at, until=found.at + length, bar=bar)
    return CaseOutlook(
        outlook=ahead,
        renewals=tuple(_losses(((renewal.by, renewal.change) for renewal in ahead.renewals), found)),
        falls_under_bar=_fall(ahead.falls_under_bar, found),
        first_must_fails=_fall(ahead.first_must_fails, found),
    )


def _fall(step: OutlookStep | None, found: AsOf) -> Fall | None:
    if step is None:
        return None
    return Fall(step, tuple(_losses(((step.at, change) for change in step.changes if is_loss(change)), found)))


def _losses(changes: Iterable[tuple[datetime, PartChange]], found: AsOf) -> Iterable[ComingLoss]:
    facts = found.state.facts
    for by, change in changes:
        if change.before is not None and change.after is not None:
            now, then = (part_of(result, found.rules, facts) for result in (change.before, change.after))
            yield ComingLoss(by, change.points, now, then)
