"""People, departments and committees: written once, before any case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.contrib.auth.hashers import make_password

from gates.models import Committee, Seat
from pocgate.demo.plan.people import ADMINISTRATOR, COMMITTEES, PASSWORD, PEOPLE, SEATS, Person
from pocgate.demo.plan.subjects import departments
from pocgate.identity.enums import Role
from pocgate.identity.models import RoleGrant, User
from pocgate.ledger.models import Activity
from portfolio.models import Department, DepartmentMember

FOUNDED = timedelta(days=600)
LAST_VISIT = timedelta(days=3)


@dataclass(frozen=True)
class Ground:
    """What cases stand on: ids of people, of units with their department, of committees and seats."""

    people: Mapping[str, int]
    places: Mapping[str, tuple[int, int]]
    committees: Mapping[int, int]
    seats: Mapping[tuple[int, str], int]


def write_organisation(*, seed: int, now: datetime) -> Ground:
    """Everything but the cases, as it was set up before the first of them."""
    founded = now - FOUNDED
    people = _people(seed, now)
    _departments()
    _members(people)
    _committees(people, founded)
    _roles(people, founded)
    ground = ground_of()
    _activity(ground, founded)
    return ground


def ground_of() -> Ground:
    """The organisation as it stands in the database."""
    units = Department.objects.filter(parent__isnull=False).values_list("name", "parent_id", "pk")
    seats = Seat.objects.filter(ended_at__isnull=True).values_list("committee__gate", "user__username", "pk")
    return Ground(
        people=dict(User.objects.filter(is_demo=True).values_list("username", "pk")),
        places={name: (parent, pk) for name, parent, pk in units},
        committees=dict(Committee.objects.filter(dissolved_at__isnull=True).values_list("gate", "pk")),
        seats={(gate, username): pk for gate, username, pk in seats},
    )


def _people(seed: int, now: datetime) -> Mapping[str, int]:
    # One hash for all: hashing is slow on purpose, and everybody here has the same password anyway.
    hashed = make_password(PASSWORD, salt=sha256(f"demonstration {seed}".encode()).hexdigest()[:22])
    rows = [_account(person, hashed, now) for person in PEOPLE]
    User.objects.bulk_create(rows)
    found: Mapping[str, int] = dict(User.objects.filter(is_demo=True).values_list("username", "pk"))
    return found


def _account(person: Person, hashed: str, now: datetime) -> User:
    return User(
        username=person.username,
        full_name=person.full_name,
        email=person.email,
        job_title=person.job_title,
        is_demo=True,
        last_visit_at=now - LAST_VISIT if person.waits else None,
        password=hashed,
    )


def _departments() -> None:
    """Departments first, for a unit's path begins with its department's."""
    tops = Department.objects.bulk_create([Department(name=name) for name in departments()])
    for top in tops:
        top.path = f"/{top.pk}/"
    units = Department.objects.bulk_create(
        [Department(name=unit, parent=top) for top in tops for unit in departments()[top.name]]
    )
    for unit in units:
        unit.path = f"/{unit.parent_id}/{unit.pk}/"
    Department.objects.bulk_update([*tops, *units], ["path"])


def _members(people: Mapping[str, int]) -> None:
    tops = dict(Department.objects.filter(parent__isnull=True).values_list("name", "pk"))
    DepartmentMember.objects.bulk_create(
        [
            DepartmentMember(user_id=people[person.username], department_id=tops[person.department], sees=person.sees)
            for person in PEOPLE
            if person.department
        ]
    )


def _committees(people: Mapping[str, int], founded: datetime) -> None:
    rows = Committee.objects.bulk_create([Committee(name=name, gate=gate) for gate, name in COMMITTEES.items()])
    Seat.objects.bulk_create(
        [
            Seat(
                committee=committee,
                user_id=people[seat.person],
                role=seat.role,
                discipline=seat.discipline,
                started_at=founded,
            )
            for committee in rows
            for seat in SEATS
            if committee.gate in seat.gates
        ]
    )


def _roles(people: Mapping[str, int], founded: datetime) -> None:
    RoleGrant.objects.bulk_create(
        [RoleGrant(user_id=people[name], role=role, started_at=founded) for name, role in _grants()]
    )


def _grants() -> Iterator[tuple[str, str]]:
    for person in PEOPLE:
        for role in person.roles:
            yield person.username, role
    for seat in SEATS:
        yield seat.person, Role.CHAIR if seat.role == "chair" else Role.COMMITTEE


def _activity(ground: Ground, founded: datetime) -> None:
    administrator = ground.people[ADMINISTRATOR]
    rows = [
        *(("user.created", "user", pk, {"username": name}) for name, pk in ground.people.items()),
        *(("department.created", "department", unit, {"name": name}) for name, (_top, unit) in ground.places.items()),
        *(("committee.created", "committee", pk, {"gate": gate}) for gate, pk in ground.committees.items()),
    ]
    Activity.objects.bulk_create(
        [
            Activity(
                at=founded + timedelta(minutes=number),
                actor_id=administrator,
                verb=verb,
                subject_type=subject_type,
                subject_id=str(pk),
                after=after,
            )
            for number, (verb, subject_type, pk, after) in enumerate(rows)
        ]
    )
