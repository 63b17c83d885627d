"""Which cases wait for detectors to look at them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import F, Q

from scoring.queries.recompute import batches

# A record changed since detectors looked last.
IS_CHANGED = Q(findings_version__lt=F("requested_version"))


def is_due(now: datetime) -> Q:
    """A record changed since detectors looked last, or the moment passed at which time alone changes something."""
    return IS_CHANGED | Q(findings_due_at__lte=now)


def due_batches(*, now: datetime) -> Iterator[list[int]]:
    """The ids of due cases in pk order, `BATCH` at a time; each case comes once, even if it stays due."""
    return batches(is_due(now))
