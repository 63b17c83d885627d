"""Who can take which part in a case."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pocgate.kernel.errors import Blocker, FieldProblem

PRODUCT_OWNER = "product_owner"
# Whoever holds one of these answers for something in person, so no service account can.
PERSONAL_ROLES = frozenset({PRODUCT_OWNER, "business_owner", "sponsor", "budget_holder", "compliance"})


@dataclass(frozen=True)
class Candidate:
    """Somebody who is to join a team."""

    name: str
    is_active: bool
    is_person: bool


def member_problems(candidate: Candidate, role: str, known_roles: Iterable[str]) -> list[FieldProblem]:
    """Why this person can not take the role; empty when they can."""
    if role not in set(known_roles):
        return [FieldProblem("role", "unknown_role", "There is no team role “{role}”.", {"role": role})]
    if not candidate.is_active:
        message = "The account of {name} is closed; name somebody else."
        return [FieldProblem("user", "account_closed", message, {"name": candidate.name})]
    if role in PERSONAL_ROLES and not candidate.is_person:
        message = "{name} is a service account; this role needs a person."
        return [FieldProblem("user", "service_account", message, {"name": candidate.name})]
    return []


def joining_blockers(role: str, active_roles: Iterable[str], *, holds_role: bool) -> list[Blocker]:
    """Why somebody can not join in this role now; `active_roles` are those taken on the case."""
    if holds_role:
        return [Blocker("on_team_already", "This person has that role on the case already.")]
    if role == PRODUCT_OWNER and PRODUCT_OWNER in set(active_roles):
        return [Blocker("one_product_owner", "A case has exactly one product owner; hand the case over instead.")]
    return []


def leaving_blockers(role: str, *, has_ended: bool) -> list[Blocker]:
    """Why a membership can not be ended now."""
    if has_ended:
        return [Blocker("membership_ended", "This membership has ended already.")]
    if role == PRODUCT_OWNER:
        return [Blocker("product_owner_needed", "A case is never without a product owner; hand it over instead.")]
    return []


def confirming_blockers(*, is_same_person: bool, has_ended: bool, is_confirmed: bool) -> list[Blocker]:
    """Why a role can not be confirmed now."""
    if not is_same_person:
        return [Blocker("not_your_role", "Only the person named can confirm a role.")]
    if has_ended:
        return [Blocker("membership_ended", "This membership has ended already.")]
    return [Blocker("confirmed_already", "You confirmed this role already.")] if is_confirmed else []
