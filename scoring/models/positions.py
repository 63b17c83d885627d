"""Where cases stand in value × feasibility, worked out from the ratings in force."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from portfolio.models import UseCase
from scoring.models.playbooks import Playbook


class ScorecardPosition(models.Model):
    """A case's axes, its quadrant and how sure they are; there is none before each criterion has enough ratings.

    Scores are 0–100, `low` and `high` their 5 and 95 % quantiles. `draws` holds the sampled priorities in hundredths as
    little-endian unsigned 16-bit numbers; it is empty where no assessor left a range. `digest` names the inputs.
    """

    case = models.OneToOneField(UseCase, on_delete=models.CASCADE, related_name="position")
    playbook = models.ForeignKey(Playbook, on_delete=models.PROTECT, related_name="+")
    value = models.DecimalField(max_digits=5, decimal_places=2)
    value_low = models.DecimalField(max_digits=5, decimal_places=2)
    value_high = models.DecimalField(max_digits=5, decimal_places=2)
    feasibility = models.DecimalField(max_digits=5, decimal_places=2)
    feasibility_low = models.DecimalField(max_digits=5, decimal_places=2)
    feasibility_high = models.DecimalField(max_digits=5, decimal_places=2)
    priority = models.DecimalField(max_digits=5, decimal_places=2)
    quadrant = models.CharField(max_length=10)
    commit_chance = models.DecimalField(max_digits=4, decimal_places=3)
    assessors = models.PositiveSmallIntegerField()
    disagreements = models.JSONField(default=list)
    weight_shifts = models.JSONField(default=list)
    draws = models.BinaryField(default=bytes)
    rated_at = models.DateTimeField()
    digest = models.CharField(max_length=64)
    computed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(value_low__gte=0, value_low__lte=F("value_high"), value_high__lte=100)
                & Q(feasibility_low__gte=0, feasibility_low__lte=F("feasibility_high"), feasibility_high__lte=100),
                name="scoring_scorecardposition_bounds_in_order",
            ),
            models.CheckConstraint(
                condition=Q(value__gte=0, value__lte=100, feasibility__gte=0, feasibility__lte=100)
                & Q(priority__gte=0, priority__lte=100),
                name="scoring_scorecardposition_0_to_100",
            ),
            models.CheckConstraint(
                condition=Q(commit_chance__gte=0, commit_chance__lte=1),
                name="scoring_scorecardposition_chance_0_to_1",
            ),
            models.CheckConstraint(
                condition=Q(quadrant__in=["commit", "de_risk", "fill_in", "decline"]),
                name="scoring_scorecardposition_quadrant_known",
            ),
        ]
        indexes = [models.Index(fields=["-priority", "case"], name="scoring_position_rank")]

    def __str__(self) -> str:
        return f"{self.quadrant}: {self.value} × {self.feasibility}"
