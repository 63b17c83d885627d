"""Meetings of a committee: what may be done when, the order of the agenda, and whether a quorum is to be expected."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from math import ceil

from pocgate.kernel.errors import Blocker

PLANNED, RUNNING, HELD, CANCELLED = "planned", "running", "held", "cancelled"
PLAN, ANSWER, START, FINISH, CANCEL, NOTE = "plan", "answer", "start", "finish", "cancel", "note"
# In which states each act may be done.
ALLOWED: Mapping[str, tuple[str, ...]] = {
    PLAN: (PLANNED,),
    ANSWER: (PLANNED,),
    START: (PLANNED,),
    FINISH: (RUNNING,),
    CANCEL: (PLANNED,),
    # What was said may be written down until the minutes are closed with the meeting.
    NOTE: (RUNNING,),
}
COMING, UNSURE = ("yes", "present"), ("maybe", "")
LIKELY, OPEN, UNLIKELY = "likely", "open", "unlikely"


def meeting_blockers(act: str, state: str, *, items: int = 1) -> list[Blocker]:
    """Why the act is not possible in this state."""
    if state not in ALLOWED[act]:
        return [Blocker("meeting_state", "This meeting is {state}.", {"state": state})]
    if act == START and not items:
        return [Blocker("agenda_empty", "Put at least one review on the agenda first.")]
    return []


def moved(order: Sequence[int], item: int, steps: int) -> list[int]:
    """The order with the item so many places further down (negative: up), as far as the agenda goes."""
    rest = [each for each in order if each != item]
    place = max(0, min(len(rest), order.index(item) + steps))
    return [*rest[:place], item, *rest[place:]]


def schedule(starts_at: datetime, durations: Iterable[int]) -> list[datetime]:
    """When each item begins, one after the other; minutes each."""
    found, at = [], starts_at
    for minutes in durations:
        found.append(at)
        at += timedelta(minutes=minutes)
    return found


@dataclass(frozen=True)
class Forecast:
    """Of the seats that can vote on an item: how many come, may come, and are needed. `absent`: disciplines missing."""

    able: int
    coming: int
    unsure: int
    needed: int
    absent: tuple[str, ...]

    @property
    def state(self) -> str:
        """`likely` when those who said they come are enough, `unlikely` when even the unsure are not, else `open`."""
        if self.coming >= self.needed and not self.absent:
            return LIKELY
        return OPEN if self.coming + self.unsure >= self.needed else UNLIKELY


@dataclass(frozen=True)
class Place:
    """A seat on one item: what its holder answered, and whether conflict or recusal keeps it out."""

    answer: str
    is_able: bool
    speaks_for: tuple[str, ...]


def forecast(places: Iterable[Place], share: Fraction, least: int, present: Collection[str]) -> Forecast:
    """The quorum to expect: `share` of the able seats, rounded up, at least `least`, these disciplines among them."""
    able = [place for place in places if place.is_able]
    coming = [place for place in able if place.answer in COMING]
    spoken = {name for place in coming for name in place.speaks_for}
    return Forecast(
        able=len(able),
        coming=len(coming),
        unsure=sum(place.answer in UNSURE for place in able),
        needed=max(ceil(share * len(able)), least),
        absent=tuple(name for name in present if name not in spoken),
    )
