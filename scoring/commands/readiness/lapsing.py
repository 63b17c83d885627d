"""What time alone does to readiness, in SQL: parts lapse, scores are added up and written where they differ.

Integers give what `scoring.rules.readiness.sums` gives. A case with a part whose moment passed and whose probe has to
look again is left to `recompute_due`, so that its history gets one point and not two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from pocgate.kernel.db import json_list, plan_for_a_range, sql_time
from portfolio.commands.recompute import record_lapsed
from portfolio.models import UseCase
from scoring.queries.playbooks import playbook_in_force
from scoring.rules.vocabulary import DIMENSIONS, MUST, NOT_APPLICABLE, SATISFYING_VERDICTS, STALE

_MOVED = "scoring_moved"
_SATISFYING = ", ".join(f"'{verdict}'" for verdict in sorted(SATISFYING_VERDICTS))
# Most parts never lapse: the test that costs least comes first and spares the others, a quarter of the whole pass.
_HAS_COME = "(part.changes_at IS NOT NULL AND part.changes_at <= %(now)s)"
_LAPSES = f"({_HAS_COME} AND part.lapse_reason <> '')"
_OPEN = f"(part.verdict NOT IN ({_SATISFYING}) OR {_LAPSES})"

_COUNTS = f"part.verdict <> '{NOT_APPLICABLE}'"


def _each(column: str, joined_by: str) -> str:
    """The expression for every dimension; `{n}` in it is its number, `{name}` its name."""
    return joined_by.join(column.format(n=number, name=name) for number, name in enumerate(DIMENSIONS))


# One pass over the parts of each case. Sums of whole numbers, each quotient rounded half up as in `sums.half_up`.
_REACHED = (
    f"sum(part.weight * CASE WHEN {_LAPSES} THEN 0 ELSE part.achieved END) "
    f"FILTER (WHERE part.dimension = '{{name}}' AND {_COUNTS}) AS reached_{{n}}"
)
_POSSIBLE = f"sum(part.weight) FILTER (WHERE part.dimension = '{{name}}' AND {_COUNTS}) AS possible_{{n}}"
_SCORE = "COALESCE((2 * reached_{n} + possible_{n}) / (2 * possible_{n}), 0)"
_HAS_PARTS = "CASE WHEN possible_{n} IS NULL THEN 0 ELSE 1 END"
_ADDED_UP = f"""
CREATE TEMP TABLE {_MOVED} AS
WITH added AS (
    SELECT part.case_id,
           {_each(_REACHED, ", ")},
           {_each(_POSSIBLE, ", ")},
           count(*) FILTER (WHERE part.level = '{MUST}' AND {_OPEN}) AS musts_open,
           count(*) FILTER (WHERE part.level <> '{MUST}' AND {_OPEN}) AS shoulds_open,
           count(*) FILTER (WHERE {_HAS_COME} AND part.lapse_reason = '') AS looks_again,
           min(part.changes_at) FILTER (WHERE part.changes_at IS NOT NULL AND NOT {_LAPSES}) AS changes_at
    FROM scoring_criterionresult AS part
    WHERE part.case_id BETWEEN %(first)s AND %(last)s {{narrowed}}
    GROUP BY part.case_id
), summed AS (
    SELECT case_id, musts_open, shoulds_open, looks_again, changes_at,
           {_each(_SCORE, " + ")} AS scores, {_each(_HAS_PARTS, " + ")} AS dimensions
    FROM added
), totals AS (
    SELECT case_id, musts_open, shoulds_open, looks_again, changes_at,
           COALESCE((2 * scores + dimensions) / NULLIF(2 * dimensions, 0), 0) AS overall
    FROM summed
)
SELECT totals.case_id, score.gate, totals.overall, totals.musts_open, totals.shoulds_open, totals.changes_at,
       (score.overall <> totals.overall / 100.0 OR score.musts_open <> totals.musts_open) AS is_news,
       (score.overall <> totals.overall / 100.0 OR score.musts_open <> totals.musts_open
           OR score.shoulds_open <> totals.shoulds_open) AS is_visible
FROM totals
JOIN scoring_readinessscore AS score ON score.case_id = totals.case_id
WHERE totals.looks_again = 0
  AND score.computed_at <= %(now)s
  AND (score.overall <> totals.overall / 100.0
       OR score.musts_open <> totals.musts_open
       OR score.shoulds_open <> totals.shoulds_open
       OR score.changes_at <> totals.changes_at
       OR (score.changes_at IS NULL) <> (totals.changes_at IS NULL))
