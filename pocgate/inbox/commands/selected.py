"""Telling what a statement finds: the database writes thousands of notifications, and none passes through Python."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from pocgate.inbox.commands.notifications import MAIL_TASK
from pocgate.inbox.models import Notification
from pocgate.inbox.queries.channels import listening_channels
from pocgate.inbox.queries.wishes import wishes_of
from pocgate.inbox.rules.mailing import Wishes, mailing_of
from pocgate.inbox.rules.notices import NoticeQuery
from pocgate.kernel import jobs
from pocgate.kernel.db import rows_given, run_uncompiled, sql_time

_PERSON = {"user_id": "bigint", "mail_state": "text", "mail_due_at": "timestamptz", "cadence": "text"}
_FOUND = ("user_id", "subject_id", "occasion", "case_id", "title", "url")


def notify_found(query: NoticeQuery, *, now: datetime) -> int:
    """Tell what the statement finds, each once, to those with open accounts who have no channel of their own.

    The number written down. Who has a channel is left to `notify_many`, which posts to it as well.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        run_uncompiled(cursor)
        cursor.execute(f"{query.begin} SELECT DISTINCT user_id FROM ({query.select}) AS told", query.params)  # noqa: S608 - the caller's own
        found = {user_id for (user_id,) in cursor.fetchall() if user_id is not None}
        posted = {channel.user_id for channel in listening_channels(found)}
        wishes = {user_id: wish for user_id, wish in wishes_of(found).items() if user_id not in posted}
        if not wishes:
            return 0
        people = json.dumps([_person(query.kind, user_id, wish, now) for user_id, wish in wishes.items()])
        fixed = (query.kind, query.subject_type, query.reason[: _length("reason")], sql_time(now))
        cursor.execute(_statement(query), [*query.params, people, *fixed])
        count = int(cursor.rowcount)
        jobs.wake(MAIL_TASK)
    return count


def _person(kind: str, user_id: int, wishes: Wishes, now: datetime) -> dict[str, object]:
    mailing = mailing_of(kind, wishes, now=now)
    due_at = sql_time(mailing.due_at)
    return {
        "user_id": user_id,
        "mail_state": mailing.state,
        "mail_due_at": None if due_at is None else str(due_at),
        "cadence": mailing.cadence,
    }


def _statement(query: NoticeQuery) -> str:
    """One INSERT; what another worker wrote meanwhile stays as it is."""
    values = {
        **{name: f"told.{name}" for name in _FOUND},
        **{name: f"substr(told.{name}, 1, {_length(name)})" for name in ("title", "url")},
        **{name: f"person.{name}" for name in ("mail_state", "mail_due_at", "cadence")},
        "kind": "fixed.kind",
        "subject_type": "fixed.subject_type",
        "reason": "fixed.reason",
        "created_at": "fixed.created_at",
    }
    defaults = _defaults(values)
    table = connection.ops.quote_name(Notification._meta.db_table)  # noqa: SLF001 - Django documents it
    columns = ", ".join([*values, *defaults])
    given = ", ".join([*values.values(), *defaults.values()])
    moment = "%s::timestamptz" if connection.vendor == "postgresql" else "%s"
    # SQLite takes ON after a join without WHERE for a condition of the join.
    return (
        f"{query.begin}, told AS ({query.select}), person AS ({rows_given(_PERSON)}), "  # noqa: S608 - names of our own
        f"fixed AS (SELECT %s AS kind, %s AS subject_type, %s AS reason, {moment} AS created_at) "
        f"INSERT INTO {table} ({columns}) SELECT {given} FROM told JOIN person ON person.user_id = told.user_id "
        "CROSS JOIN fixed WHERE 1 = 1 ON CONFLICT DO NOTHING"
    )


def _defaults(given: Iterable[str]) -> dict[str, str]:
    """SQL of what a new notification has besides: numbers, empty texts, nothing."""
    known = set(given)
    return {
        str(field.column): _written(field.get_default())
        for field in Notification._meta.concrete_fields  # noqa: SLF001
        if not field.primary_key and field.column not in known
    }


def _written(default: Any) -> str:
    if default is None:
        return "NULL"
    return str(default) if isinstance(default, int) else "'" + str(default).replace("'", "''") + "'"


def _length(name: str) -> int:
    return int(getattr(Notification._meta.get_field(name), "max_length", 0))  # noqa: SLF001
