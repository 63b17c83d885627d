"""How identity's verbs leave activity: by the port the ledger hangs itself into."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from pocgate.identity.models import User
from pocgate.kernel import acts


def tell(
    verb: str,
    subject_type: str,
    subject_id: int,
    *,
    actor: User | None,
    now: datetime,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> None:
    """Write one activity in the caller's transaction. No actor means the system itself."""
    actor_id = None if actor is None else actor.pk
    acts.tell(acts.PlainAct(verb, subject_type, subject_id, actor_id, before or {}, after or {}), now=now)