"""  # noqa: S608 - words of the rules alone; values are parameters

_ONLY_DUE = "AND part.case_id IN (SELECT id FROM portfolio_usecase WHERE readiness_due_at <= %(now)s)"

# The parts of one case after the other: no statistics are known of the table of a moment ago to plan a join by.
_POINTS = f"""
INSERT INTO scoring_readinesspoint (case_id, gate, overall, musts_open, changes, at)
SELECT moved.case_id, moved.gate, moved.overall / 100.0, moved.musts_open, (
    SELECT {{changes}}
    FROM (
        SELECT part.criterion, part.verdict
        FROM scoring_criterionresult AS part
        WHERE part.case_id = moved.case_id AND {_LAPSES}
        ORDER BY part.position
    ) AS lapsed
), %(now)s
FROM {_MOVED} AS moved
WHERE moved.is_news
"""  # noqa: S608 - words of the rules alone; values are parameters

_SCORES = f"""
UPDATE scoring_readinessscore
SET overall = moved.overall / 100.0, musts_open = moved.musts_open, shoulds_open = moved.shoulds_open,
    changes_at = moved.changes_at, computed_at = %(now)s
FROM {_MOVED} AS moved
WHERE scoring_readinessscore.case_id = moved.case_id
"""  # noqa: S608 - words of the rules alone; values are parameters

_PARTS = f"""
UPDATE scoring_criterionresult
SET verdict = '{STALE}', achieved = 0, reason = lapse_reason, reason_params = lapse_params,
    lapse_reason = '', lapse_params = '{{}}', changes_at = NULL
FROM {_MOVED} AS moved
WHERE scoring_criterionresult.case_id = moved.case_id
  AND scoring_criterionresult.lapse_reason <> '' AND scoring_criterionresult.changes_at <= %(now)s
"""  # noqa: S608 - words of the rules alone; values are parameters


@dataclass(frozen=True)
class Lapsed:
    """How many scores changed, and the cases whose stored score does not follow from its parts or is waited for."""

    changed: int
    astray: tuple[int, ...]


def lapse(first: int, last: int, *, only_due: bool, now: datetime) -> Lapsed:
    """Let time pass for the cases with ids from `first` to `last`, in one transaction.

    `only_due` leaves out the check that every other score follows from its parts. Running it twice, late, or at once
    with others is harmless: the cases that are written are locked first.
    """
    values = {"first": first, "last": last, "now": sql_time(now)}
    with transaction.atomic(), connection.cursor() as cursor:
        plan_for_a_range(cursor)
        locked = _lock(first, last, now=now)
        cursor.execute(_ADDED_UP.format(narrowed=_ONLY_DUE if only_due else ""), values)
        cursor.execute(f"SELECT case_id, is_news FROM {_MOVED}")  # noqa: S608 - a constant
        moved = {case_id: bool(is_news) for case_id, is_news in cursor.fetchall()}
        astray = sorted(moved.keys() - locked)
        _leave(cursor, astray)
        if len(moved) > len(astray):
            _write(cursor, values, now=now)
        cursor.execute(f"DROP TABLE {_MOVED}")
    return Lapsed(sum(is_news for case_id, is_news in moved.items() if case_id in locked), tuple(astray))


def _lock(first: int, last: int, *, now: datetime) -> frozenset[int]:
    """The cases that time concerns and nothing else does, locked in pk order."""
    rows = UseCase.objects.select_for_update(no_key=True, of=("self",)).filter(
        pk__range=(first, last),
        readiness_due_at__lte=now,
        computed_version=F("requested_version"),
        readiness__playbook=playbook_in_force()["playbook_pk"],
    )
    return frozenset(rows.order_by("pk").values_list("pk", flat=True))


def _leave(cursor: Any, case_ids: Sequence[int]) -> None:
    if case_ids:
        places = ", ".join(["%s"] * len(case_ids))
        cursor.execute(f"DELETE FROM {_MOVED} WHERE case_id IN ({places})", case_ids)  # noqa: S608 - places alone


def _write(cursor: Any, values: dict[str, Any], *, now: datetime) -> None:
    changes = json_list({"criterion": "criterion", "before": "verdict", "after": f"'{STALE}'"})
    cursor.execute(_POINTS.format(changes=changes), values)
    cursor.execute(_SCORES, values)
    cursor.execute(_PARTS, values)
    record_lapsed(_MOVED, now=now)
