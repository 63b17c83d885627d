"""Which cases wait for their readiness to be computed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import F, Q

from portfolio.models import UseCase

BATCH = 500


def is_due(now: datetime) -> Q:
    """A record changed since the last run, or the moment passed at which time alone changes something."""
    return Q(computed_version__lt=F("requested_version")) | Q(readiness_due_at__lte=now)


def due_batches(*, now: datetime) -> Iterator[list[int]]:
    """The ids of due cases in pk order, `BATCH` at a time; each case comes once, even if it stays due."""
    return _batches(is_due(now))


def all_batches() -> Iterator[list[int]]:
    """The ids of all cases in pk order, `BATCH` at a time."""
    return _batches(Q())


def _batches(condition: Q) -> Iterator[list[int]]:
    last = 0
    while ids := list(
        UseCase.objects.filter(condition, pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]
    ):
        yield ids
        last = ids[-1]
