"""Recomputing cases in batches.

Records are read before the transaction, under the version requested by then, so that writers wait only while results
are written. A change that arrives meanwhile has raised the requested version and leaves its case due.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db import DatabaseError, transaction

from portfolio.commands.recompute import record_computed
from portfolio.models import UseCase
from scoring.commands.playbooks import ensure_default_playbook
from scoring.commands.readiness.history import write_points
from scoring.commands.readiness.results import stored_results, write_results
from scoring.commands.readiness.scores import remove_scores, stored_scores, write_scores
from scoring.models import ReadinessScore
from scoring.queries.playbooks import PublishedPlaybook
from scoring.queries.probe_facts import CaseState, answer_states, case_states
from scoring.queries.recompute import BATCH
from scoring.rules.playbook import Playbook
from scoring.rules.readiness import Readiness, readiness

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Recomputed:
    """How many cases were computed, how many of their scores changed, and which could not be computed."""

    cases: int = 0
    changed: int = 0
    failed: tuple[int, ...] = ()

    def __add__(self, other: Recomputed) -> Recomputed:
        return Recomputed(self.cases + other.cases, self.changed + other.changed, self.failed + other.failed)


@dataclass(frozen=True)
class _Computed:
    states: Mapping[int, CaseState]
    readiness: Mapping[int, Readiness]
    failed: tuple[int, ...] = ()


def recompute_cases(case_ids: Iterable[int], *, now: datetime) -> Recomputed:
    """Bring the readiness of the cases up to date as of `now`. Running it twice, late, or twice at once is harmless."""
    ids = sorted(set(case_ids))
    done = Recomputed()
    for start in range(0, len(ids), BATCH):
        done += _recompute_batch(ids[start : start + BATCH], now=now)
    return done


def _recompute_batch(case_ids: Sequence[int], *, now: datetime) -> Recomputed:
    playbook = ensure_default_playbook(now=now)
    found = _compute(case_ids, playbook.rules, now=now)
    with transaction.atomic():
        versions = _lock(found.states)
        scores = stored_scores(versions)
        current = [
            state
            for case_id, state in found.states.items()
            if case_id in versions and not _is_overtaken(state, versions[case_id], scores.get(case_id), now)
        ]
        changed = _write(current, found.readiness, scores, playbook, now=now)
    return Recomputed(len(found.states), changed, found.failed)


def _compute(case_ids: Sequence[int], rules: Playbook, *, now: datetime) -> _Computed:
    """The readiness of each case with a next gate.

    One unreadable case must not keep the hundreds of its batch from their score: the batch is halved around it.
    """
    try:
        states = case_states(case_ids, now=now)
        return _Computed(states, _readiness_of(states.values(), rules, now=now))
    except DatabaseError:
        raise
    except Exception:
        if len(case_ids) == 1:
            log.exception("readiness_not_computed", case_id=case_ids[0])
            return _Computed({}, {}, tuple(case_ids))
    middle = len(case_ids) // 2
    first, second = (_compute(half, rules, now=now) for half in (case_ids[:middle], case_ids[middle:]))
    return _Computed(
        {**first.states, **second.states}, {**first.readiness, **second.readiness}, first.failed + second.failed
    )


def _readiness_of(states: Iterable[CaseState], rules: Playbook, *, now: datetime) -> dict[int, Readiness]:
    return {
        state.case_id: readiness(rules, state.gate, state.facts, answer_states(state, rules), now)
        for state in states
        if state.gate is not None
    }


def _lock(case_ids: Iterable[int]) -> dict[int, int]:
    """Lock the rows in pk order until the transaction ends; the computed version of each."""
    rows = UseCase.objects.select_for_update(no_key=True).filter(pk__in=list(case_ids)).order_by("pk")
    return dict(rows.values_list("pk", "computed_version"))


def _is_overtaken(state: CaseState, computed_version: int, score: ReadinessScore | None, now: datetime) -> bool:
    """Whether another worker wrote results of newer records, or of the same ones at a later moment."""
    is_later = score is not None and score.computed_at > now
    return computed_version > state.version or (is_later and computed_version == state.version)


def _write(
    states: Sequence[CaseState],
    computed: Mapping[int, Readiness],
    scores: Mapping[int, ReadinessScore],
    playbook: PublishedPlaybook,
    *,
    now: datetime,
) -> int:
    case_ids = [state.case_id for state in states]
    results = {case_id: computed[case_id] for case_id in case_ids if case_id in computed}
    stored = stored_results(case_ids)
    write_results(results, stored, playbook.rules)
    changed = write_points(results, scores, stored, playbook, now=now)
    write_scores(results, playbook, now=now)
    remove_scores(case_id for case_id in case_ids if case_id not in computed)
    record_computed(
        {state.case_id: state.version for state in states},
        due={case_id: result.changes_at for case_id, result in results.items()},
    )
    return changed
