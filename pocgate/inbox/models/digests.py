"""Digests: one per person and local day, whatever runs twice or late."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from pocgate.inbox.enums import Cadence, DigestState
from pocgate.inbox.models.sending import Sending


class Digest(Sending):
    """What a person is sent on one day of theirs: what happened after `since` until `until`.

    `content` is composed once and sent as it is; a digest with nothing to say ends as `empty` without a mail.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="digests")
    local_date = models.DateField()
    cadence = models.CharField(max_length=10, choices=Cadence.choices)
    mail_state = models.CharField(max_length=10, choices=DigestState.choices, default=DigestState.PLANNED)
    since = models.DateTimeField()
    until = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    content = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "local_date"], name="inbox_digest_once_a_day"),
            models.CheckConstraint(condition=Q(cadence__in=Cadence.values), name="inbox_digest_cadence_known"),
            models.CheckConstraint(condition=Q(mail_state__in=DigestState.values), name="inbox_digest_state_known"),
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="inbox_digest_ends_after_start"),
            models.CheckConstraint(
                condition=~Q(mail_state=DigestState.SENT) | Q(mailed_at__isnull=False),
                name="inbox_digest_sent_has_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                condition=Q(mail_state__in=["planned", "composing", "due", "sending"]),
                name="inbox_digest_open",
            ),
            models.Index(fields=["id"], condition=Q(mail_state="failed"), name="inbox_digest_failed"),
        ]

    def __str__(self) -> str:
        return f"digest of {self.local_date}"
