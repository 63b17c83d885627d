"""Committees: who decides, and the roles that go with a seat."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from gates.commands.committees import appoint, create_committee, dissolve_committee, end_seat
from gates.models import Committee, Seat
from gates.queries.committees import committee_for, conflicts_of
from pocgate.identity.models import RoleGrant
from pocgate.identity.queries import roles_of
from pocgate.kernel.errors import Forbidden, Invalid, NotAllowedNow
from pocgate.ledger.models import Activity
from tests.factories.gates import CommitteeFactory, SeatFactory
from tests.factories.identity import RoleGrantFactory, UserFactory
from tests.factories.portfolio import DepartmentFactory, TeamMemberFactory, UseCaseFactory

pytestmark = pytest.mark.django_db


def test_appointment_gives_the_role_in_the_same_transaction(now: datetime) -> None:
    admin = RoleGrantFactory(role="admin").user
    chair, member = UserFactory(), UserFactory()
    committee = create_committee(name="Gate 0", gate=0, department_id=None, actor=admin, now=now)

    appoint(committee_id=committee.pk, user_id=chair.pk, role="chair", discipline="business", actor=admin, now=now)
    appoint(committee_id=committee.pk, user_id=member.pk, role="member", discipline="technical", actor=admin, now=now)

    assert roles_of(chair, now=now) == {"chair"}
    assert roles_of(member, now=now) == {"committee"}
    verbs = list(Activity.objects.order_by("sequence").values_list("verb", flat=True))
    assert verbs == ["committee.created", "committee.seat_given", "committee.seat_given"]


def test_end_of_one_of_two_seats_keeps_the_role_and_of_the_last_ends_it(now: datetime) -> None:
    admin = RoleGrantFactory(role="admin").user
    user = UserFactory()
    seats = [
        appoint(
            committee_id=CommitteeFactory(gate=gate).pk,
            user_id=user.pk,
            role="member",
            discipline="business",
            actor=admin,
            now=now,
        )
        for gate in (0, 1)
    ]

    end_seat(seat_id=seats[0].pk, actor=admin, now=now + timedelta(days=1))
    assert roles_of(user, now=now + timedelta(days=2)) == {"committee"}

    end_seat(seat_id=seats[1].pk, actor=admin, now=now + timedelta(days=3))
    assert roles_of(user, now=now + timedelta(days=4)) == frozenset()


def test_second_chair_is_refused_and_nothing_changes(now: datetime) -> None:
    admin = RoleGrantFactory(role="admin").user
    committee = SeatFactory(role="chair").committee
    person = UserFactory()

    with pytest.raises(NotAllowedNow) as refused:
        appoint(committee_id=committee.pk, user_id=person.pk, role="chair", discipline="business", actor=admin, now=now)

    assert [blocker.code for blocker in refused.value.blockers] == ["chair_taken"]
    assert (Seat.objects.count(), RoleGrant.objects.count(), Activity.objects.count()) == (1, 1, 0)


def test_service_account_and_person_already_seated_are_refused(now: datetime) -> None:
    admin = RoleGrantFactory(role="admin").user
    seat = SeatFactory(user=UserFactory(kind="service"))

    with pytest.raises(NotAllowedNow) as refused:
        appoint(
            committee_id=seat.committee_id,
            user_id=seat.user_id,
            role="member",
            discipline="business",
            actor=admin,
            now=now,
        )

    assert [blocker.code for blocker in refused.value.blockers] == ["not_a_person", "already_seated"]


def test_committee_with_unknown_values_names_each_of_them(now: datetime) -> None:
    admin = RoleGrantFactory(role="admin").user

    with pytest.raises(Invalid) as refused:
        create_committee(name=" ", gate=7, department_id=None, actor=admin, now=now)

    assert [problem.pointer for problem in refused.value.problems] == ["name", "gate"]


def test_committee_by_anybody_but_an_administrator_is_forbidden(now: datetime) -> None:
    with pytest.raises(Forbidden):
        create_committee(name="Mine", gate=0, department_id=None, actor=UserFactory(), now=now)

    assert Committee.objects.count() == 0


def test_second_committee_for_the_same_gate_and_place_is_refused(now: datetime) -> None:
    admin = RoleGrantFactory(role="admin").user
    CommitteeFactory(gate=2)

    with pytest.raises(NotAllowedNow):
        create_committee(name="Again", gate=2, department_id=None, actor=admin, now=now)


def test_dissolved_committee_ends_its_seats_and_their_roles(now: datetime) -> None:
    admin = RoleGrantFactory(role="admin").user
    user = UserFactory()
    committee = CommitteeFactory()
    appoint(committee_id=committee.pk, user_id=user.pk, role="chair", discipline="business", actor=admin, now=now)

    dissolve_committee(committee_id=committee.pk, actor=admin, now=now + timedelta(days=1))

    assert Seat.objects.filter(ended_at__isnull=True).count() == 0
    assert roles_of(user, now=now + timedelta(days=2)) == frozenset()


def test_committee_nearest_up_the_tree_decides(now: datetime) -> None:
    division = DepartmentFactory()
    department = DepartmentFactory(parent=division)
    unit = DepartmentFactory(parent=department)
    company_wide = CommitteeFactory(gate=0)
    of_division = CommitteeFactory(gate=0, department=division)
    of_department = CommitteeFactory(gate=0, department=department)

    assert committee_for(UseCaseFactory(department=department, unit=unit), 0) == of_department
    assert committee_for(UseCaseFactory(department=division), 0) == of_division
    assert committee_for(UseCaseFactory(), 0) == company_wide
    assert committee_for(UseCaseFactory(department=department), 1) is None


def test_conflict_lasts_twelve_months_after_leaving_the_team(now: datetime) -> None:
    case = UseCaseFactory()
    long_gone = TeamMemberFactory(case=case, role="engineering", ended_at=now - timedelta(days=366))
    gone = TeamMemberFactory(case=case, role="engineering", ended_at=now - timedelta(days=364))
    sponsor = TeamMemberFactory(case=case, role="sponsor")

    conflicts = conflicts_of(case.pk, now=now)

    assert conflicts == {gone.user_id: "on_team", sponsor.user_id: "interested"}
    assert long_gone.user_id not in conflicts
