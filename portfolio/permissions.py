"""Who may do what to a case, in one table. Which cases a person sees is decided by `UseCase.objects.visible_to`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from rules.predicates import Predicate

from pocgate.identity.enums import Role
from pocgate.identity.models import User
from pocgate.identity.queries import roles_of
from pocgate.kernel.errors import Blocker, Forbidden
from portfolio.enums import Status, TeamRole
from portfolio.models import DepartmentMember, TeamMember, UseCase


@dataclass(frozen=True)
class Standing:
    """What a person is, company-wide and to one case, at a moment."""

    roles: frozenset[str]
    team_roles: frozenset[str] = frozenset()
    owns_draft: bool = False
    is_ownerless: bool = False
    in_department: bool = False


def _in_role(role: str) -> Predicate:
    return Predicate(lambda _user, standing: role in standing.roles, name=f"is_{role}")


def _on_team_as(role: str) -> Predicate:
    return Predicate(lambda _user, standing: role in standing.team_roles, name=f"is_case_{role}")


is_owner = Predicate(
    lambda _user, standing: TeamRole.PRODUCT_OWNER in standing.team_roles or standing.owns_draft, name="is_owner"
)
is_on_team = Predicate(lambda _user, standing: bool(standing.team_roles) or standing.owns_draft, name="is_on_team")
has_account = Predicate(lambda user, _standing: user.is_active, name="has_account")
is_in_department = Predicate(lambda _user, standing: standing.in_department, name="is_in_department")
is_ownerless = Predicate(lambda _user, standing: standing.is_ownerless, name="is_ownerless")
is_admin = _in_role(Role.ADMIN)
is_chair = _in_role(Role.CHAIR)
is_compliance = _in_role(Role.COMPLIANCE)
is_auditor = _in_role(Role.AUDITOR)
is_company_owner = _in_role(Role.PRODUCT_OWNER)
is_budget_holder = _on_team_as(TeamRole.BUDGET_HOLDER)
is_answerable = _on_team_as(TeamRole.BUSINESS_OWNER) | _on_team_as(TeamRole.SPONSOR)

TABLE: Mapping[str, tuple[Predicate, str]] = {
    "register_case": (
        is_company_owner | is_in_department | is_admin,
        "Registering a case needs the role product owner or a place in a department; ask an administrator.",
    ),
    "accept_case": (is_ownerless & (is_company_owner | is_admin), "Only a product owner can take on a case."),
    "edit_case": (is_on_team | is_admin, "Only the team of this case and administrators can edit it."),
    "submit_case": (is_owner | is_admin, "Only the product owner can hand the case in."),
    "edit_facts": (
        is_owner | is_compliance | is_admin,
        "Facts that switch criteria are changed by the product owner; the team can not change them.",
    ),
    "lower_facts": (
        is_compliance,
        "Only compliance can set or lower the risk tier, or state that there is no personal data.",
    ),
    "manage_team": (is_owner | is_admin, "Only the product owner and administrators can change the team."),
    "define_kpis": (is_on_team | is_admin, "Only the team of this case and administrators can define KPIs."),
    "set_threshold": (
        is_on_team | is_admin | is_chair,
        "Only the team of this case, administrators and the chair can set thresholds.",
    ),
    "ease_threshold": (is_chair, "Only the chair can make a threshold easier."),
    "record_reading": (is_on_team, "Only the team of this case can record readings."),
    "plan_costs": (is_on_team, "Only the team of this case can propose a cost plan."),
    "agree_cap": (is_budget_holder, "Only the budget holder of this case can agree to a cost plan."),
    "record_cost": (is_on_team, "Only the team of this case can record costs."),
    "attach_evidence": (is_on_team, "Only the team of this case can attach evidence."),
    "keep_records": (
        is_on_team,
        "Only the team of this case can record benefits, operation, training, dependencies and risks.",
    ),
    # Users sit outside the team, and what they say must not depend on the team's liking it.
    "give_feedback": (has_account & (is_on_team | ~is_auditor), "Auditors read what users say; they do not record it."),
    "answer_feedback": (is_on_team, "Only the team of this case can answer its users."),
    "record_release": (is_on_team, "Only the team of this case can record its releases."),
    # Whoever sees harm says so; auditors read, as everywhere.
    "record_incident": (
        has_account & (is_on_team | ~is_auditor),
        "Auditors read what happened; they do not record it.",
    ),
    "accept_risk": (is_answerable, "Only the business owner and the sponsor of this case can accept a risk."),
    "identify_stage": (is_owner | is_admin, "Only the product owner can say in which stage the case is."),
    "import_portfolio": (
        is_company_owner | is_admin,
        "Importing needs the role product owner or administrator.",
    ),
    "manage_departments": (is_admin, "Only administrators can change departments."),
}


def standing_of(user: User, case: UseCase | None, *, now: datetime) -> Standing:
    """Roles of a person, and their parts in the case when one is given. At most three queries."""
    roles = roles_of(user, now=now)
    if case is None:
        return Standing(roles, in_department=DepartmentMember.objects.filter(user=user).exists())
    active = TeamMember.objects.filter(case=case, ended_at__isnull=True)
    parts = list(active.values_list("user_id", "role"))
    mine = frozenset(role for user_id, role in parts if user_id == user.pk)
    owned = any(role == TeamRole.PRODUCT_OWNER for _user_id, role in parts)
    return Standing(
        roles=roles,
        team_roles=mine if user.is_active else frozenset(),
        owns_draft=user.is_active and case.status == Status.DRAFT and case.created_by_id == user.pk,
        is_ownerless=not owned and case.status != Status.DRAFT,
    )


def acts_allowed(user: User, case: UseCase | None, *, now: datetime) -> frozenset[str]:
    """Every act of the table that this person may do to the case; for templates."""
    standing = standing_of(user, case, now=now)
    return frozenset(act for act, (predicate, _text) in TABLE.items() if predicate.test(user, standing))


def can(act: str, user: User, case: UseCase | None, *, now: datetime) -> bool:
    """Whether this person may do the act to the case."""
    return bool(TABLE[act][0].test(user, standing_of(user, case, now=now)))


def require(act: str, user: User, case: UseCase | None, *, now: datetime) -> None:
    """Raise `Forbidden` with the reason when this person may not do the act."""
    if not can(act, user, case, now=now):
        raise Forbidden(Blocker(f"may_not_{act}", TABLE[act][1]))


def require_import(user: User | None, *, now: datetime) -> None:
    """Raise `Forbidden` when this person may not import; the command line, which has no person, may."""
    if user is not None:
        require("import_portfolio", user, None, now=now)
