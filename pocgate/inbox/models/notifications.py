"""Notifications: once per person, kind, subject and occasion, whatever crashes."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from pocgate.inbox.enums import Cadence, MailState, NotificationKind
from pocgate.inbox.models.digests import Digest
from pocgate.inbox.models.sending import Sending


class Notification(Sending):
    """Something a person is told in the application and, when they have an address, by mail.

    `occasion` names the moment it is for, such as `2026-11-23` or `due`; the unique constraint makes it once.
    A `held` mail waits for the digest of its cadence, which takes it over as `digest`.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notifications")
    kind = models.CharField(max_length=30, choices=NotificationKind.choices)
    subject_type = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=40)
    occasion = models.CharField(max_length=60)
    case_id = models.BigIntegerField(null=True)
    title = models.CharField(max_length=300)
    reason = models.CharField(max_length=300)
    url = models.CharField(max_length=300)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    mail_state = models.CharField(max_length=10, choices=MailState.choices, default=MailState.DUE)
    cadence = models.CharField(max_length=10, choices=Cadence.choices, blank=True)
    digest = models.ForeignKey(Digest, null=True, on_delete=models.PROTECT, related_name="notifications")

    class Meta:
        constraints = [
            # The person last: the same index says whether an occasion was told at all.
            models.UniqueConstraint(
                fields=["kind", "subject_type", "subject_id", "occasion", "user"], name="inbox_notification_once"
            ),
            models.CheckConstraint(condition=Q(kind__in=NotificationKind.values), name="inbox_notification_kind_known"),
            models.CheckConstraint(
                condition=Q(mail_state__in=MailState.values), name="inbox_notification_mail_state_known"
            ),
            models.CheckConstraint(
                condition=Q(cadence__in=["", *Cadence.values]), name="inbox_notification_cadence_known"
            ),
            models.CheckConstraint(
                condition=~Q(mail_state=MailState.HELD) | ~Q(cadence=""), name="inbox_notification_held_has_cadence"
            ),
            models.CheckConstraint(
                condition=~Q(mail_state=MailState.DIGEST) | Q(digest__isnull=False),
                name="inbox_notification_digest_named",
            ),
            models.CheckConstraint(
                condition=~Q(mail_state="sent") | Q(mailed_at__isnull=False), name="inbox_notification_sent_has_time"
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-id"], name="inbox_notification_user"),
            models.Index(fields=["id"], condition=Q(mail_state="due"), name="inbox_notification_mail_due"),
            models.Index(fields=["id"], condition=Q(mail_state="failed"), name="inbox_notification_failed"),
            models.Index(fields=["user"], condition=Q(mail_state="held"), name="inbox_notification_mail_held"),
            models.Index(fields=["user"], condition=Q(read_at__isnull=True), name="inbox_notification_unread"),
        ]

    def __str__(self) -> str:
        return self.title
