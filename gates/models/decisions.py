"""Decisions and their conditions."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gates.enums import Outcome
from gates.models.reviews import Dossier, GateReview
from portfolio.enums import ReasonCode


class Decision(models.Model):
    """What a gate decided, `GD-2026-014`, without gaps within a year. Append-only: a correction is a new one."""

    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    review = models.ForeignKey(GateReview, on_delete=models.PROTECT, related_name="decisions")
    outcome = models.CharField(max_length=14, choices=Outcome.choices)
    reason = models.TextField(_("reason"), blank=True)
    reason_code = models.CharField(max_length=20, choices=ReasonCode.choices, blank=True)
    learning = models.TextField(blank=True)
    funding_amount = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    funding_until = models.DateField(null=True)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="decisions")
    digest = models.CharField(max_length=64)
    recommended = models.CharField(max_length=14)
    tally = models.JSONField(default=dict)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    corrects = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="corrected_by")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["year", "number"], name="gates_decision_number_once"),
            models.UniqueConstraint(
                fields=["review"], condition=Q(corrects__isnull=True), name="gates_decision_once_per_review"
            ),
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="gates_decision_outcome_known"),
            models.CheckConstraint(
                condition=~Q(outcome__in=[Outcome.PIVOT, Outcome.PAUSE, Outcome.STOP])
                | (Q(reason_code__in=ReasonCode.values) & ~Q(reason="")),
                name="gates_decision_reason_where_due",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """The number people quote."""
        return f"GD-{self.year}-{self.number:03d}"


class Condition(models.Model):
    """What a conditional go asks for, by whom and until when."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="conditions")
    text = models.CharField(max_length=500)
    criterion = models.CharField(max_length=60, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="conditions")
    due_date = models.DateField()
    cleared_at = models.DateTimeField(null=True)
    cleared_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    clearing_note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="gates_condition_worded"),
            models.CheckConstraint(
                condition=Q(cleared_at__isnull=True, cleared_by__isnull=True)
                | Q(cleared_at__isnull=False, cleared_by__isnull=False),
                name="gates_condition_cleared_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.text
