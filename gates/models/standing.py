"""Whether the latest go of a case still stands, and the reviews that are proposed for it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from gates.enums import Outcome, ReviewTrigger, StandingState
from gates.models.decisions import Decision
from gates.models.reviews import GateReview
from portfolio.models import UseCase


class GateStanding(models.Model):
    """The standing of a case now; its history is in StandingChange.

    `reasons` is why it lapsed: [{"code", "subject_type", "subject_id", "text"}]. `review_due` is the end of the grace,
    `next_review` the day the next operating review (gate 3) or the baseline review of an imported case is due.
    """

    case = models.OneToOneField(UseCase, on_delete=models.CASCADE, related_name="standing")
    decision = models.ForeignKey(Decision, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=7, choices=StandingState.choices, default=StandingState.UNGATED)
    reasons = models.JSONField(default=list)
    since = models.DateTimeField()
    review_due = models.DateField(null=True)
    next_review = models.DateField(null=True)
    checked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=StandingState.values), name="gates_gatestanding_state_known"),
            models.CheckConstraint(
                condition=Q(state=StandingState.UNGATED) | Q(decision__isnull=False), name="gates_gatestanding_of_a_go"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "case"], name="gates_gatestanding_by_state"),
            models.Index(fields=["next_review"], name="gates_gatestanding_next_review"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.state}"


class StandingChange(models.Model):
    """A standing as it became, and why. Append-only."""

    case = models.ForeignKey(UseCase, on_delete=models.PROTECT, related_name="standing_changes")
    decision = models.ForeignKey(Decision, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=7, choices=StandingState.choices)
    reasons = models.JSONField(default=list)
    changed_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["case", "-changed_at"], name="gates_standingchange_latest")]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.state}"


class ReviewProposal(models.Model):
    """A review the system proposes for a reason; settled by the review that follows or dismissed by the chair."""

    case = models.ForeignKey(UseCase, on_delete=models.PROTECT, related_name="review_proposals")
    trigger = models.CharField(max_length=10, choices=ReviewTrigger.choices)
    # What it is about, so that one thing proposes one review: "incident 17", "stage_spell 4".
    subject = models.CharField(max_length=100)
    text = models.CharField(max_length=500)
    recommended = models.CharField(max_length=14, choices=Outcome.choices, blank=True)
    due = models.DateField()
    proposed_at = models.DateTimeField()
    review = models.ForeignKey(GateReview, null=True, on_delete=models.PROTECT, related_name="proposals")
    dismissed_at = models.DateTimeField(null=True)
    dismissed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    dismissal = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "trigger", "subject"], name="gates_reviewproposal_once"),
            models.CheckConstraint(
                condition=Q(trigger__in=ReviewTrigger.values), name="gates_reviewproposal_trigger_known"
            ),
            models.CheckConstraint(
                condition=Q(dismissed_at__isnull=True, dismissed_by__isnull=True, dismissal="")
                | (Q(dismissed_at__isnull=False, dismissed_by__isnull=False) & ~Q(dismissal="")),
                name="gates_reviewproposal_dismissed_by_somebody",
            ),
        ]
        indexes = [
            models.Index(
                fields=["case"],
                condition=Q(review__isnull=True, dismissed_at__isnull=True),
                name="gates_reviewproposal_open",
            )
        ]

    def __str__(self) -> str:
        return self.text
