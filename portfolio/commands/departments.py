"""Departments and their units; the path of each is kept here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from pocgate.identity.models import User
from pocgate.kernel.errors import FieldProblem
from pocgate.ledger.commands import Act, record, record_many
from portfolio.commands.opening import invalid_when
from portfolio.models import Department, DepartmentMember
from portfolio.permissions import require
from portfolio.rules.numbers import short_text_problems

NAME_LENGTH, ABBREVIATION_LENGTH = 200, 40

Place = tuple[str, str | None]
PlaceIds = tuple[int, int | None]


def create_department(
    *, name: str, abbreviation: str = "", parent_id: int | None = None, actor: User, now: datetime
) -> Department:
    """A department, or a unit under one."""
    require("manage_departments", actor, None, now=now)
    with transaction.atomic():
        parent = Department.objects.select_for_update().get(pk=parent_id) if parent_id else None
        clean = _clean(name)
        invalid_when(_name_problems(clean, abbreviation, parent_id, own_id=None))
        department = Department.objects.create(name=clean, abbreviation=abbreviation.strip(), parent=parent, path="/")
        department.path = f"{parent.path if parent else '/'}{department.pk}/"
        department.save(update_fields=["path"])
        after = {"name": clean, "parent": parent_id}
        record(Act("department.created", "department", department.pk, None, {}, after), actor=actor, now=now)
    return department


def rename_department(
    *, department_id: int, name: str, abbreviation: str | None = None, actor: User, now: datetime
) -> Department:
    """Another name, and another abbreviation when one is given; cases stay where they are."""
    require("manage_departments", actor, None, now=now)
    with transaction.atomic():
        department = Department.objects.select_for_update().get(pk=department_id)
        clean, short = _clean(name), department.abbreviation if abbreviation is None else abbreviation.strip()
        invalid_when(_name_problems(clean, short, department.parent_id, own_id=department.pk))
        before = {"name": department.name, "abbreviation": department.abbreviation}
        department.name, department.abbreviation = clean, short
        department.save(update_fields=["name", "abbreviation"])
        after = {"name": clean, "abbreviation": short}
        record(Act("department.renamed", "department", department.pk, None, before, after), actor=actor, now=now)
    return department


def set_department_member(*, user: User, department_id: int, sees: str, actor: User, now: datetime) -> None:
    """Place a person in a department and say how far they see from it: `own`, `subtree` or `all`."""
    require("manage_departments", actor, None, now=now)
    with transaction.atomic():
        member, _new = DepartmentMember.objects.update_or_create(
            user=user, department_id=department_id, defaults={"sees": sees}
        )
        after = {"user": user.pk, "department": department_id, "sees": sees}
        record(Act("department.member_set", "department_member", member.pk, None, {}, after), actor=actor, now=now)


def ensure_departments(
    places: Iterable[tuple[str, str | None, str | None]], *, actor: User | None, now: datetime
) -> dict[Place, PlaceIds]:
    """Find or create departments and units by name, whatever the capitals, with few statements.

    `places` are (department, its abbreviation or None, unit or None). The answer maps (department, unit) as given to
    (department id, unit id or None). The caller has the right to import.
    """
    asked = list(places)
    with transaction.atomic():
        tops = _ensure({(None, _key(name)): (name, short) for name, short, _unit in reversed(asked)}, actor, now)
        units = _ensure(
            {(tops[None, _key(name)], _key(unit)): (unit, None) for name, _short, unit in asked if unit}, actor, now
        )
    return {
        (name, unit): (
            tops[None, _key(name)],
            units[tops[None, _key(name)], _key(unit)] if unit else None,
        )
        for name, _short, unit in asked
    }


Wanted = dict[tuple[int | None, str], tuple[str, str | None]]


def _ensure(wanted: Wanted, actor: User | None, now: datetime) -> dict[tuple[int | None, str], int]:
    parents = {parent for parent, _key_ in wanted}
    rows = (
        Department.objects.filter(parent__isnull=True)
        if None in parents
        else Department.objects.filter(parent__in=parents)
    )
    known = {(row.parent_id, _key(row.name)): row.pk for row in rows}
    missing = [(parent, key, *texts) for (parent, key), texts in wanted.items() if (parent, key) not in known]
    if not missing:
        return known
    paths = dict(
        Department.objects.filter(pk__in=[parent for parent in parents if parent is not None]).values_list("pk", "path")
    )
    made = Department.objects.bulk_create(
        [
            Department(
                name=_clean(name)[:NAME_LENGTH], abbreviation=(short or "")[:ABBREVIATION_LENGTH], parent_id=parent
            )
            for parent, _key_, name, short in missing
        ],
        batch_size=500,
    )
    for department in made:
        department.path = f"{paths.get(department.parent_id or 0, '/')}{department.pk}/"
    Department.objects.bulk_update(made, ["path"], batch_size=500)
    acts = [Act("department.created", "department", row.pk, None, {}, {"name": row.name}) for row in made]
    record_many(acts, actor=actor, now=now)
    return known | {(row.parent_id, _key(row.name)): row.pk for row in made}


def _clean(name: str) -> str:
    return " ".join(name.split())


def _key(name: str | None) -> str:
    return _clean(name or "")[:NAME_LENGTH].lower()


def _name_problems(name: str, abbreviation: str, parent_id: int | None, *, own_id: int | None) -> list[FieldProblem]:
    problems = short_text_problems("name", name, NAME_LENGTH, required=True)
    problems += short_text_problems("abbreviation", abbreviation, ABBREVIATION_LENGTH)
    siblings = Department.objects.filter(parent=parent_id, name__iexact=name).exclude(pk=own_id or 0)
    if not problems and siblings.exists():
        problems.append(FieldProblem("name", "name_taken", "There is a department of this name already."))
    return problems
