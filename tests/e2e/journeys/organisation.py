"""An invented company for the journeys: people, roles, a department and a committee, made by the real commands.

`lay` runs inside the installation, in a process of its own; everything else here only names what it makes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime

from tests.installation import Installation

PASSWORD = "quiet-harbour-lantern-42"
DEPARTMENT = "Motor claims"
COMMITTEE = "Motor gate committee"


@dataclass(frozen=True)
class Someone:
    """A person of the company: sign-in name, full name, job, company-wide roles, and a seat (role, discipline)."""

    name: str
    full_name: str
    job: str = ""
    roles: tuple[str, ...] = ()
    seat: tuple[str, str] | None = None
    works_here: bool = field(default=False)


PEOPLE = {
    person.name: person
    for person in (
        Someone("admin", "Ada Brink", "Administrator", ("admin",)),
        Someone("owner", "Olga Ferris", "Product owner", ("product_owner",), works_here=True),
        Someone("business", "Bruno Tal", "Head of motor claims", works_here=True),
        Someone("sponsor", "Sina Moor", "Board member", ("sponsor",)),
        Someone("budget", "Beate Lund", "Controller", works_here=True),
        Someone("engineer", "Emil Roth", "Engineer", works_here=True),
        Someone("scientist", "Dora Quist", "Data scientist", works_here=True),
        Someone("operator", "Otto Hale", "Operations", works_here=True),
        Someone("inside", "Ines Falk", "Compliance, on the team", ("compliance",)),
        Someone("officer", "Corin Vale", "Compliance", ("compliance",)),
        Someone("chair", "Clara Nyberg", "Chair", seat=("chair", "business")),
        Someone("first", "Felix Oran", "Committee", seat=("member", "business")),
        Someone("second", "Selma Ibsen", "Committee", seat=("member", "technical")),
        Someone("third", "Tore Lindt", "Committee", seat=("member", "finance")),
        Someone("fourth", "Frida Voss", "Committee", seat=("member", "operations")),
        Someone("auditor", "Anton Weir", "Auditor", ("auditor",)),
    )
}


def lay_organisation(installation: Installation) -> dict[str, int]:
    """Lay the company into a running installation; ids of the people by sign-in name."""
    code = "from tests.e2e.journeys.organisation import lay; from django.utils import timezone; lay(timezone.now())"
    ids: dict[str, int] = json.loads(installation.python(code))
    return ids


def lay(now: datetime) -> None:
    """Make everybody and everything; prints the ids as JSON."""
    from django.contrib.auth.hashers import make_password

    from pocgate.identity.commands import create_person, grant_role
    from pocgate.identity.models import User
    from portfolio.commands.departments import create_department, set_department_member

    users = {}
    for person in PEOPLE.values():
        users[person.name] = user = create_person(
            username=person.name,
            full_name=person.full_name,
            email=f"{person.name}@example.org",
            password=None,
            actor=None,
            now=now,
        )
        for role in person.roles:
            grant_role(user=user, role=role, actor=None, now=now)
    # One slow hash for all of them.
    User.objects.update(password=make_password(PASSWORD))
    for person in PEOPLE.values():
        User.objects.filter(username=person.name).update(job_title=person.job)
    admin = users["admin"]
    department = create_department(name=DEPARTMENT, actor=admin, now=now)
    for person in PEOPLE.values():
        if person.works_here:
            set_department_member(
                user=users[person.name], department_id=department.pk, sees="own", actor=admin, now=now
            )
    _seat_committee(users, admin, now)
    print(json.dumps({name: user.pk for name, user in users.items()}))


def _seat_committee(users: dict[str, object], admin: object, now: datetime) -> None:
    from gates.commands.committees import appoint, create_committee

    committee = create_committee(name=COMMITTEE, gate=0, department_id=None, actor=admin, now=now)  # type: ignore[arg-type]
    for person in PEOPLE.values():
        if person.seat is not None:
            role, discipline = person.seat
            appoint(
                committee_id=committee.pk,
                user_id=users[person.name].pk,  # type: ignore[attr-defined]
                role=role,
                discipline=discipline,
                actor=admin,  # type: ignore[arg-type]
                now=now,
            )
