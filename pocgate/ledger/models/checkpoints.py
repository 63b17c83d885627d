"""Checkpoints: seals over the activity so far, each over the rows since the one before it. Append-only."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class LedgerCheckpoint(models.Model):
    """A seal over the acts after the checkpoint before it, up to and with `through`.

    `digest` is the SHA-256 over the digest before and every row's canonical form, so that one digest kept elsewhere
    proves everything before it.
    """

    through = models.BigIntegerField(unique=True)
    after = models.BigIntegerField(unique=True)
    rows = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(after__gte=0, through__gt=F("after")), name="ledger_ledgercheckpoint_goes_forward"
            ),
            models.CheckConstraint(condition=Q(rows__gte=1), name="ledger_ledgercheckpoint_seals_something"),
            models.CheckConstraint(
                condition=Q(digest__regex="^[0-9a-f]{64}$"), name="ledger_ledgercheckpoint_digest_is_sha256"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.after + 1}–{self.through} {self.digest[:12]}"
