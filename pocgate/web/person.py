"""The signed-in person's standing, read once per request."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils import timezone

from pocgate.identity.enums import Role
from pocgate.identity.models import User
from pocgate.inbox.models import Notification
from portfolio.models import DepartmentMember

REGISTERING = frozenset({Role.PRODUCT_OWNER, Role.ADMIN})
ATTRIBUTE = "_pocgate_standing"


@dataclass(frozen=True)
class Standing:
    """Roles in force, how many notifications are unread, and whether a department is theirs."""

    roles: frozenset[str]
    unread: int
    in_department: bool

    @property
    def may_register(self) -> bool:
        """As `register_case` of the portfolio's permissions, without asking the database again."""
        return self.in_department or not self.roles.isdisjoint(REGISTERING)


def person(request: HttpRequest) -> User:
    """The signed-in person; for views behind `login_required`."""
    if isinstance(request.user, User):
        return request.user
    raise PermissionDenied


def standing_of(request: HttpRequest) -> Standing:
    """One query per request, however often it is asked."""
    known = getattr(request, ATTRIBUTE, None)
    if known is None:
        known = _read(person(request).pk)
        setattr(request, ATTRIBUTE, known)
    return known


def _read(user_id: int) -> Standing:
    now = timezone.now()
    unread = (
        Notification.objects.filter(user=OuterRef("pk"), read_at__isnull=True)
        .order_by()
        .values("user")
        .annotate(unread=Count("pk"))
        .values("unread")
    )
    rows = (
        User.objects.filter(pk=user_id)
        .annotate(
            unread=Coalesce(Subquery(unread), 0),
            placed=Exists(DepartmentMember.objects.filter(user=OuterRef("pk"))),
        )
        .values_list("unread", "placed", "role_grants__role", "role_grants__started_at", "role_grants__ended_at")
    )
    held = list(rows)
    roles = {role for *_, role, start, end in held if role and start <= now and (end is None or end > now)}
    return Standing(frozenset(roles), unread=held[0][0] if held else 0, in_department=bool(held and held[0][1]))
