"""The organisation's tree and who sees how far in it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from portfolio.enums import Sees


class Department(models.Model):
    """A department, or a unit under one. `path` lists ids from the root, as `/3/14/`: a subtree is a prefix."""

    name = models.CharField(_("name"), max_length=200)
    abbreviation = models.CharField(_("abbreviation"), max_length=40, blank=True)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="units")
    path = models.CharField(max_length=200, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("name"), condition=Q(parent__isnull=True), name="portfolio_department_name_once"
            ),
            models.UniqueConstraint(
                F("parent"),
                Lower("name"),
                condition=Q(parent__isnull=False),
                name="portfolio_department_unit_name_once",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="portfolio_department_named"),
        ]

    def __str__(self) -> str:
        return self.name


class DepartmentMember(models.Model):
    """A person belongs to a department and sees so far from it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="department_members")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="members")
    sees = models.CharField(max_length=10, choices=Sees.choices, default=Sees.OWN)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "department"], name="portfolio_departmentmember_once"),
            models.CheckConstraint(condition=Q(sees__in=Sees.values), name="portfolio_departmentmember_sees_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.department}"
