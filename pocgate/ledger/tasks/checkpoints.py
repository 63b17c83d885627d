"""Seals the ledger at night."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from pocgate.ledger.commands.checkpoints import make_checkpoint


@shared_task(name="ledger.make_checkpoint")
def seal_ledger(**_: object) -> str:
    """Seal the acts since the last checkpoint; the range and the digest, or nothing when there is nothing new."""
    made = make_checkpoint(now=timezone.now())
    return str(made) if made else ""
