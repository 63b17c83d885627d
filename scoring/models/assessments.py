"""Ratings of value and feasibility by several assessors."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from portfolio.models import UseCase


class Assessment(models.Model):
    """One assessor's rating (1–5) of one scorecard criterion; the latest counts, earlier ones stay."""

    case = models.ForeignKey(UseCase, on_delete=models.CASCADE, related_name="assessments")
    assessor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="assessments")
    criterion = models.CharField(max_length=60)
    iteration = models.PositiveSmallIntegerField(default=1)
    discipline = models.CharField(max_length=40, blank=True)
    rating = models.PositiveSmallIntegerField()
    low = models.PositiveSmallIntegerField(null=True)
    high = models.PositiveSmallIntegerField(null=True)
    rationale = models.TextField(blank=True)
    assessed_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(rating__gte=1, rating__lte=5), name="scoring_assessment_rating_1_to_5"),
            models.CheckConstraint(
                condition=Q(low__isnull=True, high__isnull=True)
                # A comparison with null is unknown, and an unknown check holds: both bounds have to be there.
                | Q(low__isnull=False, high__isnull=False)
                & Q(low__gte=1, high__lte=5, low__lte=F("rating"), high__gte=F("rating")),
                name="scoring_assessment_range_holds_rating",
            ),
            models.UniqueConstraint(
                fields=["case", "assessor", "criterion"],
                condition=Q(superseded_at__isnull=True),
                name="scoring_assessment_latest_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criterion}: {self.rating}"
