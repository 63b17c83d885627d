"""What users say about a case, and what they were answered."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portfolio.enums import FeedbackChannel
from portfolio.models.recorded import RecordedFact


class Feedback(RecordedFact):
    """A user's or user group's words. `rating`, where given, is 1 (poor) to 5 (good); the answer is given once."""

    given_by = models.CharField(_("from"), max_length=200)
    channel = models.CharField(_("channel"), max_length=12, choices=FeedbackChannel.choices)
    text = models.TextField(_("feedback"))
    rating = models.PositiveSmallIntegerField(_("rating"), null=True)
    received_at = models.DateTimeField()
    answer = models.TextField(_("answer"), blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta(RecordedFact.Meta):
        constraints = [
            *RecordedFact.Meta.constraints,
            models.CheckConstraint(
                condition=Q(channel__in=FeedbackChannel.values), name="portfolio_feedback_channel_known"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="portfolio_feedback_worded"),
            models.CheckConstraint(condition=~Q(given_by=""), name="portfolio_feedback_from_somebody"),
            models.CheckConstraint(
                condition=Q(rating__isnull=True) | Q(rating__gte=1, rating__lte=5),
                name="portfolio_feedback_rating_range",
            ),
            models.CheckConstraint(
                condition=Q(received_at__lte=F("recorded_at")), name="portfolio_feedback_received_before_recorded"
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True, answered_by__isnull=True)
                | (~Q(answer="") & Q(answered_at__isnull=False, answered_by__isnull=False)),
                name="portfolio_feedback_answered_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True) | Q(answered_at__gte=F("received_at")),
                name="portfolio_feedback_answered_after_received",
            ),
        ]
        indexes = [models.Index(fields=["case", "received_at"], name="portfolio_feedback_received")]

    def __str__(self) -> str:
        return f"{self.given_by} ({self.received_at:%Y-%m-%d})"
