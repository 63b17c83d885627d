"""Sealing the ledger."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Max

from pocgate.ledger.models import Activity, LedgerCheckpoint
from pocgate.ledger.queries.checkpoints import NOTHING, digest_of, last_checkpoint

# A row's number is given before its transaction commits; none stays open for an hour, so nothing appears behind this.
SETTLED_AFTER = timedelta(hours=1)


def make_checkpoint(*, now: datetime) -> LedgerCheckpoint | None:
    """Seal the acts since the last checkpoint that are older than an hour; None when there is none.

    Of two workers at once one seals: both ranges begin at the same row, and a range begins once.
    """
    last = last_checkpoint()
    after, previous = (last.through, last.digest) if last else (0, NOTHING)
    settled = Activity.objects.filter(sequence__gt=after, at__lt=now - SETTLED_AFTER)
    through = settled.aggregate(last=Max("sequence"))["last"]
    if through is None:
        return None
    digest, rows = digest_of(after, through, previous)
    try:
        with transaction.atomic():
            return LedgerCheckpoint.objects.create(after=after, through=through, rows=rows, digest=digest, made_at=now)
    except IntegrityError:
        return None
