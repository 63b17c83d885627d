"""Readiness for the next gate: the score, every part of it, and its history."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import Q

from portfolio.models import UseCase
from scoring.enums import Level, Verdict
from scoring.models.playbooks import Playbook


class ReadinessScore(models.Model):
    """A case's readiness for its next gate, 0–100, as of `computed_at`; `changes_at` is when time alone changes it.

    The scores of dimensions and the points of each part follow from the parts: `scoring.rules.readiness.sums`.
    """

    case = models.OneToOneField(UseCase, on_delete=models.CASCADE, related_name="readiness")
    playbook = models.ForeignKey(Playbook, on_delete=models.PROTECT, related_name="+")
    gate = models.PositiveSmallIntegerField()
    overall = models.DecimalField(max_digits=5, decimal_places=2)
    musts_open = models.PositiveSmallIntegerField()
    shoulds_open = models.PositiveSmallIntegerField()
    recommended = models.CharField(max_length=20, blank=True)
    computed_at = models.DateTimeField()
    changes_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(overall__gte=0, overall__lte=100), name="scoring_readinessscore_0_to_100"
            ),
            models.CheckConstraint(condition=Q(gate__in=[0, 1, 2, 3]), name="scoring_readinessscore_gate_known"),
        ]
        indexes = [models.Index(fields=["overall", "case"], name="scoring_readinessscore_rank")]

    def __str__(self) -> str:
        return f"{self.overall} for gate {self.gate}"


class CriterionResult(models.Model):
    """One part of a case's current readiness: verdict, what it achieved by which weight, and the records used.

    `achieved` is in whole ten-thousandths and `weight` in whole hundredths: integers give the same score in SQL and in
    Python. At `changes_at` time alone may change the part; where `lapse_reason` is given, all that happens then is
    that it gets stale for that reason. Points are not kept: one part's change would move those of all others.
    """

    # The constraint on case and criterion has an index that begins with the case.
    case = models.ForeignKey(UseCase, on_delete=models.CASCADE, related_name="criterion_results", db_index=False)
    criterion = models.CharField(max_length=60)
    dimension = models.CharField(max_length=20)
    gate = models.PositiveSmallIntegerField()
    position = models.PositiveSmallIntegerField()
    level = models.CharField(max_length=6, choices=Level.choices)
    weight = models.PositiveIntegerField()
    achieved = models.PositiveSmallIntegerField()
    verdict = models.CharField(max_length=20, choices=Verdict.choices)
    reason = models.CharField(max_length=60)
    reason_params = models.JSONField(default=dict)
    records = models.JSONField(default=list)
    changes_at = models.DateTimeField(null=True)
    lapse_reason = models.CharField(max_length=60, blank=True)
    lapse_params = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "criterion"], name="scoring_criterionresult_once"),
            models.CheckConstraint(
                condition=Q(achieved__lte=10_000), name="scoring_criterionresult_achieved_in_ten_thousandths"
            ),
            models.CheckConstraint(condition=Q(weight__gt=0), name="scoring_criterionresult_weight_positive"),
            models.CheckConstraint(
                condition=Q(lapse_reason="") | Q(changes_at__isnull=False),
                name="scoring_criterionresult_lapse_has_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(verdict__in=Verdict.values), name="scoring_criterionresult_verdict_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criterion}: {self.verdict}"

    @property
    def achievement(self) -> Decimal:
        """0–1 with four decimals."""
        return Decimal(self.achieved).scaleb(-4)


class ReadinessPoint(models.Model):
    """History: written only when the score changed, with what changed it."""

    case = models.ForeignKey(UseCase, on_delete=models.CASCADE, related_name="readiness_points")
    gate = models.PositiveSmallIntegerField()
    overall = models.DecimalField(max_digits=5, decimal_places=2)
    musts_open = models.PositiveSmallIntegerField()
    changes = models.JSONField(default=list)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(overall__gte=0, overall__lte=100), name="scoring_readinesspoint_0_to_100"
            ),
        ]
        indexes = [models.Index(fields=["case", "-at"], name="scoring_readinesspoint_latest")]

    def __str__(self) -> str:
        return f"{self.overall} on {self.at:%Y-%m-%d}"
