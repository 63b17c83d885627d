"""Readiness under a playbook that is not in force, and what is stored of the comparison."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db import DatabaseError
from django.db.models import F, QuerySet, Sum

from pocgate.kernel.enums import JobState
from pocgate.kernel.models import Job
from portfolio.models import UseCase
from scoring.models import Playbook as PlaybookRow
from scoring.models import PlaybookEffect, PlaybookEffectCase
from scoring.queries.playbooks import PublishedPlaybook, published_playbook
from scoring.queries.probe_facts import CaseState, answer_states, case_states
from scoring.rules.playbook import Playbook
from scoring.rules.playbook_effect import CaseEffect, case_effect
from scoring.rules.readiness import Readiness, readiness

log = structlog.get_logger(__name__)

ORDERINGS: Mapping[str, tuple[object, ...]] = {
    "worst": (F("change"), "case__number"),
    "best": (F("change").desc(), "case__number"),
    "opening": (F("opening_count").desc(), F("change"), "case__number"),
    "case": ("case__number",),
    "after": (F("after"), "case__number"),
}


@dataclass(frozen=True)
class EffectView:
    """The stored effect of a draft with its job. `outdated` says why it is no longer the effect of this draft."""

    effect: PlaybookEffect
    job: Job | None
    is_running: bool
    has_failed: bool
    outdated: tuple[str, ...]
    changed_since: int

    @property
    def is_finished(self) -> bool:
        """There is a result to look at."""
        return self.effect.finished_at is not None


def effects_under(
    case_ids: Sequence[int], old: Playbook, new: Playbook, *, now: datetime
) -> tuple[dict[int, CaseEffect], tuple[int, ...]]:
    """The effect on each case with a next gate, from records read once, and the cases that can not be read.

    One unreadable case must not keep the others of its batch from being counted: the batch is halved around it.
    """
    try:
        states = case_states(case_ids, now=now).values()
        return {state.case_id: _effect(state, old, new, now) for state in states if state.gate is not None}, ()
    except DatabaseError:
        raise
    except Exception:
        if len(case_ids) == 1:
            log.exception("effect_not_computed", case_id=case_ids[0])
            return {}, tuple(case_ids)
    middle = len(case_ids) // 2
    halves = [effects_under(half, old, new, now=now) for half in (case_ids[:middle], case_ids[middle:])]
    return {**halves[0][0], **halves[1][0]}, halves[0][1] + halves[1][1]


def _effect(state: CaseState, old: Playbook, new: Playbook, now: datetime) -> CaseEffect:
    return case_effect(_readiness(state, old, now), _readiness(state, new, now), old, new)


def _readiness(state: CaseState, rules: Playbook, now: datetime) -> Readiness:
    if state.gate is None:
        raise ValueError("a case without a next gate has no readiness")
    return readiness(rules, state.gate, state.facts, answer_states(state, rules), now)


def records_seen() -> int:
    """The sum of all cases' requested versions: it grows with every change of a record. One query."""
    return int(UseCase.objects.aggregate(total=Sum("requested_version"))["total"] or 0)


def effect_of(draft: PlaybookRow) -> EffectView | None:
    """The draft's effect as stored, or None before it was first asked for. Four queries."""
    effect = PlaybookEffect.objects.filter(playbook=draft).first()
    if effect is None:
        return None
    job = Job.objects.filter(pk=effect.job_id).first() if effect.job_id else None
    is_open = effect.finished_at is None
    changed = records_seen() - effect.records
    return EffectView(
        effect=effect,
        job=job,
        is_running=is_open and job is not None and job.state in {JobState.WAITING, JobState.RUNNING},
        has_failed=is_open and (job is None or job.state in {JobState.FAILED, JobState.DONE}),
        outdated=_outdated(effect, draft, published_playbook(), changed),
        changed_since=changed,
    )


def _outdated(effect: PlaybookEffect, draft: PlaybookRow, current: PublishedPlaybook, changed: int) -> tuple[str, ...]:
    reasons = []
    if effect.revision != draft.revision:
        reasons.append("text")
    if effect.base_version != current.version:
        reasons.append("base")
    if changed:
        reasons.append("records")
    return tuple(reasons)


def was_shown(draft: PlaybookRow) -> bool:
    """Whether the finished effect is of this very text, against the version in force."""
    effect = PlaybookEffect.objects.filter(playbook=draft, finished_at__isnull=False).first()
    return effect is not None and not set(_outdated(effect, draft, published_playbook(), 0))


def affected_cases(effect: PlaybookEffect, ordering: str) -> QuerySet[PlaybookEffectCase]:
    """The cases that change, in one of `ORDERINGS`, with their cases."""
    rows = effect.cases.select_related("case", "case__department").annotate(change=F("after") - F("before"))
    return rows.order_by(*ORDERINGS.get(ordering, ORDERINGS["worst"]))  # type: ignore[arg-type]


def effect_rows(effect_id: int, effects: Mapping[int, CaseEffect]) -> Iterable[PlaybookEffectCase]:
    """Rows of the cases that change, not yet stored."""
    for case_id, found in effects.items():
        if found.is_change:
            yield PlaybookEffectCase(
                effect_id=effect_id,
                case_id=case_id,
                gate=found.gate,
                before=found.before,
                after=found.after,
                reached_bar=found.reached_bar,
                reaches_bar=found.reaches_bar,
                opening=list(found.opening),
                closing=list(found.closing),
                opening_count=len(found.opening),
                moved=[[key, str(points)] for key, points in found.moved],
            )
