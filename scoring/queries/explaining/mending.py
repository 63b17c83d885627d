"""What it would take a case to pass its next gate, with titles, dates and who acts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from scoring.queries.explaining.ahead import CaseOutlook, ComingLoss
from scoring.queries.explaining.as_of import AsOf
from scoring.queries.explaining.parts import part_of
from scoring.queries.readiness import Part, in_reader_language
from scoring.rules.explaining import Change, Plan, Way, ways


@dataclass(frozen=True)
class Mend:
    """A change with its texts. `for_the_bar` tells one that only the bar asks for."""

    change: Change
    part: Part
    for_the_bar: bool


@dataclass(frozen=True)
class CaseWay:
    """The way to one outcome. `earliest_date` holds when all begins today and runs side by side.

    `lapsing` are parts that pass now and are lost before that day, so they have to be renewed on the way.
    """

    way: Way
    mends: tuple[Mend, ...]
    left_open: tuple[Mend, ...]
    earliest_date: date
    lapsing: tuple[ComingLoss, ...]

    @property
    def plan(self) -> Plan:
        """The set of changes: with what the bar asks, where it can be reached."""
        return self.way.to_the_bar or self.way.needed

    @property
    def outcome(self) -> str:
        """`go` or `conditional_go`."""
        return self.way.outcome

    @property
    def is_there(self) -> bool:
        """Nothing is needed any more."""
        return not self.mends


@dataclass(frozen=True)
class CaseWays:
    """Both ways, and the title of the quadrant that the gate asks beside them. Nothing mends a prohibited tier."""

    to_go: CaseWay
    to_conditional_go: CaseWay
    quadrant_asked: str
    is_prohibited: bool


def ways_of(found: AsOf, ahead: CaseOutlook) -> CaseWays:
    """What it would take from the moment of `found` on. No queries."""
    to_go, conditional = ways(found.rules, found.readiness, found.state.facts)
    return CaseWays(
        to_go=_case_way(to_go, found, ahead),
        to_conditional_go=_case_way(conditional, found, ahead),
        quadrant_asked=_quadrant_asked(found),
        is_prohibited=found.state.facts.tier == "prohibited",
    )


def _case_way(way: Way, found: AsOf, ahead: CaseOutlook) -> CaseWay:
    plan = way.to_the_bar or way.needed
    needed = {change.key for change in way.needed.changes}
    ready_at = found.at + timedelta(days=plan.lead_days)
    return CaseWay(
        way=way,
        mends=tuple(_mend(change, found, for_the_bar=change.key not in needed) for change in plan.changes),
        left_open=tuple(_mend(change, found, for_the_bar=False) for change in plan.left_open),
        earliest_date=_day_here(ready_at),
        lapsing=tuple(loss for loss in ahead.renewals if loss.by <= ready_at),
    )


def _mend(change: Change, found: AsOf, *, for_the_bar: bool) -> Mend:
    return Mend(change, part_of(change.result, found.rules, found.state.facts), for_the_bar)


def _quadrant_asked(found: AsOf) -> str:
    demand = found.rules.gate(found.readiness.gate).scorecard
    titles = dict(found.rules.scorecard.quadrant_titles)
    return in_reader_language(titles[demand.quadrant]) if demand else ""


def _day_here(moment: datetime) -> date:
    return timezone.localdate(moment, timezone.get_default_timezone())
