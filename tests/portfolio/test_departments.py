"""Departments: names once, paths kept, many made with few statements."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from pocgate.kernel.errors import Forbidden, Invalid
from pocgate.ledger.models import Activity
from portfolio.commands import departments
from portfolio.models import Department, DepartmentMember, UseCase
from portfolio.queries.departments import departments_with_counts
from tests.factories.identity import RoleGrantFactory, UserFactory
from tests.factories.portfolio import DepartmentFactory, UseCaseFactory

pytestmark = pytest.mark.django_db


def test_create_and_rename_keep_the_path(now: datetime) -> None:
    admin = RoleGrantFactory(role="admin").user
    top = departments.create_department(name=" Claims ", actor=admin, now=now)

    unit = departments.create_department(name="Motor", parent_id=top.pk, actor=admin, now=now)
    departments.rename_department(department_id=top.pk, name="Claims & losses", actor=admin, now=now)

    top.refresh_from_db()
    assert (top.name, top.path, unit.path) == ("Claims & losses", f"/{top.pk}/", f"/{top.pk}/{unit.pk}/")
    assert Activity.objects.count() == 3


def test_create_by_anybody_else_is_forbidden(now: datetime) -> None:
    with pytest.raises(Forbidden):
        departments.create_department(name="Claims", actor=RoleGrantFactory(role="chair").user, now=now)


@pytest.mark.parametrize("name", ["", "claims", "x" * 201, "a\x00b"])
def test_create_with_a_bad_name_is_refused(name: str, now: datetime) -> None:
    admin = RoleGrantFactory(role="admin").user
    DepartmentFactory(name="Claims")

    with pytest.raises(Invalid):
        departments.create_department(name=name, actor=admin, now=now)

    assert Department.objects.count() == 1


def test_place_of_a_person_decides_what_they_see(now: datetime) -> None:
    admin, person = RoleGrantFactory(role="admin").user, UserFactory()
    unit = DepartmentFactory(parent=DepartmentFactory())
    case = UseCaseFactory(department=unit.parent, unit=unit)

    departments.set_department_member(user=person, department_id=unit.parent_id, sees="subtree", actor=admin, now=now)

    assert DepartmentMember.objects.get().sees == "subtree"
    assert list(UseCase.objects.visible_to(person, now=now)) == [case]


def test_ensure_departments_finds_and_makes(now: datetime, django_assert_max_num_queries: Any) -> None:
    known = DepartmentFactory(name="Claims")
    places = [("CLAIMS", None, "Motor"), ("Claims", None, None), ("Health  care", "HC", "Motor")]
    places += [(f"Department {number}", None, f"Unit {number}") for number in range(200)]

    with django_assert_max_num_queries(16):
        made = departments.ensure_departments(places, actor=None, now=now)
    again = departments.ensure_departments(places, actor=None, now=now)

    motor = Department.objects.get(name="Motor", parent=known)
    care = Department.objects.get(name="Health care")
    assert made == again
    assert made["CLAIMS", "Motor"] == (known.pk, motor.pk)
    assert made["Claims", None] == (known.pk, None)
    assert (care.abbreviation, motor.path) == ("HC", f"/{known.pk}/{motor.pk}/")
    assert Department.objects.count() == 404


def test_departments_are_counted_with_one_query(now: datetime, django_assert_num_queries: Any) -> None:
    for _ in range(3):
        UseCaseFactory()

    with django_assert_num_queries(1):
        rows = list(departments_with_counts())

    assert [row.case_count for row in rows] == [1, 1, 1]


def test_name_taken_twice_is_refused_by_the_database() -> None:
    DepartmentFactory(name="Claims")

    with pytest.raises(DatabaseError), transaction.atomic():
        DepartmentFactory(name="CLAIMS")
