"""What people and compliance say about criteria, with the evidence they name."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from portfolio.models import EvidenceRevision, UseCase
from scoring.enums import Answer


class CriterionAnswer(models.Model):
    """One answer; the current one has no `superseded_at`, earlier ones stay as history.

    `accepted` and `returned` are sign-offs, written down here by the gate's command in its own transaction.
    """

    case = models.ForeignKey(UseCase, on_delete=models.CASCADE, related_name="answers")
    criterion = models.CharField(max_length=60)
    iteration = models.PositiveSmallIntegerField(default=1)
    answer = models.CharField(max_length=20, choices=Answer.choices)
    note = models.TextField(blank=True)
    imported = models.BooleanField(default=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField()
    verified_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    verified_at = models.DateTimeField(null=True)
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(answer__in=Answer.values), name="scoring_criterionanswer_answer_known"),
            models.CheckConstraint(
                condition=~Q(answer__in=[Answer.NOT_APPLICABLE, Answer.RETURNED]) | ~Q(note=""),
                name="scoring_criterionanswer_reason_where_due",
            ),
            models.CheckConstraint(
                condition=Q(verified_at__isnull=True, verified_by__isnull=True)
                | Q(verified_at__isnull=False, verified_by__isnull=False),
                name="scoring_criterionanswer_verified_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["case", "criterion"],
                condition=Q(superseded_at__isnull=True),
                name="scoring_criterionanswer_current_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criterion}: {self.answer}"


class AnswerEvidence(models.Model):
    """A revision that an answer names since `named_at`; evidence may be added to an answer that stands."""

    answer = models.ForeignKey(CriterionAnswer, on_delete=models.CASCADE, related_name="evidence")
    revision = models.ForeignKey(EvidenceRevision, on_delete=models.PROTECT, related_name="answers")
    named_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["answer", "revision"], name="scoring_answerevidence_once")]

    def __str__(self) -> str:
        return f"{self.answer_id} ← {self.revision_id}"
