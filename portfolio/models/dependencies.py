"""What a case waits for, and what may go wrong with it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portfolio.enums import DependencyOn
from portfolio.models.cases import UseCase
from portfolio.models.recorded import RecordedFact


class Dependency(RecordedFact):
    """Something others provide: another case, data, or a team. It blocks from `blocked_date` until it is resolved."""

    on = models.CharField(_("depends on"), max_length=4, choices=DependencyOn.choices)
    on_case = models.ForeignKey(UseCase, null=True, on_delete=models.PROTECT, related_name="dependents")
    text = models.CharField(_("what is needed"), max_length=500)
    is_outside_team = models.BooleanField(_("outside the team"), default=True)
    blocked_date = models.DateField(_("blocked since"), null=True)
    resolution = models.CharField(_("how it was resolved"), max_length=500, blank=True)
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta(RecordedFact.Meta):
        constraints = [
            *RecordedFact.Meta.constraints,
            models.CheckConstraint(condition=Q(on__in=DependencyOn.values), name="portfolio_dependency_on_known"),
            models.CheckConstraint(
                condition=Q(on=DependencyOn.CASE, on_case__isnull=False)
                | (~Q(on=DependencyOn.CASE) & Q(on_case__isnull=True)),
                name="portfolio_dependency_names_its_case",
            ),
            models.CheckConstraint(
                condition=Q(on_case__isnull=True) | ~Q(on_case=F("case")), name="portfolio_dependency_not_on_itself"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="portfolio_dependency_worded"),
            models.CheckConstraint(
                condition=Q(resolved_at__isnull=True, resolved_by__isnull=True, resolution="")
                | (Q(resolved_at__gte=F("recorded_at"), resolved_by__isnull=False) & ~Q(resolution="")),
                name="portfolio_dependency_resolved_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["case"], condition=Q(resolved_at__isnull=True), name="portfolio_dependency_open")
        ]

    def __str__(self) -> str:
        return self.text


class Risk(RecordedFact):
    """What may go wrong: likelihood and impact from 1 (low) to 5 (high), who looks after it, what is done about it.

    Accepting what remains is an act of the person named. A closed risk no longer threatens.
    """

    text = models.CharField(_("what may go wrong"), max_length=500)
    likelihood = models.PositiveSmallIntegerField(_("likelihood"))
    impact = models.PositiveSmallIntegerField(_("impact"))
    mitigation = models.TextField(_("what is done about it"), blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    residual_accepted_at = models.DateTimeField(null=True)
    residual_accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta(RecordedFact.Meta):
        constraints = [
            *RecordedFact.Meta.constraints,
            models.CheckConstraint(condition=~Q(text=""), name="portfolio_risk_worded"),
            models.CheckConstraint(
                condition=Q(likelihood__gte=1, likelihood__lte=5), name="portfolio_risk_likelihood_range"
            ),
            models.CheckConstraint(condition=Q(impact__gte=1, impact__lte=5), name="portfolio_risk_impact_range"),
            models.CheckConstraint(
                condition=Q(residual_accepted_at__isnull=True, residual_accepted_by__isnull=True)
                | Q(residual_accepted_at__isnull=False, residual_accepted_by__isnull=False),
                name="portfolio_risk_accepted_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by__isnull=True)
                | Q(closed_at__isnull=False, closed_by__isnull=False),
                name="portfolio_risk_closed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def score(self) -> int:
        """Likelihood times impact, 1 to 25."""
        return self.likelihood * self.impact
