"""Waivers: a must that may stay unmet for a time, by whom and why. The must stops failing; its points stay at zero."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from portfolio.models import UseCase
from scoring.enums import WaiverState


class Waiver(models.Model):
    """One waiver of a criterion, from its request to its end.

    It counts while `granted` and before `expires_on` ends. A signed criterion needs `second_by` besides `granted_by`.
    """

    case = models.ForeignKey(UseCase, on_delete=models.CASCADE, related_name="waivers")
    criterion = models.CharField(max_length=60)
    iteration = models.PositiveSmallIntegerField(default=1)
    reason = models.TextField()
    compensation = models.TextField(blank=True)
    expires_on = models.DateField()
    state = models.CharField(max_length=9, choices=WaiverState.choices, default=WaiverState.REQUESTED)
    renews = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="renewed_by")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    first_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    first_at = models.DateTimeField(null=True)
    second_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    second_at = models.DateTimeField(null=True)
    granted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    end_note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=WaiverState.values), name="scoring_waiver_state_known"),
            models.CheckConstraint(condition=~Q(reason=""), name="scoring_waiver_reasoned"),
            models.CheckConstraint(
                condition=~Q(state=WaiverState.GRANTED) | Q(granted_at__isnull=False, first_by__isnull=False),
                name="scoring_waiver_granted_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(second_by__isnull=True) | ~Q(second_by=F("first_by")),
                name="scoring_waiver_two_persons",
            ),
            models.CheckConstraint(
                condition=Q(first_by__isnull=True) | ~Q(first_by=F("requested_by")),
                name="scoring_waiver_not_by_its_requester",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[WaiverState.REFUSED, WaiverState.REVOKED, WaiverState.EXPIRED])
                | Q(ended_at__isnull=False),
                name="scoring_waiver_ended_has_time",
            ),
            models.UniqueConstraint(
                fields=["case", "criterion"], condition=Q(state=WaiverState.REQUESTED), name="scoring_waiver_asked_once"
            ),
            # A renewal is asked for while the waiver it renews still counts.
            models.UniqueConstraint(
                fields=["case", "criterion"], condition=Q(state=WaiverState.GRANTED), name="scoring_waiver_granted_once"
            ),
        ]
        indexes = [
            models.Index(fields=["expires_on"], condition=Q(state=WaiverState.GRANTED), name="scoring_waiver_expiry")
        ]

    def __str__(self) -> str:
        return f"{self.criterion} until {self.expires_on}"
