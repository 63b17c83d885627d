"""Which cases wait for their readiness to be computed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db.models import F, Q

from portfolio.models import UseCase

BATCH = 500
# The locks of so many cases last for a fraction of a second on PostgreSQL, for a second or two on SQLite.
CHUNK = 5_000


# A record changed since the last run.
IS_CHANGED = Q(computed_version__lt=F("requested_version"))
# Computing so many at once takes as long as computing three or four one after the other.
OTHERS = 20


def is_due(now: datetime) -> Q:
    """A record changed since the last run, or the moment passed at which time alone changes something."""
    return IS_CHANGED | Q(readiness_due_at__lte=now)


def with_others(case_ids: Sequence[int], due: Q, waiting: Q) -> list[int]:
    """Those of the cases that are due and, to fill up `OTHERS`, the newest that wait; none when none of them is due.

    So work is done in groups as soon as it comes faster than it can be done one by one. A sweep begins at the other
    end.
    """
    own = list(UseCase.objects.filter(due, pk__in=case_ids).values_list("pk", flat=True))
    if not own or len(own) >= OTHERS:
        return own
    others = UseCase.objects.filter(waiting).exclude(pk__in=own).order_by("-pk").values_list("pk", flat=True)
    return own + list(others[: OTHERS - len(own)])


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
