"""What follows from the money of a case: its outlook, notices at shares of a cap, and their justifications."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from portfolio.enums import Stage
from portfolio.models import CostPlan, UseCase
from scoring.enums import CapScope, CapState


class CostOutlook(models.Model):
    """The whole case's cost at its horizon as of `computed_at`, in the case's currency, for lists and totals.

    `version` is the case's requested version it was computed for. `state` is the worse one of the stage's cap and the
    case's, and `breach_date` that one's. Without a forecast, `reason` says why.
    """

    case = models.OneToOneField(UseCase, on_delete=models.CASCADE, related_name="cost_outlook")
    version = models.BigIntegerField()
    state = models.CharField(max_length=12, choices=CapState.choices)
    reason = models.CharField(max_length=60, blank=True)
    horizon = models.DateField(null=True)
    used = models.DecimalField(max_digits=18, decimal_places=2)
    forecast = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    lower = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    upper = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    run_rate = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    breach_date = models.DateField(null=True)
    computed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=CapState.values), name="scoring_costoutlook_state_known"),
            models.CheckConstraint(
                condition=Q(forecast__isnull=True, lower__isnull=True, upper__isnull=True)
                | Q(forecast__isnull=False, lower__isnull=False, upper__isnull=False)
                & Q(lower__lte=F("forecast"), upper__gte=F("forecast")),
                name="scoring_costoutlook_interval_in_order",
            ),
        ]
        indexes = [models.Index(fields=["computed_at"], name="scoring_costoutlook_oldest")]

    def __str__(self) -> str:
        return f"{self.state}: {self.forecast}"


class CostNotice(models.Model):
    """A share of a cap was reached. Written once for each cap, as long as that cap is not agreed anew; kept for ever.

    `plan` is the version with which the cap's amount came into force. `used` is what counted at that time.
    """

    case = models.ForeignKey(UseCase, on_delete=models.CASCADE, related_name="cost_notices")
    plan = models.ForeignKey(CostPlan, on_delete=models.CASCADE, related_name="notices")
    scope = models.CharField(max_length=10, choices=CapScope.choices)
    stage = models.PositiveSmallIntegerField(null=True, choices=Stage.choices)
    iteration = models.PositiveSmallIntegerField()
    percent = models.PositiveSmallIntegerField()
    cap = models.DecimalField(max_digits=16, decimal_places=2)
    used = models.DecimalField(max_digits=18, decimal_places=2)
    asks_justification = models.BooleanField(default=False)
    proposes_review = models.BooleanField(default=False)
    noticed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "stage", "iteration", "percent"],
                condition=Q(scope=CapScope.STAGE),
                name="scoring_costnotice_stage_once",
            ),
            models.UniqueConstraint(
                fields=["plan", "scope", "percent"],
                condition=~Q(scope=CapScope.STAGE),
                name="scoring_costnotice_once",
            ),
            models.CheckConstraint(condition=Q(scope__in=CapScope.values), name="scoring_costnotice_scope_known"),
            models.CheckConstraint(
                condition=Q(scope=CapScope.STAGE, stage__isnull=False)
                | (~Q(scope=CapScope.STAGE) & Q(stage__isnull=True)),
                name="scoring_costnotice_stage_where_due",
            ),
        ]
        indexes = [
            models.Index(fields=["noticed_at"], condition=Q(proposes_review=True), name="scoring_costnotice_reviews")
        ]

    def __str__(self) -> str:
        return f"{self.percent} % of {self.cap} ({self.scope})"


class CostJustification(models.Model):
    """Why the money was and will be needed, in the owner's words; kept for ever."""

    notice = models.ForeignKey(CostNotice, on_delete=models.CASCADE, related_name="justifications")
    text = models.TextField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="scoring_costjustification_worded")]

    def __str__(self) -> str:
        return self.text[:80]
