"""Teams: exactly one product owner, confirmations in person."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import DatabaseError, transaction

from pocgate.kernel.errors import Forbidden, Invalid, NotAllowedNow
from pocgate.ledger.models import Activity
from portfolio.commands import team
from portfolio.models import TeamMember
from portfolio.queries.team import memberships_to_confirm, product_owner_of, team_view
from tests.factories.identity import RoleGrantFactory, UserFactory
from tests.factories.portfolio import TeamMemberFactory, UseCaseFactory

pytestmark = pytest.mark.django_db


def test_add_member_waits_for_that_persons_confirmation(now: datetime) -> None:
    owner, sponsor = TeamMemberFactory(), UserFactory()

    member = team.add_member(case_id=owner.case_id, user=sponsor, role="sponsor", actor=owner.user, now=now)

    assert member.confirmed_at is None
    assert list(memberships_to_confirm(sponsor)) == [member]
    team.confirm_membership(member_id=member.pk, actor=sponsor, now=now)
    assert list(memberships_to_confirm(sponsor)) == []
    assert Activity.objects.filter(verb="team.role_confirmed").count() == 1


def test_confirm_membership_by_somebody_else_is_forbidden(now: datetime) -> None:
    member = TeamMemberFactory(role="sponsor")

    with pytest.raises(Forbidden):
        team.confirm_membership(member_id=member.pk, actor=UserFactory(), now=now)

    member.refresh_from_db()
    assert member.confirmed_at is None


def test_confirm_membership_twice_is_refused(now: datetime) -> None:
    member = TeamMemberFactory(role="sponsor", confirmed_at=now)

    with pytest.raises(NotAllowedNow):
        team.confirm_membership(member_id=member.pk, actor=member.user, now=now)


def test_add_member_by_the_team_is_forbidden(now: datetime) -> None:
    engineer = TeamMemberFactory(role="engineering")

    with pytest.raises(Forbidden):
        team.add_member(case_id=engineer.case_id, user=UserFactory(), role="sponsor", actor=engineer.user, now=now)

    assert TeamMember.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "role", "code"),
    [
        ({"is_active": False}, "engineering", "account_closed"),
        ({"kind": "service"}, "sponsor", "service_account"),
        ({}, "wizard", "unknown_role"),
    ],
)
def test_add_member_who_can_not_take_the_role_is_refused(fields: dict, role: str, code: str, now: datetime) -> None:
    owner = TeamMemberFactory()

    with pytest.raises(Invalid) as refused:
        team.add_member(case_id=owner.case_id, user=UserFactory(**fields), role=role, actor=owner.user, now=now)

    assert [problem.code for problem in refused.value.problems] == [code]


def test_service_account_may_join_as_engineering(now: datetime) -> None:
    owner = TeamMemberFactory()

    team.add_member(
        case_id=owner.case_id, user=UserFactory(kind="service"), role="engineering", actor=owner.user, now=now
    )

    assert TeamMember.objects.count() == 2


@pytest.mark.parametrize(("role", "code"), [("product_owner", "one_product_owner"), ("sponsor", "on_team_already")])
def test_add_member_to_a_taken_place_is_refused(role: str, code: str, now: datetime) -> None:
    owner, sponsor = TeamMemberFactory(), UserFactory()
    team.add_member(case_id=owner.case_id, user=sponsor, role="sponsor", actor=owner.user, now=now)

    with pytest.raises(NotAllowedNow) as refused:
        team.add_member(case_id=owner.case_id, user=sponsor, role=role, actor=owner.user, now=now)

    assert [blocker.code for blocker in refused.value.blockers] == [code]


def test_change_product_owner_ends_the_one_before(now: datetime) -> None:
    owner, heir = TeamMemberFactory(), UserFactory()

    team.change_product_owner(case_id=owner.case_id, user=heir, actor=owner.user, now=now)

    view = team_view(owner.case)
    assert product_owner_of(owner.case) == heir
    assert [member.user for member in view.former] == [owner.user]


def test_end_membership_of_the_product_owner_is_refused(now: datetime) -> None:
    owner = TeamMemberFactory()

    with pytest.raises(NotAllowedNow):
        team.end_membership(member_id=owner.pk, actor=owner.user, now=now)

    owner.refresh_from_db()
    assert owner.ended_at is None


def test_accept_case_without_an_owner_makes_one(now: datetime) -> None:
    case, person = UseCaseFactory(origin="imported"), RoleGrantFactory(role="product_owner").user

    team.accept_case(case_id=case.pk, actor=person, now=now)

    assert product_owner_of(case) == person


def test_accept_case_that_has_an_owner_is_forbidden(now: datetime) -> None:
    owner = TeamMemberFactory()

    with pytest.raises(Forbidden):
        team.accept_case(case_id=owner.case_id, actor=RoleGrantFactory(role="product_owner").user, now=now)


def test_second_product_owner_is_refused_by_the_database() -> None:
    owner = TeamMemberFactory()

    with pytest.raises(DatabaseError), transaction.atomic():
        TeamMemberFactory(case=owner.case)
