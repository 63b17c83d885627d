"""The case in the address, when the caller may see it, and names of the body as records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404

from pocgate.api.base import ApiView
from pocgate.kernel.errors import FieldProblem, Invalid
from pocgate.kernel.http import number_of
from portfolio.models import Department, UseCase

PLACES = ("department", "unit")


def case_or_404(view: ApiView, ref: str) -> UseCase:
    """Unknown and invisible cases look the same."""
    case = UseCase.objects.visible_to(view.person, now=view.now).filter(number=number_of(ref)).first()
    if case is None:
        raise Http404
    return case


def as_changes(values: Mapping[str, Any], case: UseCase | None = None) -> dict[str, Any]:
    """The body's fields as the portfolio's commands take them: department and unit by id. Raises `Invalid`."""
    changes = {name: value for name, value in values.items() if name not in {*PLACES, "facts"}}
    if "department" in values:
        changes["department_id"] = _place("department", values["department"], parent=None)
    if "unit" in values:
        above = changes.get("department_id", case.department_id if case else None)
        changes["unit_id"] = _place("unit", values["unit"], parent=above)
    return changes


def _place(field: str, name: str | None, *, parent: int | None) -> int | None:
    if name is None:
        return None
    found = (
        Department.objects.filter(name__iexact=name.strip(), parent=parent) if field == "department" or parent else None
    )
    pk = found.values_list("pk", flat=True).first() if found is not None else None
    if pk is None:
        raise Invalid([FieldProblem(field, f"unknown_{field}", "There is no {field} of this name.", {"field": field})])
    return pk
