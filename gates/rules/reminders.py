"""When whom to remind of a deadline."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from scoring.rules.playbook.pace import ReminderPolicy


@dataclass(frozen=True)
class Occasion:
    """One reminder that is due. `key` names the occasion for ever, so that it is sent once per person and subject."""

    key: str
    days_left: int
    to_chair: bool


def occasions_due(
    deadline: date,
    today: date,
    sent: Collection[str],
    policy: ReminderPolicy,
    since: date | None = None,
) -> tuple[Occasion, ...]:
    """The reminders due today and not yet `sent`: at most one for the person and one for the chair.

    After an outage only the latest occasion of each is due, never the ones missed before it. With `since`, the day the
    duty arose, occasions before that day are left out. Dates are in the time zone of the installation.
    """
    days_left = (deadline - today).days
    candidates = (
        _latest_for_person(days_left, policy),
        _latest_for_chair(days_left, policy),
    )
    return tuple(
        Occasion(_key(offset, to_chair), days_left, to_chair)
        for offset, to_chair in zip(candidates, (False, True), strict=True)
        if offset is not None
        and _key(offset, to_chair) not in sent
        and (since is None or (deadline - since).days >= offset)
    )


@dataclass(frozen=True)
class DayOccasions:
    """What is due for a deadline: the latest occasion of the person and of the chair, each with its day."""

    person: str | None
    person_on: date | None
    chair: str | None
    chair_on: date | None


def occasions_on(today: date, policy: ReminderPolicy, longest_overdue: int) -> Mapping[date, DayOccasions]:
    """By deadline, what is due today: for every deadline that is near, or passed at most so many days ago."""
    nearest = max(policy.before_days, default=-1)
    deadlines = [today + timedelta(days=days) for days in range(-longest_overdue, nearest + 1)]
    found = {deadline: _on(deadline, today, policy) for deadline in deadlines}
    return {deadline: due for deadline, due in found.items() if due.person or due.chair}


def _on(deadline: date, today: date, policy: ReminderPolicy) -> DayOccasions:
    days_left = (deadline - today).days
    person, chair = _latest_for_person(days_left, policy), _latest_for_chair(days_left, policy)
    return DayOccasions(
        person=None if person is None else name_of(deadline, _key(person, to_chair=False)),
        person_on=None if person is None else deadline - timedelta(days=person),
        chair=None if chair is None else name_of(deadline, _key(chair, to_chair=True)),
        chair_on=None if chair is None else deadline - timedelta(days=chair),
    )


def name_of(deadline: date, key: str) -> str:
    """An occasion as it is noted: a deadline that moved starts its occasions afresh, so the date is part of each."""
    return f"{deadline.isoformat()} {key}"


def _key(offset: int, to_chair: bool) -> str:
    moment = f"before-{offset}" if offset >= 0 else f"after-{-offset}"
    return f"chair-{moment}" if to_chair else moment


def _latest_for_person(days_left: int, policy: ReminderPolicy) -> int | None:
    """Days before the deadline of the latest occasion that has come; negative after the deadline."""
    repeats = max(-days_left, 0) // policy.repeat_days
    if repeats:
        return -repeats * policy.repeat_days
    return min((days for days in policy.before_days if days_left <= days), default=None)


def _latest_for_chair(days_left: int, policy: ReminderPolicy) -> int | None:
    overdue = -days_left - policy.chair_after_days
    if overdue < 0:
        return None
    return -(policy.chair_after_days + overdue // policy.repeat_days * policy.repeat_days)
