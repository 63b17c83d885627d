"""Everything detectors read of cases, put together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from scoring.queries.detector_facts.acts import (
    acts_of,
    holds_of,
    last_acts,
    open_request,
    present_hold,
    resumed_at,
    turns_of,
)
from scoring.queries.detector_facts.records import (
    eased_thresholds_of,
    feedback_of,
    scope_changes_of,
    training_of,
)
from scoring.queries.detector_facts.rows import Row, rows_of
from scoring.queries.probe_facts import case_states
from scoring.rules.detectors import DetectorFacts


@dataclass(frozen=True)
class CaseToJudge:
    """A case with what is known of it, or `untold`: why nothing is found of it. Neither for one that is not open.

    `version` is the requested version the records were read under.
    """

    case_id: int
    version: int
    facts: DetectorFacts | None = None
    untold: str = ""


def cases_to_judge(case_ids: Iterable[int], *, now: datetime) -> dict[int, CaseToJudge]:
    """The cases that exist, by id in pk order; the same number of queries for one and for five hundred."""
    rows = rows_of(case_ids, now=now)
    judged = [row for row in rows if row.is_judged]
    facts = _facts_of(judged, now=now) if judged else {}
    return {
        row.case.pk: CaseToJudge(
            row.case.pk,
            row.case.requested_version,
            facts.get(row.case.pk),
            row.untold if row.case.is_open else "",
        )
        for row in rows
    }


def _facts_of(rows: list[Row], *, now: datetime) -> dict[int, DetectorFacts]:
    ids = [row.case.pk for row in rows]
    states = case_states(ids, now=now)
    acts, holds = acts_of(ids, now=now), holds_of(ids, now=now)
    last, turns = last_acts(ids, acts, now=now), turns_of(ids, holds, acts)
    scope, eased = scope_changes_of(ids, now=now), eased_thresholds_of(ids, now=now)
    feedback, training = feedback_of(ids, now=now), training_of(ids, now=now)
    found = {}
    for row in rows:
        key, probe = row.case.pk, states[row.case.pk].probe_facts
        if probe is None:
            continue
        found[key] = DetectorFacts(
            now=now,
            status=row.case.status,
            title=row.case.title,
            technology=tuple(str(tag) for tag in row.case.technology),
            probe=probe,
            facts=states[key].facts,
            answers=states[key].answers,
            box=row.box,
            scope=tuple(scope.get(key, ())),
            eased=tuple(eased.get(key, ())),
            feedback=tuple(feedback.get(key, ())),
            training=tuple(training.get(key, ())),
            requested_at=open_request(acts[key], row.entered_at),
            last_act=last.get(key),
            hold=present_hold(holds.get(key, ()), now),
            resumed_at=resumed_at(holds.get(key, ()), now),
            turns=tuple(turns[key]),
        )
    return found
