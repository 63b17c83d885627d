"""How much of a time-box is used; days on hold and in review do not count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction

from pocgate.kernel.errors import Blocker

CLOSE_PERCENT = 75
FULL_PERCENT = 100
OVERDUE_PERCENT = 150


class Level(StrEnum):
    """How a card is coloured by its age."""

    NONE = "none"
    FRESH = "fresh"
    CLOSE = "close"
    OVER = "over"
    FAR_OVER = "far_over"


@dataclass(frozen=True)
class Box:
    """A spell's time-box as recorded. `ends_at` leaves out stopped days; null when none is set."""

    entered_at: datetime | None
    days: int | None
    extension_days: int = 0
    ends_at: datetime | None = None
    stopped_at: datetime | None = None


@dataclass(frozen=True)
class TimeBoxUse:
    """Days used and allowed, and the use in per cent; `percent` is None without a time-box."""

    days_used: int | None
    days_allowed: int | None
    percent: int | None
    level: Level

    @property
    def is_over(self) -> bool:
        """The time-box is used up."""
        return self.level in (Level.OVER, Level.FAR_OVER)


def time_box_use(box: Box, *, now: datetime) -> TimeBoxUse:
    """The use of a time-box at `now`; whole days, rounded down."""
    until = min(box.stopped_at or now, now)
    if box.days and (box.ends_at or box.entered_at):
        return _use_of_box(box, box.days, until)
    used = max((until - box.entered_at).days, 0) if box.entered_at else None
    return TimeBoxUse(used, None, None, Level.NONE)


def _use_of_box(box: Box, days: int, until: datetime) -> TimeBoxUse:
    allowed = timedelta(days=days + box.extension_days)
    ends_at = box.ends_at or (box.entered_at or until) + allowed
    used = max(allowed - (ends_at - until), timedelta(0))
    percent = int(used / allowed * 100)
    return TimeBoxUse(used.days, allowed.days, percent, level_of(percent))


def level_of(percent: int) -> Level:
    """The colour level of a use in per cent."""
    if percent >= OVERDUE_PERCENT:
        return Level.FAR_OVER
    if percent >= FULL_PERCENT:
        return Level.OVER
    return Level.CLOSE if percent >= CLOSE_PERCENT else Level.FRESH


def extension_blockers(time_box_days: int | None, extension_days: int, days: int, share: Fraction) -> list[Blocker]:
    """Why the time-box can not be extended by `days`; `share` of it is the most."""
    if not time_box_days:
        return [Blocker("no_time_box", "This stage has no time-box to extend.")]
    if extension_days:
        return [Blocker("extended_already", "The time-box was extended already; a second extension is not possible.")]
    most = int(time_box_days * share)
    if not 1 <= days <= most:
        shown = {"most": most, "percent": int(share * 100)}
        return [Blocker("extension_too_long", "An extension is 1 to {most} days, {percent} % of the time-box.", shown)]
    return []
