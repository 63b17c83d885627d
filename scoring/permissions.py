"""Who may do what in scoring, in one table. Sign-offs are ruled by gates, whose command writes them down here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from rules.predicates import Predicate

from pocgate.identity.enums import Role
from pocgate.identity.models import User
from pocgate.identity.queries import roles_of
from pocgate.kernel.errors import Blocker, Forbidden
from portfolio.models import UseCase
from portfolio.permissions import Standing, is_chair, is_compliance, is_on_team, is_owner, standing_of

is_committee = Predicate(lambda _user, standing: Role.COMMITTEE in standing.roles, name="is_committee")
is_person = Predicate(lambda user, _standing: user.is_person, name="is_person")

TABLE: Mapping[str, tuple[Predicate, str]] = {
    "answer_criterion": (is_on_team, "Only the team of this case can answer its criteria."),
    "answer_finding": (is_owner, "Only the product owner of this case can answer its findings."),
    "justify_cost": (is_owner, "Only the product owner of this case can justify its cost."),
    "link_evidence": (is_on_team, "Only the team of this case can attach evidence to its answers."),
    "request_waiver": (is_on_team, "Only the team of this case can ask for a waiver."),
    "rate": (
        is_person & (is_on_team | is_committee | is_chair | is_compliance),
        "Value and feasibility are rated by the team, committee members, the chair and compliance.",
    ),
}


def can(act: str, user: User, case: UseCase, *, now: datetime) -> bool:
    """Whether this person may do the act to the case."""
    return bool(TABLE[act][0].test(user, standing_of(user, case, now=now)))


def acts_allowed(user: User, standing: Standing) -> frozenset[str]:
    """Every act of the table that this person may do; for pages."""
    return frozenset(act for act, (predicate, _text) in TABLE.items() if predicate.test(user, standing))


def require(act: str, user: User, case: UseCase, *, now: datetime) -> None:
    """Raise `Forbidden` with the reason when this person may not do the act."""
    if not can(act, user, case, now=now):
        raise Forbidden(Blocker(f"may_not_{act}", TABLE[act][1]))


def can_verify(user: User, standing: Standing, verifier: str | None) -> bool:
    """Compliance, and whoever has the verifying role on the team. Never a service account."""
    return user.is_person and (bool(is_compliance.test(user, standing)) or verifier in standing.team_roles)


OF_THE_PLAYBOOK: Mapping[str, tuple[frozenset[str], str]] = {
    "see_drafts": (
        frozenset({Role.ADMIN, Role.COMPLIANCE, Role.AUDITOR}),
        "Drafts of the playbook are seen by compliance, administrators and auditors.",
    ),
    "propose_playbook": (
        frozenset({Role.ADMIN, Role.COMPLIANCE}),
        "Only compliance and administrators may draft a playbook.",
    ),
    "publish_playbook": (frozenset({Role.ADMIN}), "Only an administrator may publish a playbook."),
}


def playbook_acts(actor: User, *, now: datetime) -> frozenset[str]:
    """What this person may do with the playbook beyond reading it. One query."""
    roles = roles_of(actor, now=now)
    return frozenset(act for act, (allowed, _text) in OF_THE_PLAYBOOK.items() if roles & allowed)


def require_of_playbook(act: str, actor: User | None, *, now: datetime) -> None:
    """Raise `Forbidden` with the reason; no actor means the command line, which may."""
    if actor is not None and act not in playbook_acts(actor, now=now):
        raise Forbidden(Blocker(f"may_not_{act}", OF_THE_PLAYBOOK[act][1]))
