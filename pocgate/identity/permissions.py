"""Who may change people, roles and tokens. No actor means the system itself: the command line or a job."""

from __future__ import annotations

from datetime import datetime

from pocgate.identity.enums import Role
from pocgate.identity.errors import not_an_administrator, not_your_token
from pocgate.identity.models import User
from pocgate.identity.queries import has_role
from pocgate.kernel.errors import Forbidden


def can_administer(actor: User | None, *, now: datetime) -> bool:
    """Administrators, and the system."""
    return actor is None or has_role(actor, Role.ADMIN, now=now)


def require_administrator(actor: User | None, *, now: datetime) -> None:
    """Raises `Forbidden` for everybody else."""
    if not can_administer(actor, now=now):
        raise Forbidden(not_an_administrator())


def require_own_or_administrator(actor: User | None, holder: User, *, now: datetime) -> None:
    """A person manages their own tokens; an administrator those of everybody. Raises `Forbidden`."""
    if actor is not None and actor.pk == holder.pk and actor.is_active:
        return
    if not can_administer(actor, now=now):
        raise Forbidden(not_your_token())
