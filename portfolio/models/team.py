"""Who works on a case, in which role, since when."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portfolio.enums import TeamRole
from portfolio.models.cases import UseCase


class TeamMember(models.Model):
    """A person's part in a case. `confirmed_at` is that person's own act in the system."""

    case = models.ForeignKey(UseCase, on_delete=models.CASCADE, related_name="team")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="team_memberships")
    role = models.CharField(_("role"), max_length=20, choices=TeamRole.choices)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(role__in=TeamRole.values), name="portfolio_teammember_role_known"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
                name="portfolio_teammember_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(role=TeamRole.PRODUCT_OWNER, ended_at__isnull=True),
                name="portfolio_teammember_one_product_owner",
            ),
            models.UniqueConstraint(
                fields=["case", "user", "role"],
                condition=Q(ended_at__isnull=True),
                name="portfolio_teammember_role_once",
            ),
        ]
        indexes = [models.Index(fields=["user", "case"], name="portfolio_teammember_user")]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"
