"""Having the detectors look at cases in batches.

As with readiness, records are read before the transaction under the version requested by then; a change that arrives
meanwhile has raised it and leaves its case due.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db import transaction

from portfolio.commands.recompute import record_looked_at
from portfolio.models import UseCase
from scoring.commands.findings.rows import write_findings
from scoring.commands.findings.swamp import write_signals
from scoring.commands.playbooks import ensure_default_playbook
from scoring.queries.detector_facts import CaseToJudge, cases_to_judge
from scoring.queries.recompute import BATCH
from scoring.rules.detectors import Finding, SwampSign, find_all, find_nothing, next_moment, swamp_signs
from scoring.rules.playbook import Playbook

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Refreshed:
    """How many cases were looked at, and how many findings changed their state."""

    cases: int = 0
    changed: int = 0

    def __add__(self, other: Refreshed) -> Refreshed:
        return Refreshed(self.cases + other.cases, self.changed + other.changed)


@dataclass(frozen=True)
class Judged:
    """What was found of a case: nothing at all, of one that is not on its way."""

    findings: tuple[Finding, ...] = ()
    signs: tuple[SwampSign, ...] = ()
    due_at: datetime | None = None


def refresh_findings(case_ids: Iterable[int], *, now: datetime) -> Refreshed:
    """Bring the findings of the cases up to date as of `now`. Running it twice, late, or twice at once is harmless."""
    ids = sorted(set(case_ids))
    done = Refreshed()
    for start in range(0, len(ids), BATCH):
        done += _refresh_batch(ids[start : start + BATCH], now=now)
    return done


def _refresh_batch(case_ids: Sequence[int], *, now: datetime) -> Refreshed:
    playbook = ensure_default_playbook(now=now).rules
    cases = cases_to_judge(case_ids, now=now)
    judged = {case_id: found for case_id, case in cases.items() if (found := _judge(case, playbook)) is not None}
    with transaction.atomic():
        seen = _lock(judged)
        current = {pk: found for pk, found in judged.items() if pk in seen and seen[pk] <= cases[pk].version}
        changed = write_findings({pk: found.findings for pk, found in current.items()}, now=now)
        write_signals({pk: found.signs for pk, found in current.items()}, now=now)
        record_looked_at(
            {pk: cases[pk].version for pk in current}, due={pk: found.due_at for pk, found in current.items()}
        )
    return Refreshed(len(judged), changed)


def _judge(case: CaseToJudge, playbook: Playbook) -> Judged | None:
    """What is found of one case; None when it can not be read, which must not keep the others from theirs."""
    if case.facts is None:
        return Judged(find_nothing(case.untold) if case.untold else ())
    try:
        facts = case.facts
        return Judged(find_all(facts, playbook), swamp_signs(facts, playbook), next_moment(facts, playbook))
    except Exception:
        log.exception("findings_not_made", case_id=case.case_id)
        return None


def _lock(case_ids: Mapping[int, object]) -> dict[int, int]:
    """Lock the rows in pk order until the transaction ends; the version each was looked at for."""
    rows = UseCase.objects.select_for_update(no_key=True).filter(pk__in=list(case_ids)).order_by("pk")
    return dict(rows.values_list("pk", "findings_version"))
