"""What is to be reminded of today and was not yet: chosen by the database, a chunk at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.db import connection, transaction

from gates.queries.reminding.source import Source, Subject
from gates.rules.reminders import DayOccasions, occasions_on
from pocgate.inbox.models import Notification
from pocgate.kernel.db import rows_given, run_uncompiled
from scoring.rules.playbook import ReminderPolicy

CHUNK = 5_000
# No deadline is looked for that has passed longer ago; by then the person was reminded more than two hundred times.
LONGEST_OVERDUE_DAYS = 730
_DAY = {"deadline": "date", "person": "text", "person_on": "date", "chair": "text", "chair_on": "date"}


def chunks_due(source: Source, *, policy: ReminderPolicy, today: date, now: datetime) -> Iterator[Sequence[Subject]]:
    """Subjects of the source with an occasion that nobody was told, by key; each chunk is a statement of its own.

    What the caller told of one chunk is not in the next, so the memory it takes does not grow with the portfolio.
    """
    until, days = _days(today, source.policy(policy))
    inner, inner_params = source.subjects(now, until).query.sql_with_params()
    statement = _statement(inner, tells_first_day=source.tells_first_day)
    own, after = (source.kind, source.subject_type), 0
    while found := _rows(statement, [days, *inner_params, after, *own, *own, CHUNK]):
        yield found
        if len(found) < CHUNK:
            return
        after = found[-1].pk


@lru_cache(maxsize=4)
def _days(today: date, policy: ReminderPolicy) -> tuple[date, str]:
    """The last deadline that is near, and what is due for each, as JSON: the same for every source of a day."""
    days = occasions_on(today, policy, LONGEST_OVERDUE_DAYS)
    rows = [{"deadline": day.isoformat(), **_written(due)} for day, due in days.items()]
    return max(days, default=today), json.dumps(rows)


def _written(due: DayOccasions) -> dict[str, str | None]:
    return {
        "person": due.person,
        "person_on": due.person_on.isoformat() if due.person_on else None,
        "chair": due.chair,
        "chair_on": due.chair_on.isoformat() if due.chair_on else None,
    }


def _rows(statement: str, params: Sequence[Any]) -> list[Subject]:
    with transaction.atomic(), connection.cursor() as cursor:
        run_uncompiled(cursor)
        cursor.execute(statement, params)
        return [Subject(row[0], _date(row[1]), _date(row[2]), *row[3:]) for row in cursor.fetchall()]


def _statement(inner: str, *, tells_first_day: bool) -> str:
    names, when = ", ".join(Subject._fields), "<=" if tells_first_day else "<"
    return f"""
        WITH day AS ({rows_given(_DAY)}), found ({names}) AS ({inner})
        SELECT {", ".join(f"found.{name}" for name in Subject._fields)}
        FROM found JOIN day ON day.deadline = found.deadline
        WHERE found.pk > %s AND (
            (found.since {when} day.person_on AND NOT {_told("day.person")})
            OR (found.since {when} day.chair_on AND NOT {_told("day.chair")})
        ) ORDER BY found.pk LIMIT %s
    """  # noqa: S608 - names of our own


def _told(occasion: str) -> str:
    """Whether somebody was told: all are told by one statement, so the others were as well."""
    table = Notification._meta.db_table  # noqa: SLF001 - Django documents it
    return (
        f"EXISTS (SELECT 1 FROM {table} AS told WHERE told.kind = %s AND told.subject_type = %s "  # noqa: S608
        f"AND told.subject_id = CAST(found.pk AS varchar(40)) AND told.occasion = {occasion})"
    )


def _date(found: date | str) -> date:
    return date.fromisoformat(found) if isinstance(found, str) else found
