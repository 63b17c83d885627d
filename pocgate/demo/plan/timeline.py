"""When a script's case entered and left its stages, and when its reviews ran."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from gates.rules.deadlines import after_working_days
from pocgate.demo.plan.scripts import ACTIVE, CLOSED, DRAFT, IN_PREPARATION, VOTING, Script, Step
from pocgate.demo.plan.shapes import HoldPlan, SpellPlan
from portfolio.rules.transitions import move_of_outcome

TIME_BOX_DAYS = {0: 28, 1: 42, 2: 84, 3: None}
DECIDE_WITHIN = 10
_SATURDAY = 5


@dataclass(frozen=True)
class Phase:
    """Work towards a gate: from the start of a stay or the last decision until the request, or until now."""

    stage: int
    iteration: int
    start: datetime
    end: datetime
    is_done: bool


@dataclass(frozen=True)
class Sitting:
    """A review: when it was asked for, opened, closed and decided, as far as it came."""

    gate: int
    iteration: int
    state: str
    requested_at: datetime
    prepared_at: datetime | None
    opened_at: datetime | None
    closes_at: datetime | None
    closed_at: datetime | None
    decided_at: datetime | None
    step: Step | None

    @property
    def decide_by(self) -> date:
        """Ten working days after the request."""
        return after_working_days(self.requested_at.date(), DECIDE_WITHIN)


@dataclass(frozen=True)
class Timeline:
    """The whole course. `until` is when records end: now, the end of the case, or where it fell silent."""

    created_at: datetime
    submitted_at: datetime | None
    until: datetime
    stage: int | None
    status: str
    iteration: int
    phases: tuple[Phase, ...]
    spells: tuple[SpellPlan, ...]
    sittings: tuple[Sitting, ...]
    holds: tuple[HoldPlan, ...]


def at_work(moment: datetime, rng: Random) -> datetime:
    """The moment's day, or the Monday after a weekend, at some time between eight and five."""
    day = moment.date()
    if day.weekday() >= _SATURDAY:
        day += timedelta(days=7 - day.weekday())
    return datetime.combine(day, time(8 + rng.randrange(9), rng.randrange(60)), moment.tzinfo)


def timeline(script: Script, rng: Random, now: datetime) -> Timeline:
    """The course of the script's case before `now`."""
    if script.state == DRAFT:
        created = min(at_work(now - timedelta(days=script.age), rng), now - timedelta(hours=2))
        return Timeline(created, None, now, None, "draft", 1, (), (), (), ())
    walk = _Walk(script, rng, now)
    for step in script.steps:
        walk.take(step)
    return walk.finish()


class _Walk:
    """Goes through the steps and keeps what came of them."""

    def __init__(self, script: Script, rng: Random, now: datetime) -> None:
        self.script, self.rng, self.now = script, rng, now
        self.submitted = at_work(now - timedelta(days=script.age), rng)
        self.created = at_work(self.submitted - timedelta(days=rng.randrange(3, 12)), rng) - timedelta(hours=9)
        self.since = self.entered = self.submitted
        self.stage, self.iteration, self.status = 0, 1, "active"
        self.phases: list[Phase] = []
        self.spells: list[SpellPlan] = []
        self.sittings: list[Sitting] = []
        self.holds: list[HoldPlan] = []

    def take(self, step: Step) -> None:
        """One decided review."""
        requested = at_work(self.since + timedelta(days=step.days), self.rng)
        opened = at_work(requested + timedelta(days=4), self.rng)
        closed = at_work(opened + timedelta(days=4), self.rng)
        decided = closed + timedelta(hours=1 + self.rng.randrange(20))
        if decided >= self.now:
            raise ValueError(f"{self.script.subject}: the steps take longer than {self.script.age} days")
        self._phase(requested, is_done=True)
        self.sittings.append(
            Sitting(
                *(self.stage, self.iteration, "decided", requested, at_work(requested + timedelta(days=1), self.rng)),
                *(opened, closed + timedelta(hours=2), closed, decided, step),
            )
        )
        self._move(step, requested, decided)

    def _phase(self, end: datetime, *, is_done: bool) -> None:
        self.phases.append(Phase(self.stage, self.iteration, self.since, end, is_done))

    def _move(self, step: Step, requested: datetime, decided: datetime) -> None:
        move = move_of_outcome(step.outcome, gate=self.stage, stage=self.stage, pivot_to=step.pivot_to, scheduled=True)
        if move.exit_reason:
            self.spells.append(self._spell(decided, move.exit_reason, stopped_at=requested))
        if move.opens_spell:
            self.entered = decided
        if step.outcome == "pause":
            until = (decided + timedelta(days=step.revive_in)).date()
            self.holds.append(HoldPlan(decided, until, step.reason_code, step.reason))
        self.stage, self.status, self.since = move.stage, move.status, decided
        self.iteration += 1 if move.next_iteration else 0

    def _spell(self, left: datetime | None, reason: str, *, stopped_at: datetime | None) -> SpellPlan:
        days = TIME_BOX_DAYS[self.stage]
        ends = self.entered + timedelta(days=days) if days else None
        return SpellPlan(self.stage, self.iteration, self.entered, left, reason, days, 0, ends, stopped_at)

    def finish(self) -> Timeline:
        """The case as it stands now."""
        silent = self.now - timedelta(days=self.script.idle)
        until, stopped_at = max(silent, self.since), None
        if self.status in ("stopped", "retired"):
            until = self.since
        elif self.script.state == ACTIVE:
            if self.status == "active":
                self._phase(until, is_done=False)
            stopped_at = self.sittings[-1].requested_at if self.status == "paused" else None
        else:
            sitting = self._open_sitting()
            self._phase(sitting.requested_at, is_done=True)
            self.sittings.append(sitting)
            self.status, until, stopped_at = "in_review", sitting.requested_at, sitting.requested_at
        if self.status not in ("stopped", "retired"):
            self.spells.append(self._spell(None, "", stopped_at=stopped_at))
        return Timeline(
            *(self.created, self.submitted, until, self.stage, self.status, self.iteration),
            *(tuple(self.phases), tuple(self.spells), tuple(self.sittings), tuple(self.holds)),
        )

    def _open_sitting(self) -> Sitting:
        def ago(days: float) -> datetime:
            return self.now - timedelta(days=days, minutes=self.rng.randrange(90))

        of_state = {
            IN_PREPARATION: (ago(3), ago(2), None, None, None),
            VOTING: (ago(7), ago(6), ago(2), self.now + timedelta(days=3), None),
            CLOSED: (ago(9), ago(8), ago(5), ago(0.8), ago(1)),
        }
        state = self.script.state
        requested, prepared, opened, closes, closed = of_state[state]
        return Sitting(self.stage, self.iteration, state, requested, prepared, opened, closes, closed, None, None)
