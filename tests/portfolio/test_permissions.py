"""The table of who may do what to a case, cell by cell."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from pocgate.identity.enums import Role
from pocgate.kernel.errors import Forbidden
from portfolio.enums import TeamRole
from portfolio.permissions import acts_allowed, can, require
from tests.factories.identity import RoleGrantFactory, UserFactory
from tests.factories.portfolio import TeamMemberFactory, UseCaseFactory

pytestmark = pytest.mark.django_db
ON_CASE = frozenset(
    {
        *("submit_case", "edit_case", "edit_facts", "lower_facts", "manage_team", "define_kpis", "set_threshold"),
        *("ease_threshold", "record_reading", "plan_costs", "agree_cap", "record_cost", "attach_evidence"),
        *("identify_stage", "accept_case", "keep_records", "give_feedback", "answer_feedback", "accept_risk"),
    }
)
VIEWER = {"give_feedback"}
TEAM = VIEWER | {
    *("edit_case", "define_kpis", "set_threshold", "record_reading", "plan_costs", "record_cost", "attach_evidence"),
    *("keep_records", "answer_feedback"),
}
OWNER = TEAM | {"submit_case", "edit_facts", "manage_team", "identify_stage"}
BY_ROLE = {
    Role.PRODUCT_OWNER: VIEWER,
    Role.SPONSOR: VIEWER,
    Role.COMPLIANCE: VIEWER | {"edit_facts", "lower_facts"},
    Role.AUDITOR: set(),
    Role.ADMIN: VIEWER
    | {
        *("submit_case", "edit_case", "edit_facts", "manage_team", "define_kpis", "set_threshold", "identify_stage"),
    },
    Role.CHAIR: VIEWER | {"set_threshold", "ease_threshold"},
    Role.COMMITTEE: VIEWER,
}


@pytest.mark.parametrize("role", Role.values)
def test_company_role_on_somebody_elses_case(role: str, now: datetime) -> None:
    case = TeamMemberFactory().case

    assert acts_allowed(RoleGrantFactory(role=role).user, case, now=now) & ON_CASE == BY_ROLE[Role(role)]


@pytest.mark.parametrize("role", TeamRole.values)
def test_team_role_on_its_case(role: str, now: datetime) -> None:
    member = TeamMemberFactory(role=role)
    if role != TeamRole.PRODUCT_OWNER:
        TeamMemberFactory(case=member.case)
    expected = OWNER if role == TeamRole.PRODUCT_OWNER else TEAM
    if role == TeamRole.BUDGET_HOLDER:
        expected = TEAM | {"agree_cap"}
    if role in (TeamRole.BUSINESS_OWNER, TeamRole.SPONSOR):
        expected = TEAM | {"accept_risk"}

    assert acts_allowed(member.user, member.case, now=now) & ON_CASE == expected


def test_author_of_a_draft_owns_it_until_it_is_handed_in(now: datetime) -> None:
    author = UserFactory()
    draft = UseCaseFactory(status="draft", stage=None, created_by=author)
    case = TeamMemberFactory(case=UseCaseFactory(created_by=author)).case

    assert acts_allowed(author, draft, now=now) & ON_CASE == OWNER
    assert acts_allowed(author, case, now=now) & ON_CASE == VIEWER


def test_case_without_an_owner_is_accepted_by_product_owners_alone(now: datetime) -> None:
    case = UseCaseFactory()

    assert can("accept_case", RoleGrantFactory(role="product_owner").user, case, now=now)
    assert not can("accept_case", RoleGrantFactory(role="chair").user, case, now=now)


def test_membership_and_role_that_ended_allow_nothing(now: datetime) -> None:
    member = TeamMemberFactory(ended_at=now)
    TeamMemberFactory(case=member.case)
    grant = RoleGrantFactory(role="admin", ended_at=now - timedelta(days=1))

    assert acts_allowed(member.user, member.case, now=now) & ON_CASE == VIEWER
    assert acts_allowed(grant.user, member.case, now=now) & ON_CASE == VIEWER


def test_closed_account_may_nothing(now: datetime) -> None:
    member = TeamMemberFactory(user=UserFactory(is_active=False))

    assert acts_allowed(member.user, member.case, now=now) & ON_CASE == set()


def test_refusal_says_who_may(now: datetime) -> None:
    case = TeamMemberFactory().case

    with pytest.raises(Forbidden) as refused:
        require("agree_cap", UserFactory(), case, now=now)

    assert refused.value.blocker.code == "may_not_agree_cap"
    assert refused.value.blocker.text == "Only the budget holder of this case can agree to a cost plan."


def test_auditor_gives_feedback_only_on_a_case_of_their_own(now: datetime) -> None:
    auditor = RoleGrantFactory(role="auditor").user
    own = TeamMemberFactory(user=auditor).case

    assert can("give_feedback", auditor, own, now=now)
    assert not can("give_feedback", auditor, UseCaseFactory(), now=now)
