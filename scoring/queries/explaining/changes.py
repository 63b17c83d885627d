"""What moved a case's readiness between two moments, with titles and reasons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from scoring.queries.explaining.as_of import AsOf
from scoring.queries.explaining.parts import part_of
from scoring.queries.readiness import Part
from scoring.rules.explaining import PartChange, waterfall
from scoring.rules.explaining.waterfall import FACTS, GATE, PLAYBOOK, RECORDS
from scoring.rules.readiness import Readiness


@dataclass(frozen=True)
class PartMove:
    """A part that moved. `points` is gained, or lost where negative; a side on which it is not asked is None."""

    key: str
    title: str
    change: str
    points: Decimal
    before: Part | None
    after: Part | None

    @property
    def reason_text(self) -> str:
        """Why it is as it is now; empty where it is not asked any more."""
        return self.after.reason_text if self.after else ""


@dataclass(frozen=True)
class Move:
    """What one cause moved: `playbook`, `gate`, `facts` or `records`."""

    cause: str
    points: Decimal
    parts: tuple[PartMove, ...]


@dataclass(frozen=True)
class CaseChanges:
    """From the score at `since` to that at `until`; the points of the moves add up to the difference."""

    since: datetime
    until: datetime
    gate_before: int
    gate_after: int
    start: Decimal
    end: Decimal
    moves: tuple[Move, ...]

    @property
    def points(self) -> Decimal:
        """Gained, or lost where negative."""
        return self.end - self.start


def changes_between(before: AsOf, after: AsOf) -> CaseChanges:
    """The waterfall from one moment to a later one. What is asked changes first, what is shown last. No queries."""
    found = waterfall(before.readiness, _stages(before, after))
    moves = tuple(
        Move(step.cause, step.points, tuple(_move(change, before, after) for change in step.parts))
        for step in found.steps
    )
    gates = (before.readiness.gate, after.readiness.gate)
    return CaseChanges(before.at, after.at, *gates, found.start, found.end, moves)


def _stages(before: AsOf, after: AsOf) -> list[tuple[str, Readiness]]:
    """The readiness of the earlier records as the question turns into that of the later moment, step by step."""
    rules, gate, facts = before.rules, before.readiness.gate, before.state.facts
    stages = []
    if after.rules.digest != rules.digest:
        rules = after.rules
        stages.append((PLAYBOOK, before.under(rules, gate, facts)))
    if after.readiness.gate != gate:
        gate = after.readiness.gate
        stages.append((GATE, before.under(rules, gate, facts)))
    if after.state.facts != facts:
        stages.append((FACTS, before.under(rules, gate, after.state.facts)))
    return [*stages, (RECORDS, after.readiness)]


def _move(change: PartChange, before: AsOf, after: AsOf) -> PartMove:
    sides = [
        part_of(result, frame.rules if change.key in frame.rules.criteria_by_key else other.rules, frame.state.facts)
        if result
        else None
        for result, frame, other in ((change.before, before, after), (change.after, after, before))
    ]
    known = sides[1] or sides[0]
    title = known.title if known else change.key
    return PartMove(change.key, title, change.change, change.points, *sides)
