"""How a person wants to be told: digest, quiet hours, absence, and what their mail server said."""

from __future__ import annotations

from datetime import time

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from pocgate.inbox.enums import Delivery, NotificationKind, Topic


class Preferences(models.Model):
    """One row per person who chose something; without it the defaults hold.

    Hours are those of the person's own time zone. `bounced_address` is the address that was refused for good: it
    counts only while it is still the person's address.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="inbox_preferences")
    digest_at = models.TimeField(_("digest at"), default=time(8))
    digest_weekday = models.PositiveSmallIntegerField(_("weekly digest on"), default=0)
    digest_wanted_at = models.DateTimeField(null=True)
    quiet_from = models.TimeField(_("quiet from"), null=True)
    quiet_until = models.TimeField(_("quiet until"), null=True)
    away_from = models.DateField(_("away from"), null=True)
    away_until = models.DateField(_("away until"), null=True)
    bounced_address = models.EmailField(blank=True)
    bounced_at = models.DateTimeField(null=True)
    bounce_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(digest_weekday__lte=6), name="inbox_preferences_weekday_known"),
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False) & ~Q(quiet_from=F("quiet_until")),
                name="inbox_preferences_quiet_has_both_ends",
            ),
            models.CheckConstraint(
                condition=Q(away_from__isnull=True, away_until__isnull=True)
                | Q(away_from__isnull=False, away_until__gte=F("away_from")),
                name="inbox_preferences_away_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(bounced_address="") | Q(bounced_at__isnull=False),
                name="inbox_preferences_bounce_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"preferences of {self.user_id}"


class TopicDelivery(models.Model):
    """How a person gets the mails of a topic; without a row at once."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="topic_deliveries")
    topic = models.CharField(max_length=20, choices=Topic.choices)
    delivery = models.CharField(max_length=10, choices=Delivery.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "topic"], name="inbox_topicdelivery_once"),
            models.CheckConstraint(condition=Q(topic__in=Topic.values), name="inbox_topicdelivery_topic_known"),
            models.CheckConstraint(
                condition=Q(delivery__in=Delivery.values), name="inbox_topicdelivery_delivery_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic}: {self.delivery}"


class MutedKind(models.Model):
    """A kind of which the person wants no mail; it is still told in the application."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="muted_kinds")
    kind = models.CharField(max_length=30, choices=NotificationKind.choices)
    muted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "kind"], name="inbox_mutedkind_once"),
            models.CheckConstraint(condition=Q(kind__in=NotificationKind.values), name="inbox_mutedkind_kind_known"),
        ]

    def __str__(self) -> str:
        return self.kind
