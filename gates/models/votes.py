"""Votes: one per seat, changeable until the close, every change kept."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from gates.enums import Outcome
from gates.models.committees import Delegation, Seat
from gates.models.reviews import Dossier, GateReview

BALLOT = [*Outcome.values, "abstain"]


class Vote(models.Model):
    """A seat's current vote, bound to the dossier revision it was cast on."""

    review = models.ForeignKey(GateReview, on_delete=models.PROTECT, related_name="votes")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="votes")
    cast_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=14)
    rationale = models.TextField(blank=True)
    conditions = models.JSONField(default=list)
    veto_criterion = models.CharField(max_length=60, blank=True)
    # What would lift the veto, in the words of its holder.
    veto_lifts_when = models.TextField(blank=True)
    veto_lifted_at = models.DateTimeField(null=True)
    veto_lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    veto_lift_note = models.TextField(blank=True)
    delegation = models.ForeignKey(Delegation, null=True, on_delete=models.PROTECT, related_name="votes")
    confidence = models.PositiveSmallIntegerField(null=True)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="votes")
    cast_at = models.DateTimeField()
    changed_at = models.DateTimeField(null=True)
    changed_after_sight = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "seat"], name="gates_vote_seat_once"),
            models.CheckConstraint(condition=Q(outcome__in=BALLOT), name="gates_vote_outcome_known"),
            models.CheckConstraint(condition=Q(outcome=Outcome.GO) | ~Q(rationale=""), name="gates_vote_reasoned"),
            models.CheckConstraint(
                condition=Q(veto_lifted_at__isnull=True, veto_lifted_by__isnull=True)
                | Q(veto_lifted_at__isnull=False, veto_lifted_by__isnull=False),
                name="gates_vote_veto_lifted_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(confidence__isnull=True) | Q(confidence__gte=0, confidence__lte=100),
                name="gates_vote_confidence_per_cent",
            ),
        ]

    def __str__(self) -> str:
        return f"vote of seat {self.seat_id}"


class VoteChange(models.Model):
    """Every vote as it was cast, the first included. Append-only."""

    review = models.ForeignKey(GateReview, on_delete=models.PROTECT, related_name="vote_changes")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="+")
    cast_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=14)
    rationale = models.TextField(blank=True)
    conditions = models.JSONField(default=list)
    veto_criterion = models.CharField(max_length=60, blank=True)
    veto_lifts_when = models.TextField(blank=True)
    confidence = models.PositiveSmallIntegerField(null=True)
    delegation = models.ForeignKey(Delegation, null=True, on_delete=models.PROTECT, related_name="+")
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="+")
    cast_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=BALLOT), name="gates_votechange_outcome_known"),
        ]
        indexes = [models.Index(fields=["review", "seat"], name="gates_votechange_review")]

    def __str__(self) -> str:
        return f"vote of seat {self.seat_id} as cast"


class VetoAppeal(models.Model):
    """What was put to the sponsor about a veto, and what the sponsor said. It lifts nothing: only the holder does."""

    vote = models.ForeignKey(Vote, on_delete=models.PROTECT, related_name="appeals")
    criterion = models.CharField(max_length=60)
    text = models.TextField()
    appealed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    appealed_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="gates_vetoappeal_worded"),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by__isnull=True, answer="")
                | (Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer="")),
                name="gates_vetoappeal_answered_by_somebody",
            ),
            models.UniqueConstraint(fields=["vote"], name="gates_vetoappeal_once"),
        ]

    def __str__(self) -> str:
        return f"appeal against the veto of vote {self.vote_id}"
