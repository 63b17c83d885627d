"""Calendars that people subscribe to, and what each was last told."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from gates.models.committees import Committee


class CalendarFeed(models.Model):
    """A link that reads one calendar and nothing else: a person's own, or that of a committee as the person sees it.

    Only the SHA-256 of its token is kept.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="calendar_feeds")
    committee = models.ForeignKey(Committee, null=True, on_delete=models.PROTECT, related_name="calendar_feeds")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    last_read_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="gates_calendarfeed_digest_hex"),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(committee__isnull=True, revoked_at__isnull=True),
                name="gates_calendarfeed_own_once",
            ),
            models.UniqueConstraint(
                fields=["user", "committee"],
                condition=Q(committee__isnull=False, revoked_at__isnull=True),
                name="gates_calendarfeed_committee_once",
            ),
        ]

    def __str__(self) -> str:
        return f"calendar {self.pk} of {self.user_id}"


class CalendarEntry(models.Model):
    """An event as a person was told it last, by whichever link, so that one UID never has two sequences.

    `sequence` only grows; what went while it lay ahead is told as cancelled. The committee is that of the feed in which
    it stands beside the person's own.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="calendar_entries")
    committee = models.ForeignKey(Committee, null=True, on_delete=models.PROTECT, related_name="calendar_entries")
    uid = models.CharField(max_length=100)
    sequence = models.PositiveIntegerField(default=0)
    content = models.JSONField(default=dict)
    changed_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "uid"], name="gates_calendarentry_uid_once"),
            models.CheckConstraint(condition=~Q(uid=""), name="gates_calendarentry_has_uid"),
        ]

    def __str__(self) -> str:
        return f"{self.uid} ({self.sequence})"
