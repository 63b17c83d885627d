"""Notifications: once per person, kind, subject and occasion, whatever crashes."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from pocgate.inbox.enums import NotificationKind


class Notification(models.Model):
    """Something a person is told in the application and, when they have an address, by mail.

    `occasion` names the moment it is for, such as `2026-11-23` or `due`; the unique constraint makes it once.
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
    mail_state = models.CharField(max_length=10, default="due")
    mail_attempts = models.PositiveSmallIntegerField(default=0)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind", "subject_type", "subject_id", "occasion"], name="inbox_notification_once"
            ),
            models.CheckConstraint(condition=Q(kind__in=NotificationKind.values), name="inbox_notification_kind_known"),
            models.CheckConstraint(
                condition=Q(mail_state__in=["due", "sending", "sent", "none", "failed"]),
                name="inbox_notification_mail_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(mail_state="sent") | Q(mailed_at__isnull=False), name="inbox_notification_sent_has_time"
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-id"], name="inbox_notification_user"),
            models.Index(fields=["id"], condition=Q(mail_state="due"), name="inbox_notification_mail_due"),
        ]

    def __str__(self) -> str:
        return self.title
