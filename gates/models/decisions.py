"""Decisions and their conditions."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gates.enums import Outcome, OverrideState
from gates.models.reviews import Dossier, GateReview
from portfolio.enums import ReasonCode
from portfolio.models import EvidenceRevision, Release, UseCase


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
    funding_people = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    freed_amount = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    freed_people = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    release = models.ForeignKey(Release, null=True, on_delete=models.PROTECT, related_name="approvals")
    # The thresholds of the next gate as this decision confirmed them: [{"kpi", "name", "gate", "value"}].
    thresholds = models.JSONField(default=list)
    # What a pivot changes: {"problem": [before, after], ...}, by the words of the playbook.
    pivot_changes = models.JSONField(default=dict)
    is_override = models.BooleanField(default=False)
    # Musts that did not pass, and that were waived, at the moment of deciding.
    musts_open = models.PositiveSmallIntegerField(default=0)
    musts_waived = models.PositiveSmallIntegerField(default=0)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="decisions")
    digest = models.CharField(max_length=64)
    recommended = models.CharField(max_length=14)
    tally = models.JSONField(default=dict)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    corrects = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="corrected_by")
    # Why this decision corrects the earlier one.
    correction_note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["year", "number"], name="gates_decision_number_once"),
            models.UniqueConstraint(
                fields=["review"], condition=Q(corrects__isnull=True), name="gates_decision_once_per_review"
            ),
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="gates_decision_outcome_known"),
            models.CheckConstraint(
                condition=Q(corrects__isnull=True, correction_note="")
                | (Q(corrects__isnull=False) & ~Q(correction_note="")),
                name="gates_decision_correction_reasoned",
            ),
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
    clearing_evidence = models.ForeignKey(
        EvidenceRevision, null=True, on_delete=models.PROTECT, related_name="conditions_cleared"
    )

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


class OverrideRequest(models.Model):
    """A ruling more lenient than policy or vote, waiting for a second person's signature before it is decided.

    `ruling` is the whole ruling as JSON; `passes_over` names what it overrides, by the words of the playbook.
    """

    review = models.ForeignKey(GateReview, on_delete=models.PROTECT, related_name="overrides")
    outcome = models.CharField(max_length=14, choices=Outcome.choices)
    ruling = models.JSONField(default=dict)
    passes_over = models.JSONField(default=list)
    reason = models.TextField()
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=9, choices=OverrideState.choices, default=OverrideState.PENDING)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    consented_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    consented_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True)
    decision = models.OneToOneField(Decision, null=True, on_delete=models.PROTECT, related_name="override")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=OverrideState.values), name="gates_overriderequest_state_known"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="gates_overriderequest_reasoned"),
            models.CheckConstraint(
                condition=Q(state=OverrideState.PENDING, settled_at__isnull=True, settled_by__isnull=True)
                | (~Q(state=OverrideState.PENDING) & Q(settled_at__isnull=False, settled_by__isnull=False)),
                name="gates_overriderequest_settled_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state=OverrideState.SIGNED) | ~Q(settled_by=F("requested_by")),
                name="gates_overriderequest_signed_by_another",
            ),
            models.UniqueConstraint(
                fields=["review"], condition=Q(state=OverrideState.PENDING), name="gates_overriderequest_pending_once"
            ),
        ]

    def __str__(self) -> str:
        return f"override to {self.outcome}: {self.state}"


class ReviveTrigger(models.Model):
    """What would bring a stopped or paused case back: a day, or an event somebody reports. Watched by a job."""

    case = models.ForeignKey(UseCase, on_delete=models.PROTECT, related_name="revive_triggers")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="revive_triggers")
    on_date = models.DateField(null=True)
    text = models.CharField(max_length=500, blank=True)
    fired_at = models.DateTimeField(null=True)
    fired_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    note = models.TextField(blank=True)
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(on_date__isnull=False) | ~Q(text=""), name="gates_revivetrigger_date_or_text"
            ),
        ]
        indexes = [
            models.Index(
                fields=["on_date"],
                condition=Q(fired_at__isnull=True, dropped_at__isnull=True),
                name="gates_revivetrigger_waiting",
            )
        ]

    def __str__(self) -> str:
        return self.text or str(self.on_date)
