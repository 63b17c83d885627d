"""Company-wide roles, granted and ended."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from pocgate.identity.commands.acts import tell
from pocgate.identity.enums import Role
from pocgate.identity.errors import last_administrator, not_a_person_role, unknown_role
from pocgate.identity.models import RoleGrant, User
from pocgate.identity.permissions import require_administrator
from pocgate.identity.queries import people_with_role
from pocgate.kernel.errors import Invalid, NotAllowedNow

# What votes, signs, waives or decides is a person's.
PERSON_ROLES = frozenset({Role.CHAIR, Role.COMMITTEE, Role.COMPLIANCE})


def grant_role(*, user: User, role: str, actor: User | None, now: datetime) -> RoleGrant:
    """Give `user` the role from now on; a grant in force is returned as it is.

    Raises `Invalid` (role), `Forbidden`, `NotAllowedNow` for a service account.
    """
    with transaction.atomic():
        holder = User.objects.select_for_update().get(pk=user.pk)
        require_administrator(actor, now=now)
        _require_known(role)
        if role in PERSON_ROLES and not holder.is_person:
            raise NotAllowedNow([not_a_person_role()])
        _close_ended(holder, role, now=now)
        grant, created = RoleGrant.objects.get_or_create(
            user=holder, role=role, ended_at=None, defaults={"started_at": now}
        )
        if created:
            tell("role.granted", "user", holder.pk, actor=actor, now=now, after={"role": role})
    return grant


def revoke_role(*, user: User, role: str, actor: User | None, now: datetime) -> bool:
    """End the role now; False when it was not in force. The last administrator stays one (`NotAllowedNow`)."""
    with transaction.atomic():
        holder = User.objects.select_for_update().get(pk=user.pk)
        require_administrator(actor, now=now)
        _require_known(role)
        if role == Role.ADMIN:
            refuse_last_administrator(holder, now=now)
        ended = RoleGrant.objects.in_force(now).filter(user=holder, role=role).update(ended_at=now)
        if ended:
            tell("role.revoked", "user", holder.pk, actor=actor, now=now, before={"role": role})
    return bool(ended)


def refuse_last_administrator(holder: User, *, now: datetime) -> None:
    """Raises `NotAllowedNow` when nobody else could administer this installation."""
    administrators = set(people_with_role(Role.ADMIN, now=now).values_list("pk", flat=True))
    if administrators == {holder.pk}:
        raise NotAllowedNow([last_administrator()])


def _require_known(role: str) -> None:
    if role not in Role.values:
        raise Invalid([unknown_role(role, ", ".join(Role.values))])


def _close_ended(holder: User, role: str, *, now: datetime) -> None:
    """An open grant that starts later gives way, so that the role holds from now on."""
    later = Q(ended_at__isnull=True, started_at__gt=now)
    RoleGrant.objects.filter(later, user=holder, role=role).update(started_at=now)
