"""Which cases wait for their readiness to be computed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import F, Q

from portfolio.models import UseCase

BATCH = 500
# The locks of so many cases last for a fraction of a second on PostgreSQL, for a second or two on SQLite.
CHUNK = 5_000


def is_due(now: datetime) -> Q:
    """A record changed since the last run, or the moment passed at which time alone changes something."""
    return Q(computed_version__lt=F("requested_version")) | Q(readiness_due_at__lte=now)


def due_batches(*, now: datetime, between: tuple[int, int] | None = None) -> Iterator[list[int]]:
    """The ids of due cases in pk order, `BATCH` at a time; each case comes once, even if it stays due."""
    return batches(is_due(now) & (Q(pk__range=between) if between else Q()))


def chunks() -> Iterator[tuple[int, int, int]]:
    """The first and the last id of the next `CHUNK` cases in pk order, and how many they are."""
    last = 0
    while ids := list(UseCase.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        last = ids[-1]
        yield ids[0], last, len(ids)


def all_batches() -> Iterator[list[int]]:
    """The ids of all cases in pk order, `BATCH` at a time."""
    return batches(Q())


def batches(condition: Q) -> Iterator[list[int]]:
    """The ids of cases that meet the condition in pk order, `BATCH` at a time; each comes once."""
    last = 0
    while ids := list(
        UseCase.objects.filter(condition, pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]
    ):
        yield ids
        last = ids[-1]
