"""What is to be reminded of today and was not yet: chosen by the database, a chunk at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.db import connection, transaction
from django.utils.translation import get_language

from gates.queries.reminding.source import AGAIN, Source, Subject
from gates.queries.reminding.wording import when
from gates.rules.reminders import DayOccasions, occasions_on
from pocgate.inbox.models import Notification
from pocgate.kernel.db import commit_without_waiting, rows_given, run_in_parallel, run_uncompiled
from scoring.rules.playbook import ReminderPolicy

CHUNK = 5_000
_KEPT = "gates_reminding_due"
# No deadline is looked for that has passed longer ago; by then the person was reminded more than two hundred times.
LONGEST_OVERDUE_DAYS = 730
_DAY = {
    "deadline": "date",
    "said": "text",
    "person": "text",
    "person_on": "date",
    "chair": "text",
    "chair_on": "date",
}


PERSON, CHAIR = "person", "chair"
BOTH = (PERSON, CHAIR)


@dataclass(frozen=True)
class Statement:
    """SQL that begins with a list of subjects, `found`, and days, `day`; its parameters, to be followed by others."""

    sql: str
    params: tuple[Any, ...]


@dataclass(frozen=True)
class Due:
    """The subjects of a source with an occasion today that nobody was told.

    Up to `CHUNK` are `few`. More are kept by the database until the block of `due` ends, for `told_at_once` and
    `chunks_kept`; then `few` is None. Of `many`, who took over a duty today is left to the next run, see `is_due`.
    """

    source: Source
    policy: ReminderPolicy
    today: date
    few: Sequence[Subject] | None
    many: bool = False

    @property
    def beginning(self) -> Statement:
        """`WITH day AS …, found AS …`: the days that have an occasion today, and the subjects that are kept."""
        _until, days = _days(self.today, self.source.policy(self.policy), self.source.is_state, get_language())
        return Statement(f"WITH day AS ({rows_given(_DAY)}), found AS (SELECT * FROM {_KEPT})", (days,))  # noqa: S608


@contextmanager
def due(
    source: Source, *, policy: ReminderPolicy, today: date, now: datetime, expects_many: bool = False
) -> Iterator[Due]:
    """What is due of a source, looked for once, or twice when there is much although few were expected."""
    until, days = _days(today, source.policy(policy), source.is_state, get_language())
    inner, inner_params = source.subjects(now, until).query.sql_with_params()
    names, condition = ", ".join(Subject._fields), is_due(source, BOTH, many=expects_many)
    listed = ", ".join(f"found.{name}" for name in Subject._fields)
    # As a whole: told of the limit, PostgreSQL would plan for the first rows, and there are mostly none.
    sql = (
        f"WITH day AS ({rows_given(_DAY)}), found ({names}) AS ({inner}), due AS MATERIALIZED ("  # noqa: S608 - names of our own
        f"SELECT {listed} FROM found JOIN day ON day.deadline = found.deadline WHERE {condition.sql}) "
        f"SELECT {names} FROM due"
    )
    params = (days, *inner_params, *condition.params)
    if not expects_many:
        few = _rows(f"{sql} LIMIT {CHUNK + 1}", params)
        if len(few) <= CHUNK:
            yield Due(source, policy, today, few)
            return
        del few
    with _kept(sql, params) as count:
        yield Due(source, policy, today, None if count else (), many=expects_many)


@contextmanager
def _kept(sql: str, params: Sequence[Any]) -> Iterator[int]:
    """How many rows are kept; SQLite does not say, which reads as some."""
    with transaction.atomic(), connection.cursor() as cursor:
        run_uncompiled(cursor)
        run_in_parallel(cursor)
        commit_without_waiting(cursor)
        cursor.execute(f"CREATE TEMP TABLE {_KEPT} AS {sql}", params)
        count = cursor.rowcount
    try:
        yield count
    finally:
        with transaction.atomic(), connection.cursor() as cursor:
            commit_without_waiting(cursor)
            cursor.execute(f"DROP TABLE {_KEPT}")


def chunks_kept(due: Due) -> Iterator[Sequence[Subject]]:
    """Of the subjects kept, those with an occasion that still nobody was told, by key.

    What the caller told of one chunk is not in the next, so the memory it takes does not grow with the portfolio.
    """
    listed, after = ", ".join(f"found.{name}" for name in Subject._fields), 0
    begin, condition = due.beginning, is_due(due.source, BOTH, many=due.many)
    sql = f"{begin.sql} SELECT {listed} FROM found JOIN day ON day.deadline = found.deadline WHERE {condition.sql}"  # noqa: S608 - names of our own
    while rows := _rows(
        f"{sql} AND found.pk > %s ORDER BY found.pk LIMIT %s", [*begin.params, *condition.params, after, CHUNK]
    ):
        yield rows
        if len(rows) < CHUNK:
            return
        after = rows[-1].pk


def is_due(source: Source, to: Sequence[str], *, many: bool) -> Statement:
    """The condition for a subject and its day: the occasion came after the duty arose, and nobody was told of it.

    Who takes over a duty was not told either, which is looked up one by one: not where `many` are due.
    """
    when, table = "<=" if source.tells_first_day else "<", Notification._meta.db_table  # noqa: SLF001
    # All are told by one statement or none, so it is enough that somebody was.
    each = "" if many else "AND (found.person_id IS NULL OR told.user_id = found.person_id)"
    whom = {PERSON: each, CHAIR: ""}
    parts = [
        f"(found.since {when} day.{who}_on AND (found.text = '{AGAIN}' OR NOT EXISTS (SELECT 1 FROM {table} AS told "  # noqa: S608 - names of our own
        "WHERE told.kind = %s AND told.subject_type = %s AND told.subject_id = CAST(found.pk AS varchar(40)) "
        f"AND told.occasion = day.{who} {whom[who]})))"
        for who in to
    ]
    return Statement(f"({' OR '.join(parts)})", (source.kind, source.subject_type) * len(to))


@lru_cache(maxsize=8)
def _days(today: date, policy: ReminderPolicy, is_state: bool, _language: str | None) -> tuple[date, str]:
    """The last deadline that is near, and what is due for each, as JSON: the same for many sources, for a day."""
    days = occasions_on(today, policy, LONGEST_OVERDUE_DAYS)
    rows = [
        {"deadline": day.isoformat(), "said": when((day - today).days, is_state=is_state), **_written(due)}
        for day, due in days.items()
    ]
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


def _date(found: date | str) -> date:
    return date.fromisoformat(found) if isinstance(found, str) else found
