"""Accounts and roles."""

from __future__ import annotations

from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from pocgate.identity.commands import (
    create_person,
    create_service_account,
    grant_role,
    record_visit,
    revoke_role,
    set_active,
)
from pocgate.identity.models import RoleGrant, User
from pocgate.identity.queries import roles_of
from pocgate.kernel.errors import Forbidden, Invalid, NotAllowedNow
from pocgate.ledger.models import Activity
from tests.factories.identity import RoleGrantFactory, UserFactory

pytestmark = pytest.mark.django_db

PASSWORD = "seven quiet llamas"


def person(now, **changes):
    terms = {"username": "ana", "full_name": "Ana", "email": "ana@example.org", "password": PASSWORD, "actor": None}
    return create_person(**(terms | {"now": now} | changes))


def test_create_person_by_the_system_can_sign_in(now: datetime) -> None:
    ana = person(now)

    assert ana.check_password(PASSWORD)
    assert ana.is_person
    assert list(Activity.objects.values_list("verb", "actor")) == [("user.created", None)]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"username": ""}, "username"),
        ({"username": "a b"}, "username"),
        ({"username": "x" * 151}, "username"),
        ({"email": "no address"}, "email"),
        ({"full_name": "x" * 201}, "full_name"),
        ({"password": "short"}, "password"),
        ({"password": "password1234"}, "password"),
    ],
)
def test_create_person_bad_value_is_refused(now: datetime, changes: dict[str, str], pointer: str) -> None:
    with pytest.raises(Invalid) as refused:
        person(now, **changes)

    assert {problem.pointer for problem in refused.value.problems} == {pointer}
    assert all(problem.text for problem in refused.value.problems)
    assert (User.objects.count(), Activity.objects.count()) == (0, 0)


def test_create_person_name_taken_in_other_capitals_is_refused(now: datetime) -> None:
    UserFactory(username="ANA")

    with pytest.raises(Invalid) as refused:
        person(now)

    assert [problem.code for problem in refused.value.problems] == ["taken"]


def test_create_person_by_anyone_but_an_administrator_is_refused(now: datetime) -> None:
    with pytest.raises(Forbidden):
        person(now, actor=UserFactory())

    assert not User.objects.filter(username="ana").exists()


def test_service_account_gets_no_role_that_votes_or_signs(now: datetime) -> None:
    robot = create_service_account(username="robot", full_name="Robot", actor=None, now=now)

    for role in ("chair", "committee", "compliance"):
        with pytest.raises(NotAllowedNow):
            grant_role(user=robot, role=role, actor=None, now=now)
    grant_role(user=robot, role="auditor", actor=None, now=now)

    assert roles_of(robot, now=now) == {"auditor"}
    assert not robot.has_usable_password()


def test_grant_role_twice_leaves_one_grant(now: datetime) -> None:
    ana = UserFactory()

    grant_role(user=ana, role="sponsor", actor=None, now=now)
    grant_role(user=ana, role="sponsor", actor=None, now=now)

    assert RoleGrant.objects.filter(user=ana).count() == 1
    assert Activity.objects.filter(verb="role.granted").count() == 1


def test_grant_role_unknown_word_is_refused(now: datetime) -> None:
    with pytest.raises(Invalid):
        grant_role(user=UserFactory(), role="king", actor=None, now=now)


def test_revoke_role_and_grant_again_keeps_both_periods(now: datetime) -> None:
    ana = UserFactory()
    grant_role(user=ana, role="sponsor", actor=None, now=now)

    revoke_role(user=ana, role="sponsor", actor=None, now=now + timedelta(days=1))
    grant_role(user=ana, role="sponsor", actor=None, now=now + timedelta(days=2))

    assert roles_of(ana, now=now + timedelta(days=1)) == frozenset()
    assert roles_of(ana, now=now + timedelta(days=2)) == {"sponsor"}
    assert RoleGrant.objects.filter(user=ana).count() == 2


def test_revoke_role_of_the_last_administrator_is_refused(now: datetime) -> None:
    admin = RoleGrantFactory(role="admin").user

    with pytest.raises(NotAllowedNow):
        revoke_role(user=admin, role="admin", actor=admin, now=now)
    with pytest.raises(NotAllowedNow):
        set_active(user=admin, active=False, actor=admin, now=now)

    assert roles_of(admin, now=now) == {"admin"}


def test_revoke_role_not_in_force_changes_nothing(now: datetime) -> None:
    assert revoke_role(user=UserFactory(), role="sponsor", actor=None, now=now) is False
    assert Activity.objects.count() == 0


def test_visit_after_a_pause_moves_the_previous_one(now: datetime) -> None:
    ana = UserFactory()
    record_visit(user=ana, now=now)
    ana.refresh_from_db()

    record_visit(user=ana, now=now + timedelta(minutes=10))
    ana.refresh_from_db()
    record_visit(user=ana, now=now + timedelta(days=1))
    ana.refresh_from_db()

    assert ana.previous_visit_at == now + timedelta(minutes=10)
    assert ana.last_visit_at == now + timedelta(days=1)


def test_create_person_command_without_password_makes_an_administrator() -> None:
    call_command("create_person", "root", "--role", "admin", "--no-password", stdout=StringIO())

    assert RoleGrant.objects.get().user.username == "root"
