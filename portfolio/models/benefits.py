"""What a case was measured to bring, in the case's currency."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portfolio.models.recorded import RecordedFact


class BenefitEntry(RecordedFact):
    """Money gained or saved in a period (`period_end` is the day after the last), and how that was measured.

    `scale_percent` is the share of the full scale that used it meanwhile: 100 once it runs for all.
    """

    amount = models.DecimalField(_("amount"), max_digits=16, decimal_places=2)
    period_start = models.DateField()
    period_end = models.DateField()
    method = models.CharField(_("how it was measured"), max_length=300)
    scale_percent = models.DecimalField(max_digits=5, decimal_places=2, default=Decimal(100))

    class Meta(RecordedFact.Meta):
        constraints = [
            *RecordedFact.Meta.constraints,
            models.CheckConstraint(condition=Q(amount__gte=0), name="portfolio_benefitentry_amount_not_negative"),
            models.CheckConstraint(
                condition=Q(period_end__gt=F("period_start")), name="portfolio_benefitentry_period_in_order"
            ),
            models.CheckConstraint(condition=~Q(method=""), name="portfolio_benefitentry_method_given"),
            models.CheckConstraint(
                condition=Q(scale_percent__gt=0, scale_percent__lte=100), name="portfolio_benefitentry_scale_range"
            ),
        ]
        indexes = [models.Index(fields=["case", "period_end"], name="portfolio_benefitentry_period")]

    def __str__(self) -> str:
        return f"{self.amount.normalize():f} ({self.period_start}–{self.last_day})"

    @property
    def last_day(self) -> date:
        """The last day of the period."""
        return self.period_end - timedelta(days=1)
