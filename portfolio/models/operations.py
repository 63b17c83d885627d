"""How a pilot or a live case runs: the four figures of its operation."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portfolio.enums import OperationsFigure
from portfolio.models.recorded import RecordedFact


class OperationsReading(RecordedFact):
    """One figure over `observed_from`–`observed_to`, in a unit that `portfolio.rules.operations` knows for it."""

    figure = models.CharField(_("figure"), max_length=12, choices=OperationsFigure.choices)
    value = models.DecimalField(_("value"), max_digits=20, decimal_places=6)
    unit = models.CharField(_("unit"), max_length=10)
    observed_from = models.DateTimeField()
    observed_to = models.DateTimeField()
    method = models.CharField(max_length=300, blank=True)
    release = models.CharField(max_length=100, blank=True)

    class Meta(RecordedFact.Meta):
        constraints = [
            *RecordedFact.Meta.constraints,
            models.CheckConstraint(
                condition=Q(figure__in=OperationsFigure.values), name="portfolio_operationsreading_figure_known"
            ),
            models.CheckConstraint(condition=Q(value__gte=0), name="portfolio_operationsreading_value_not_negative"),
            models.CheckConstraint(
                condition=~Q(unit="%") | Q(value__lte=100), name="portfolio_operationsreading_percent_range"
            ),
            models.CheckConstraint(condition=~Q(unit=""), name="portfolio_operationsreading_unit_given"),
            models.CheckConstraint(
                condition=Q(observed_to__gte=F("observed_from")), name="portfolio_operationsreading_period_in_order"
            ),
        ]
        indexes = [models.Index(fields=["case", "figure", "-observed_to"], name="portfolio_operationsreading_la")]

    def __str__(self) -> str:
        return f"{self.get_figure_display()} {self.value.normalize():f} {self.unit}"
