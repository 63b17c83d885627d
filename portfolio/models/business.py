"""Scope and business case; every change keeps the earlier row, so that any past day can be recomputed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from portfolio.enums import ScopeKind
from portfolio.models.cases import UseCase


class ScopeItem(models.Model):
    """One line of scope: in, out, or the thin slice to prove first."""

    case = models.ForeignKey(UseCase, on_delete=models.CASCADE, related_name="scope_items")
    kind = models.CharField(max_length=10, choices=ScopeKind.choices)
    text = models.CharField(max_length=500)
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ScopeKind.values), name="portfolio_scopeitem_kind_known"),
            models.CheckConstraint(condition=~Q(text=""), name="portfolio_scopeitem_worded"),
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True) | Q(removed_at__gte=F("added_at")),
                name="portfolio_scopeitem_removed_after_added",
            ),
        ]

    def __str__(self) -> str:
        return self.text


class BusinessCase(models.Model):
    """Expected money, in the case's currency: benefit per year (low, likely, high), cost at scale per year."""

    case = models.ForeignKey(UseCase, on_delete=models.CASCADE, related_name="business_cases")
    benefit_low = models.DecimalField(max_digits=16, decimal_places=2)
    benefit_likely = models.DecimalField(max_digits=16, decimal_places=2)
    benefit_high = models.DecimalField(max_digits=16, decimal_places=2)
    cost_at_scale = models.DecimalField(max_digits=16, decimal_places=2)
    payback_months = models.PositiveIntegerField(null=True)
    budget_line = models.CharField(max_length=100, blank=True)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(benefit_low__lte=F("benefit_likely")) & Q(benefit_likely__lte=F("benefit_high")),
                name="portfolio_businesscase_range_in_order",
            ),
            models.CheckConstraint(condition=Q(cost_at_scale__gte=0), name="portfolio_businesscase_cost_not_negative"),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="portfolio_businesscase_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["case"], condition=Q(valid_until__isnull=True), name="portfolio_businesscase_open_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.benefit_low}–{self.benefit_high} a year"
