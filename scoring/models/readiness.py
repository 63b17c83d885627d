"""Readiness for the next gate: the score, every part of it, and its history."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from portfolio.models import UseCase
from scoring.enums import Level, Verdict
from scoring.models.playbooks import Playbook


class ReadinessScore(models.Model):
    """A case's readiness for its next gate, 0–100, as of `computed_at`; `changes_at` is when time alone changes it."""

    case = models.OneToOneField(UseCase, on_delete=models.CASCADE, related_name="readiness")
    playbook = models.ForeignKey(Playbook, on_delete=models.PROTECT, related_name="+")
    gate = models.PositiveSmallIntegerField()
    overall = models.DecimalField(max_digits=5, decimal_places=2)
    dimensions = models.JSONField(default=dict)
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
    """One part of a case's current readiness: verdict, achievement 0–1, points of the total, and the records used."""

    case = models.ForeignKey(UseCase, on_delete=models.CASCADE, related_name="criterion_results")
    criterion = models.CharField(max_length=60)
    dimension = models.CharField(max_length=20)
    gate = models.PositiveSmallIntegerField()
    level = models.CharField(max_length=6, choices=Level.choices)
    verdict = models.CharField(max_length=20, choices=Verdict.choices)
    achievement = models.DecimalField(max_digits=5, decimal_places=4)
    points = models.DecimalField(max_digits=7, decimal_places=4)
    points_possible = models.DecimalField(max_digits=7, decimal_places=4)
    reason = models.CharField(max_length=60)
    reason_params = models.JSONField(default=dict)
    records = models.JSONField(default=list)
    changes_at = models.DateTimeField(null=True)
    position = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "criterion"], name="scoring_criterionresult_once"),
            models.CheckConstraint(
                condition=Q(achievement__gte=0, achievement__lte=1), name="scoring_criterionresult_achievement_0_to_1"
            ),
            models.CheckConstraint(
                condition=Q(points__gte=0) & Q(points__lte=F("points_possible")),
                name="scoring_criterionresult_points_within_possible",
            ),
            models.CheckConstraint(
                condition=Q(verdict__in=Verdict.values), name="scoring_criterionresult_verdict_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criterion}: {self.verdict}"


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
