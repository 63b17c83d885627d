"""Who has which role now."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet
from django.http import HttpRequest

from pocgate.identity.enums import AccountKind
from pocgate.identity.models import RoleGrant, User
from pocgate.identity.rules import SignIn

SIGNED_IN_AT = "signed_in_at"


class SignedInRequest(HttpRequest):
    """A request behind `login_required`: its user is one of ours."""

    user: User


def roles_of(user: User, *, now: datetime) -> frozenset[str]:
    """The roles in force; empty for an inactive account."""
    if not user.is_active:
        return frozenset()
    return frozenset(RoleGrant.objects.in_force(now).filter(user=user).values_list("role", flat=True))


def has_role(user: User, *roles: str, now: datetime) -> bool:
    """True when at least one of the roles is in force."""
    return not roles_of(user, now=now).isdisjoint(roles)


def people_with_role(*roles: str, now: datetime) -> QuerySet[User]:
    """Active people with at least one of the roles, by name."""
    grants = RoleGrant.objects.in_force(now).filter(role__in=roles).values("user")
    return active_people().filter(pk__in=grants)


def active_people(ids: Iterable[int] | None = None) -> QuerySet[User]:
    """Active people by name, service accounts left out; `ids` narrows."""
    people = User.objects.filter(is_active=True, kind=AccountKind.PERSON).order_by("full_name", "username", "pk")
    return people if ids is None else people.filter(pk__in=ids)


def sign_in_of(request: HttpRequest) -> SignIn:
    """How the request's person proved who they are: by a token, or by a sign-in at a time kept in the session."""
    if getattr(request, "auth", None) is not None:
        return SignIn(by_token=True)
    stored = request.session.get(SIGNED_IN_AT)
    return SignIn(at=datetime.fromisoformat(stored) if stored else None)
