"""The one way to write activity. Where a webhook waits for it, a worker is woken once the transaction commits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from pocgate.identity.models import User
from pocgate.kernel import jobs
from pocgate.kernel.acts import PlainAct
from pocgate.ledger.enums import EndpointState
from pocgate.ledger.models import Activity, WebhookEndpoint
from pocgate.ledger.origin import current_request_id

DISPATCH_TASK = "ledger.dispatch_events"


@dataclass(frozen=True)
class Act:
    """What happened to what; `before` and `after` are JSON values of the changed fields.

    What nobody may learn by the event feed or a webhook, such as that somebody voted, `is_told` not.
    """

    verb: str
    subject_type: str
    subject_id: object
    case_id: int | None = None
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    is_told: bool = True


def record(act: Act, *, actor: User | None, now: datetime, on_behalf_of: User | None = None) -> Activity:
    """Write one activity in the caller's transaction. No actor means the system itself."""
    activity = _row(act, actor, now, on_behalf_of)
    activity.save(force_insert=True)
    _wake_dispatch()
    return activity


def record_many(acts: Iterable[Act], *, actor: User | None, now: datetime) -> None:
    """Write many activities with few statements."""
    Activity.objects.bulk_create([_row(act, actor, now, None) for act in acts], batch_size=500)
    _wake_dispatch()


def record_plain(act: PlainAct, *, now: datetime) -> None:
    """Write an act of an app under the ledger."""
    Activity.objects.create(
        at=now,
        actor_id=act.actor_id,
        request_id=current_request_id(),
        verb=act.verb,
        subject_type=act.subject_type,
        subject_id=str(act.subject_id),
        before=dict(act.before),
        after=dict(act.after),
    )
    _wake_dispatch()


def _row(act: Act, actor: User | None, now: datetime, on_behalf_of: User | None) -> Activity:
    return Activity(
        at=now,
        actor=actor,
        on_behalf_of=on_behalf_of,
        request_id=current_request_id(),
        verb=act.verb,
        subject_type=act.subject_type,
        subject_id=str(act.subject_id),
        case_id=act.case_id,
        before=dict(act.before),
        after=dict(act.after),
        is_told=act.is_told,
    )


def _wake_dispatch() -> None:
    """Once per transaction, however many acts it writes; a lost call is made good by the sweep."""
    if not any(_dispatch in entry for entry in connection.run_on_commit):
        transaction.on_commit(_dispatch)


def _dispatch() -> None:
    if WebhookEndpoint.objects.filter(state=EndpointState.ACTIVE).exists():
        jobs.send(DISPATCH_TASK)
