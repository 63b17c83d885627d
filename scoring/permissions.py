"""Who may do what in scoring. Each predicate says yes or no; the commands turn a no into a reason."""

from __future__ import annotations

from datetime import datetime

from pocgate.identity.enums import Role
from pocgate.identity.models import User
from pocgate.identity.queries import has_role


def can_publish_playbook(actor: User | None, *, now: datetime) -> bool:
    """Administrators, and the command line (no actor)."""
    return actor is None or has_role(actor, Role.ADMIN, now=now)
