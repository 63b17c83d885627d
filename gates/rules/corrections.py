"""What a correction may not loosen: the conditions that an approval rests on, and the money that it gave."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

# The criterion that a condition names, empty where it names none, and its due date.
Bound = tuple[str, date]


def held(conditions: Iterable[Bound], *, today: date) -> list[Bound]:
    """The open conditions that stay: those that name a criterion, and those that are overdue."""
    return [(criterion, due) for criterion, due in conditions if criterion or due < today]


def loosened(conditions: Iterable[Bound], stated: Iterable[Bound]) -> list[Bound]:
    """The conditions that nothing stated keeps: the same criterion, due no later. Each that is stated keeps one."""
    left = sorted(stated, key=_due)
    found = []
    for condition in sorted(conditions, key=_due):
        kept = next((one for one in left if one[0] == condition[0] and one[1] <= condition[1]), None)
        if kept is None:
            found.append(condition)
        else:
            left.remove(kept)
    return found


def is_raised(before: Decimal | None, now: Decimal | None) -> bool:
    """Whether an amount is more than the decision gave; without one it gave nothing."""
    return (now or Decimal(0)) > (before or Decimal(0))


def is_lengthened(before: date | None, now: date | None) -> bool:
    """Whether money is given for longer; without a day it is given without end."""
    return before is not None and (now is None or now > before)


def _due(condition: Bound) -> date:
    return condition[1]
