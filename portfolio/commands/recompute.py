"""Marks cases whose readiness must be computed again, and what of their records changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Case, DateTimeField, F, PositiveIntegerField, Value, When
from django.db.models.functions import Greatest

from pocgate.kernel import jobs
from pocgate.kernel.db import sql_time, time_place
from portfolio.enums import Section
from portfolio.models import UseCase

RECOMPUTE_TASK = "scoring.recompute_case"
PLACE_TASK = "scoring.place_case"

# By the whole verb of an activity, else by its noun. What is not named here changes everything.
SECTIONS_BY_VERB: Mapping[str, Section] = {
    "case.edited": Section.TEXT | Section.HORIZON,
    "case.time_box_extended": Section.HORIZON,
    "team": Section.TEAM,
    "scope": Section.SCOPE,
    "business_case": Section.BUSINESS_CASE,
    "kpi": Section.KPIS,
    "cost_plan": Section.COST_PLAN,
    "cost": Section.COSTS,
    "costs": Section.COSTS,
    "feedback": Section.FEEDBACK,
    "benefit_entry": Section.BENEFITS,
    "training_session": Section.TRAINING,
    "operations_reading": Section.OPERATIONS,
    # No probe reads these; whether a go still stands is asked for by name.
    "release": Section(0),
    "incident": Section(0),
    "change_request": Section(0),
    "evidence": Section.ANSWERS,
    "answer": Section.ANSWERS,
}


def sections_changed_by(verb: str) -> Section:
    """What an act with this verb changes of the records that readiness is computed from."""
    noun = verb.partition(".")[0]
    return SECTIONS_BY_VERB.get(verb, SECTIONS_BY_VERB.get(noun, Section.EVERYTHING))


def request_recompute(case_id: int, changed: Section = Section.EVERYTHING) -> None:
    """Records of the case changed: raise its requested version and wake a worker when the transaction commits.

    Requests add up until a worker takes them: it computes once what any of them named.
    """
    request_recompute_of([case_id], changed)
    jobs.wake(RECOMPUTE_TASK, case_id=case_id)


def request_recompute_of(case_ids: Iterable[int], changed: Section = Section.EVERYTHING) -> None:
    """Raise the requested version of many cases; the sweep finds them."""
    UseCase.objects.filter(pk__in=list(case_ids)).update(
        requested_version=F("requested_version") + 1, changed_sections=F("changed_sections").bitor(changed.value)
    )


@dataclass(frozen=True)
class Computation:
    """One case computed for `version`, over the results of `seen` computations; `due_at` is when time changes it.

    `is_visible` when who follows the case should look at it again.
    """

    case_id: int
    seen: int
    version: int
    due_at: datetime | None
    is_visible: bool


def record_computed(computations: Sequence[Computation], *, now: datetime) -> frozenset[int]:
    """Note what was computed, locking the cases; the ids of those whose results nobody else wrote meanwhile.

    A change that arrived during the run leaves its case due.
    """
    if len(computations) == 1:
        (only,) = computations
        unseen = UseCase.objects.filter(pk=only.case_id, computations=only.seen)
        return frozenset([only.case_id] if unseen.update(**_noted(only, now)) else [])
    by_id = {computation.case_id: computation for computation in computations}
    rows = UseCase.objects.select_for_update(no_key=True).filter(pk__in=list(by_id)).order_by("pk")
    won = [by_id[case_id] for case_id, count in rows.values_list("pk", "computations") if count == by_id[case_id].seen]
    for start in range(0, len(won), _NOTED_AT_ONCE):
        _note(won[start : start + _NOTED_AT_ONCE], now=now)
    return frozenset(computation.case_id for computation in won)


# SQLite takes 32,766 values in a statement.
_NOTED_AT_ONCE = 5_000


def _note(computations: Sequence[Computation], *, now: datetime) -> None:
    """What `_noted` says of one case, for many: a tenth of the time of an expression for each of them."""
    places = ", ".join([f"(%s, %s, {time_place()}, %s)"] * len(computations))
    values = [
        value
        for each in computations
        for value in (each.case_id, each.version, sql_time(each.due_at), int(each.is_visible))
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH fresh (case_id, version, due_at, is_visible) AS (VALUES {places})
            UPDATE portfolio_usecase
            SET computed_version = fresh.version,
                changed_sections = CASE WHEN requested_version = fresh.version THEN 0 ELSE changed_sections END,
                computations = computations + 1,
                readiness_due_at = fresh.due_at,
                updated_at = CASE WHEN fresh.is_visible = 1 AND updated_at < {time_place()} THEN {time_place()}
                             ELSE updated_at END
            FROM fresh
            WHERE portfolio_usecase.id = fresh.case_id
            """,  # noqa: S608 - places alone; values are parameters
            [*values, sql_time(now), sql_time(now)],
        )


def record_lapsed(table: str, *, now: datetime) -> None:
    """Note what time alone changed in the cases of a table with `case_id`, `changes_at` and `is_visible`.

    The caller holds their locks. What was requested meanwhile stays due.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE portfolio_usecase
            SET readiness_due_at = moved.changes_at,
                computations = computations + 1,
                updated_at = CASE WHEN moved.is_visible AND updated_at < %(now)s THEN %(now)s ELSE updated_at END
            FROM {table} AS moved
            WHERE portfolio_usecase.id = moved.case_id
            """,  # noqa: S608 - the caller names the table; values are parameters
            {"now": sql_time(now)},
        )


def _noted(computation: Computation, now: datetime) -> dict[str, Any]:
    """What to store of one case. What a later request named stays named."""
    is_latest = When(requested_version=computation.version, then=Value(0, PositiveIntegerField()))
    updated_at = Greatest(F("updated_at"), Value(now, DateTimeField()))
    return {
        "computed_version": computation.version,
        "changed_sections": Case(is_latest, default=F("changed_sections")),
        "computations": computation.seen + 1,
        "readiness_due_at": computation.due_at,
        "updated_at": updated_at if computation.is_visible else F("updated_at"),
    }


def record_looked_at(versions: Mapping[int, int], *, due: Mapping[int, datetime | None]) -> None:
    """Note for which version detectors looked at each case, and when time alone may change what they find."""
    cases = [
        UseCase(pk=case_id, findings_version=version, findings_due_at=due.get(case_id))
        for case_id, version in versions.items()
    ]
    UseCase.objects.bulk_update(cases, ["findings_version", "findings_due_at"], batch_size=500)


def request_position(case_id: int, *, now: datetime) -> None:
    """Ratings, or who counts as owner or outsider, changed: have the place in value × feasibility worked out again."""
    jobs.enqueue_once(PLACE_TASK, now=now, subject_type="use_case", subject_id=case_id)
