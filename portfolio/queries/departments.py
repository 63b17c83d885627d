"""Departments, for choices and administration."""

from __future__ import annotations

from django.db.models import Count, QuerySet

from portfolio.models import Department


def departments() -> QuerySet[Department]:
    """Departments without their units, by name."""
    return Department.objects.filter(parent__isnull=True).order_by("name", "pk")


def units(department_id: int | None = None) -> QuerySet[Department]:
    """Units with their departments, by name; of one department when it is given."""
    rows = (
        Department.objects.filter(parent__isnull=False).select_related("parent").order_by("parent__name", "name", "pk")
    )
    return rows if department_id is None else rows.filter(parent=department_id)


def departments_with_counts() -> QuerySet[Department]:
    """All departments and units in the order of the tree, with the number of cases in each."""
    counted = Department.objects.annotate(case_count=Count("cases", distinct=True))
    return counted.select_related("parent").order_by("path")
