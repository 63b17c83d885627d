"""Recomputing cases in batches.

Records are read before the transaction, under the version requested by then, so that writers wait only while results
are written. A change that arrives meanwhile has raised the requested version and leaves its case due. Results are
written only over those that were read: each case counts its computations, and who lost the race reads again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db import DatabaseError, transaction

from portfolio.commands.recompute import Computation, record_computed
from scoring.commands.playbooks import ensure_default_playbook
from scoring.commands.readiness.computing import Computed, Rules, compute
from scoring.commands.readiness.history import write_points
from scoring.commands.readiness.lapsing import lapse
from scoring.commands.readiness.results import write_parts
from scoring.commands.readiness.scores import remove_scores, write_scores
from scoring.queries.playbooks import rules_of
from scoring.queries.probe_facts import CaseRow, case_rows
from scoring.queries.recompute import BATCH, due_batches

log = structlog.get_logger(__name__)

# Whoever loses so often leaves the case to the sweep; the winners wrote results no older than a moment.
_ROUNDS = 5
# From so many cases on, the statements for all of them cost less than computing them one by one.
_MANY = 20


@dataclass(frozen=True)
class Recomputed:
    """How many cases were computed, how many of their scores changed, and which could not be computed."""

    cases: int = 0
    changed: int = 0
    failed: tuple[int, ...] = ()

    def __add__(self, other: Recomputed) -> Recomputed:
        return Recomputed(self.cases + other.cases, self.changed + other.changed, self.failed + other.failed)


def recompute_cases(case_ids: Iterable[int], *, now: datetime) -> Recomputed:
    """Compute the readiness of the cases afresh from all their records, as of `now`.

    Running it twice, late, or twice at once is harmless.
    """
    return _recompute(case_ids, now=now, afresh=True)


def recompute_due(case_ids: Iterable[int], *, now: datetime) -> Recomputed:
    """Bring those of the cases up to date that are due, reading only what a change or the passed moment concerns."""
    return _recompute(case_ids, now=now, afresh=False)


def renew_cases(first: int, last: int, *, now: datetime) -> Recomputed:
    """Bring all cases with ids from `first` to `last` up to date, and check that each score follows from its parts.

    What time alone changed is written by a few statements for all of them; the others that are due come after.
    """
    lapsed = lapse(first, last, only_due=False, now=now)
    done = Recomputed(changed=lapsed.changed) + recompute_cases(lapsed.astray, now=now)
    for case_ids in due_batches(now=now, between=(first, last)):
        done += recompute_due(case_ids, now=now)
    return done


def catch_up(case_ids: Sequence[int], *, now: datetime) -> Recomputed:
    """Bring due cases, ascending, up to date: many at once where time alone changed them."""
    done = Recomputed()
    if len(case_ids) >= _MANY:
        lapsed = lapse(case_ids[0], case_ids[-1], only_due=True, now=now)
        done += Recomputed(changed=lapsed.changed)
    return done + recompute_due(case_ids, now=now)


def _recompute(case_ids: Iterable[int], *, now: datetime, afresh: bool) -> Recomputed:
    ids = sorted(set(case_ids))
    done = Recomputed()
    for start in range(0, len(ids), BATCH):
        done += _recompute_batch(ids[start : start + BATCH], now=now, afresh=afresh)
    return done


def _recompute_batch(case_ids: Sequence[int], *, now: datetime, afresh: bool) -> Recomputed:
    done, waiting = Recomputed(), list(case_ids)
    for _ in range(_ROUNDS):
        rows = [row for row in case_rows(waiting, now=now) if afresh or row.is_due(now)]
        if not rows:
            break
        computed, failed = _compute(rows, _rules(rows, now=now), now=now, afresh=afresh)
        latest = [found for found in computed if not _is_overtaken(found.row, now)]
        written = _write(latest, now=now) if latest else []
        lost = sorted({found.case_id for found in latest} - {found.case_id for found in written})
        done += Recomputed(len(computed) - len(lost), sum(found.is_news for found in written), failed)
        if not lost:
            break
        waiting = lost
    return done


def _rules(rows: Sequence[CaseRow], *, now: datetime) -> Rules:
    in_force = rows[0].playbook
    if in_force is not None:
        return Rules(in_force[0], rules_of(*in_force))
    first = ensure_default_playbook(now=now)
    if first.pk is None:
        raise ValueError("a score names a published playbook")
    return Rules(first.pk, first.rules)


def _compute(
    rows: Sequence[CaseRow], rules: Rules, *, now: datetime, afresh: bool
) -> tuple[list[Computed], tuple[int, ...]]:
    """The cases as computed, and those that could not be.

    One unreadable case must not keep the hundreds of its batch from their score: the batch is halved around it. Where
    a part alone could not be computed, the whole case may.
    """
    try:
        return compute(rows, rules, now=now, afresh=afresh), ()
    except DatabaseError:
        raise
    except Exception:
        if len(rows) == 1 and afresh:
            log.exception("readiness_not_computed", case_id=rows[0].case.pk)
            return [], (rows[0].case.pk,)
    if len(rows) == 1:
        return _compute(rows, rules, now=now, afresh=True)
    middle = len(rows) // 2
    (first, failed), (second, failed_too) = (
        _compute(half, rules, now=now, afresh=afresh) for half in (rows[:middle], rows[middle:])
    )
    return first + second, failed + failed_too


def _is_overtaken(row: CaseRow, now: datetime) -> bool:
    """Whether the results of the same records at a later moment stand already."""
    return row.score is not None and row.score.computed_at > now and row.case.computed_version == row.version


def _write(computed: Sequence[Computed], *, now: datetime) -> list[Computed]:
    """Write what was computed; those whose case nobody else has written meanwhile."""
    with transaction.atomic():
        won = record_computed([_computation(found) for found in computed], now=now)
        written = [found for found in computed if found.case_id in won]
        scored = [found for found in written if found.has_gate]
        write_parts(scored)
        write_points(scored, now=now)
        write_scores(scored, now=now)
        remove_scores(found.case_id for found in written if not found.has_gate)
    return written


def _computation(found: Computed) -> Computation:
    case = found.row.case
    return Computation(
        case_id=case.pk,
        seen=case.computations,
        version=found.row.version,
        due_at=found.total.changes_at,
        is_visible=found.is_visible or case.computed_version < found.row.version,
    )
