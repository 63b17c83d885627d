"""The queue of the compliance desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from gates.enums import OPEN_REVIEW_STATES
from gates.queries.checklists import Checklist, checklists_of
from gates.queries.evaluation import day_here
from pocgate.identity.models import User
from portfolio.enums import Origin, Status
from portfolio.models import UseCase

# The most urgent tier first; what was not assessed counts as high.
TIERS = ("prohibited", "high", "unassessed", "limited", "minimal")
AHEAD_SHOWN = 40


@dataclass(frozen=True)
class Queued:
    """A case with items to sign. `is_late` when its day has passed."""

    checklist: Checklist
    is_late: bool

    @property
    def due_count(self) -> int:
        """Items that wait for compliance."""
        return len(self.checklist.due)


@dataclass(frozen=True)
class Desk:
    """`waiting`: in review, by due date and tier. `ahead`: can be signed before a request. `done`: nothing left to."""

    waiting: tuple[Queued, ...]
    ahead: tuple[Queued, ...]
    done: tuple[Queued, ...]


def desk_of(user: User, *, now: datetime) -> Desk:
    """The cases the person sees that have something to sign; imported ones only once they are in review."""
    visible = UseCase.objects.visible_to(user, now=now).with_people_and_places()
    in_review = visible.filter(status=Status.IN_REVIEW, reviews__state__in=OPEN_REVIEW_STATES).distinct()
    entered = visible.filter(status=Status.ACTIVE, origin=Origin.ENTERED).order_by("target_gate_date", "number")
    today = day_here(now)
    reviewed = sorted(_queued(list(in_review), today, now), key=_urgency)
    ahead = sorted(_queued(list(entered[: AHEAD_SHOWN * 2]), today, now), key=_urgency)
    return Desk(
        waiting=tuple(queued for queued in reviewed if queued.due_count and queued.checklist.is_open),
        ahead=tuple(queued for queued in ahead if queued.due_count)[:AHEAD_SHOWN],
        done=tuple(queued for queued in reviewed if not queued.due_count or not queued.checklist.is_open),
    )


def _queued(cases: list[UseCase], today: date, now: datetime) -> list[Queued]:
    return [
        Queued(checklist, checklist.due_date is not None and checklist.due_date < today)
        for checklist in checklists_of(cases, now=now)
    ]


def _urgency(queued: Queued) -> tuple[date, int, int]:
    case = queued.checklist.case
    due = queued.checklist.due_date or case.target_gate_date or date.max
    return due, TIERS.index(case.tier) if case.tier in TIERS else len(TIERS), case.number
