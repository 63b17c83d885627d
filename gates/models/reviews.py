"""A review of one case at one gate, and the dossiers it was decided on."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gates.enums import OPEN_REVIEW_STATES, Outcome, ReviewKind, ReviewState, ReviewTrigger
from gates.models.committees import Committee, Seat
from portfolio.models import UseCase
from scoring.models import Playbook


class GateReview(models.Model):
    """One run through a gate, under the playbook and committee it was requested with. At most one is open per case.

    `proposal` is the outcome asked for by an out-of-cycle review. `tally` is kept from the close on.
    """

    case = models.ForeignKey(UseCase, on_delete=models.PROTECT, related_name="reviews")
    gate = models.PositiveSmallIntegerField(_("gate"))
    iteration = models.PositiveSmallIntegerField(default=1)
    kind = models.CharField(max_length=12, choices=ReviewKind.choices, default=ReviewKind.SCHEDULED)
    state = models.CharField(max_length=14, choices=ReviewState.choices, default=ReviewState.REQUESTED)
    proposal = models.CharField(max_length=14, choices=Outcome.choices, blank=True)
    playbook = models.ForeignKey(Playbook, on_delete=models.PROTECT, related_name="+")
    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="reviews")
    status_before = models.CharField(max_length=10)
    convened_reason = models.TextField(blank=True)
    # Why it opened by itself or was proposed; blank where somebody simply asked for the gate.
    trigger = models.CharField(max_length=10, choices=ReviewTrigger.choices, blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    decide_by = models.DateField()
    voting_opened_at = models.DateTimeField(null=True)
    voting_closes_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawal_reason = models.TextField(blank=True)
    tally = models.JSONField(default=dict)
    # How often the vote was extended for want of a quorum.
    extensions = models.PositiveSmallIntegerField(default=0)
    # Who closes which open must by when: [{"criterion", "owner", "due"}], proposed with the request.
    closing_plans = models.JSONField(default=list)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(gate__in=[0, 1, 2, 3]), name="gates_gatereview_gate_known"),
            models.CheckConstraint(condition=Q(state__in=ReviewState.values), name="gates_gatereview_state_known"),
            models.CheckConstraint(condition=Q(kind__in=ReviewKind.values), name="gates_gatereview_kind_known"),
            models.CheckConstraint(
                condition=~Q(state=ReviewState.VOTING)
                | Q(voting_opened_at__isnull=False, voting_closes_at__isnull=False),
                name="gates_gatereview_voting_has_times",
            ),
            models.CheckConstraint(
                condition=Q(voting_closes_at__isnull=True) | Q(voting_closes_at__gt=F("voting_opened_at")),
                name="gates_gatereview_voting_closes_after_opening",
            ),
            models.CheckConstraint(
                condition=~Q(state=ReviewState.DECIDED) | Q(decided_at__isnull=False),
                name="gates_gatereview_decided_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=ReviewState.WITHDRAWN) | Q(withdrawn_at__isnull=False),
                name="gates_gatereview_withdrawn_has_time",
            ),
            models.UniqueConstraint(
                fields=["case"], condition=Q(state__in=OPEN_REVIEW_STATES), name="gates_gatereview_open_once"
            ),
        ]
        indexes = [models.Index(fields=["state", "voting_closes_at"], name="gates_gatereview_due")]

    def __str__(self) -> str:
        return f"gate {self.gate} of case {self.case_id}"


class Dossier(models.Model):
    """A frozen revision: canonical JSON text (RFC 8785) and the SHA-256 of its UTF-8 bytes. Append-only."""

    review = models.ForeignKey(GateReview, on_delete=models.PROTECT, related_name="dossiers")
    revision = models.PositiveIntegerField()
    content = models.TextField()
    digest = models.CharField(max_length=64)
    recommended = models.CharField(max_length=14)
    rule = models.CharField(max_length=60)
    reason = models.CharField(max_length=60)
    frozen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "revision"], name="gates_dossier_revision_once"),
            models.CheckConstraint(condition=Q(revision__gte=1), name="gates_dossier_revision_from_one"),
            models.CheckConstraint(condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="gates_dossier_digest_hex"),
        ]

    def __str__(self) -> str:
        return f"revision {self.revision}"


class Recusal(models.Model):
    """A seat that does not take part in a review, and why."""

    review = models.ForeignKey(GateReview, on_delete=models.PROTECT, related_name="recusals")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="recusals")
    reason = models.TextField()
    recused_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "seat"], name="gates_recusal_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="gates_recusal_reasoned"),
        ]

    def __str__(self) -> str:
        return f"{self.seat} recused"


class DossierOpening(models.Model):
    """When a person first opened a revision: says how long a voter had read before voting, and nothing of the vote."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="openings")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dossier", "user"], name="gates_dossieropening_once")]

    def __str__(self) -> str:
        return f"{self.user_id} opened {self.dossier_id}"


class Question(models.Model):
    """A question of a committee member about a review, and the answer of the team. Open to all who see the review."""

    review = models.ForeignKey(GateReview, on_delete=models.PROTECT, related_name="questions")
    text = models.TextField(_("question"))
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answer = models.TextField(_("answer"), blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="gates_question_worded"),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by__isnull=True, answer="")
                | (Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer="")),
                name="gates_question_answered_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.text
