"""Times and days as records may hold them: with a zone, not from the future, not from before such records existed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from pocgate.kernel.errors import FieldProblem

EARLIEST_DAY = date(2000, 1, 1)
LONGEST_PERIOD = timedelta(days=3660)
# A day west of Greenwich begins up to twelve hours before its date in UTC.
_EARLIEST = datetime(1999, 12, 31, 12, tzinfo=UTC)


def moment_problems(pointer: str, moment: datetime, *, now: datetime) -> list[FieldProblem]:
    """What is wrong with a moment at which something happened."""
    if moment.tzinfo is None:
        return [FieldProblem(pointer, "no_time_zone", "Give the time with its zone, such as a final Z.")]
    if moment > now:
        shown = {"moment": f"{moment:%Y-%m-%d %H:%M}"}
        return [FieldProblem(pointer, "from_the_future", "This can not come from the future: {moment}.", shown)]
    return [] if moment >= _EARLIEST else [_too_early(pointer)]


def day_problems(pointer: str, day: date | None, *, today: date) -> list[FieldProblem]:
    """What is wrong with a day on which something happened; None is fine."""
    if day is None:
        return []
    if day > today:
        shown = {"moment": day.isoformat()}
        return [FieldProblem(pointer, "from_the_future", "This can not come from the future: {moment}.", shown)]
    return [] if day >= EARLIEST_DAY else [_too_early(pointer)]


def observation_problems(observed_from: datetime, observed_to: datetime, *, now: datetime) -> list[FieldProblem]:
    """What is wrong with the period of an observation."""
    problems = [
        *moment_problems("observed_from", observed_from, now=now),
        *moment_problems("observed_to", observed_to, now=now),
    ]
    if not problems and observed_from > observed_to:
        problems.append(FieldProblem("observed_from", "period_order", "The period begins after its end; swap the two."))
    return problems


def past_period_problems(start: date, end: date, *, today: date) -> list[FieldProblem]:
    """What is wrong with a half-open period of days that must be over; `end` is the day after the last."""
    if end <= start:
        message = "The period ends before it begins; its end is the day after the last."
        return [FieldProblem("period_end", "period_order", message)]
    if end - start > LONGEST_PERIOD:
        return [FieldProblem("period_end", "period_too_long", "A period lasts at most ten years.")]
    return [
        *day_problems("period_start", start, today=today),
        *day_problems("period_end", end - timedelta(days=1), today=today),
    ]


def _too_early(pointer: str) -> FieldProblem:
    return FieldProblem(pointer, "too_early", "Give a day from the year 2000 on.")
