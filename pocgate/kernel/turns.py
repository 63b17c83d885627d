"""Turns: of some work one run at a time is at it, across all workers. Taken, held on to and let go by one UPDATE each.

A run holds its turn until a moment, which it moves on while it works. One that was killed moves it no more, so that the
next run takes over from then on.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from pocgate.kernel.models import Turn

# Nobody holds on for longer, so what lies beyond was written by a clock that ran ahead.
LONGEST = timedelta(minutes=10)


def take(name: str, *, until: datetime, now: datetime) -> bool:
    """Take the turn for this run; False when another one has it. `until` lies `LONGEST` ahead at most."""
    is_free = Q(held_until__isnull=True) | Q(held_until__lte=now) | Q(held_until__gt=now + LONGEST)
    free = Turn.objects.filter(is_free, name=name)
    if free.update(held_until=until):
        return True
    if Turn.objects.filter(name=name).exists():
        return False
    Turn.objects.bulk_create([Turn(name=name)], ignore_conflicts=True)
    return bool(free.update(held_until=until))


def keep(name: str, *, held: datetime, until: datetime) -> bool:
    """Hold on to it longer; False when another run took it over."""
    return bool(Turn.objects.filter(name=name, held_until=held).update(held_until=until))


def release(name: str, *, held: datetime, until: datetime | None = None) -> None:
    """Let it go, now or from `until` on, unless another run took it over."""
    Turn.objects.filter(name=name, held_until=held).update(held_until=until)
