"""Cost plans with caps and estimates, and the entries booked against them. Money is in the case's currency."""

from __future__ import annotations

from datetime import date, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portfolio.enums import CostLine, CostRecurrence, CostState, Stage
from portfolio.models.cases import UseCase


class CostPlan(models.Model):
    """A version of the plan; in force once the budget holder agreed, until the next one is agreed."""

    case = models.ForeignKey(UseCase, on_delete=models.CASCADE, related_name="cost_plans")
    version = models.PositiveIntegerField()
    case_cap = models.DecimalField(_("cap over all iterations"), max_digits=16, decimal_places=2, null=True)
    monthly_cap = models.DecimalField(_("monthly run-rate"), max_digits=16, decimal_places=2, null=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    agreed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    agreed_at = models.DateTimeField(null=True)
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "version"], name="portfolio_costplan_version_once"),
            models.CheckConstraint(
                condition=Q(case_cap__isnull=True) | Q(case_cap__gte=0), name="portfolio_costplan_case_cap_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(monthly_cap__isnull=True) | Q(monthly_cap__gte=0),
                name="portfolio_costplan_monthly_cap_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(agreed_at__isnull=True, agreed_by__isnull=True)
                | Q(agreed_at__isnull=False, agreed_by__isnull=False),
                name="portfolio_costplan_agreed_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(agreed_at__isnull=False, superseded_at__isnull=True),
                name="portfolio_costplan_one_in_force",
            ),
        ]

    def __str__(self) -> str:
        return f"plan {self.version}"


class CostCap(models.Model):
    """The most that may be spent in a stage."""

    plan = models.ForeignKey(CostPlan, on_delete=models.CASCADE, related_name="caps")
    stage = models.PositiveSmallIntegerField(choices=Stage.choices)
    amount = models.DecimalField(max_digits=16, decimal_places=2)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "stage"], name="portfolio_costcap_stage_once"),
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="portfolio_costcap_stage_known"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="portfolio_costcap_not_negative"),
        ]

    def __str__(self) -> str:
        return f"stage {self.stage}: {self.amount}"


class CostEstimate(models.Model):
    """What a cost line will cost per month at target scale; zero needs a reason."""

    plan = models.ForeignKey(CostPlan, on_delete=models.CASCADE, related_name="estimates")
    line = models.CharField(max_length=20, choices=CostLine.choices)
    monthly_amount = models.DecimalField(max_digits=16, decimal_places=2)
    zero_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "line"], name="portfolio_costestimate_line_once"),
            models.CheckConstraint(condition=Q(line__in=CostLine.values), name="portfolio_costestimate_line_known"),
            models.CheckConstraint(
                condition=Q(monthly_amount__gt=0) | (Q(monthly_amount=0) & ~Q(zero_reason="")),
                name="portfolio_costestimate_zero_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line}: {self.monthly_amount} a month"


class CostEntry(models.Model):
    """Money spent or committed for a service period (`period_end` is the day after the last)."""

    case = models.ForeignKey(UseCase, on_delete=models.CASCADE, related_name="cost_entries")
    line = models.CharField(max_length=20, choices=CostLine.choices)
    amount = models.DecimalField(max_digits=16, decimal_places=2)
    state = models.CharField(max_length=10, choices=CostState.choices)
    recurrence = models.CharField(max_length=10, choices=CostRecurrence.choices)
    period_start = models.DateField()
    period_end = models.DateField()
    stage = models.PositiveSmallIntegerField(null=True, choices=Stage.choices)
    iteration = models.PositiveSmallIntegerField(default=1)
    note = models.CharField(max_length=300, blank=True)
    source = models.CharField(max_length=200, blank=True)
    external_id = models.CharField(max_length=200, null=True)
    billed_currency = models.CharField(max_length=3, blank=True)
    billed_amount = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    exchange_rate = models.DecimalField(max_digits=16, decimal_places=8, null=True)
    exchange_date = models.DateField(null=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    superseded_by = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="supersedes")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "external_id"], name="portfolio_costentry_external_id_once"),
            models.CheckConstraint(condition=Q(line__in=CostLine.values), name="portfolio_costentry_line_known"),
            models.CheckConstraint(condition=Q(state__in=CostState.values), name="portfolio_costentry_state_known"),
            models.CheckConstraint(
                condition=Q(recurrence__in=CostRecurrence.values), name="portfolio_costentry_recurrence_known"
            ),
            models.CheckConstraint(
                condition=Q(period_end__gt=F("period_start")), name="portfolio_costentry_period_in_order"
            ),
            models.CheckConstraint(
                condition=Q(billed_currency="", billed_amount__isnull=True, exchange_rate__isnull=True)
                | Q(
                    billed_currency__regex=r"^[A-Z]{3}$",
                    billed_amount__isnull=False,
                    exchange_rate__gt=0,
                    exchange_date__isnull=False,
                ),
                name="portfolio_costentry_foreign_bill_has_rate",
            ),
        ]
        indexes = [models.Index(fields=["case", "period_start"], name="portfolio_costentry_period")]

    def __str__(self) -> str:
        return f"{self.line} {self.amount}"

    @property
    def last_day(self) -> date:
        """The last day of the service period."""
        return self.period_end - timedelta(days=1)
