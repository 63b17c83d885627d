"""Trying a draft out on the portfolio: a job computes every case under it and writes no score."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from pocgate.identity.models import User
from pocgate.kernel import jobs
from portfolio.models import UseCase
from scoring.commands.playbooks.checking import checked_rules
from scoring.commands.playbooks.drafts import locked_draft
from scoring.models import PlaybookEffect, PlaybookEffectCase
from scoring.permissions import require_of_playbook
from scoring.queries.playbook_effects import effect_rows, effects_under, records_seen
from scoring.queries.playbooks import published_playbook
from scoring.queries.recompute import all_batches
from scoring.rules.playbook import Playbook, parse_playbook
from scoring.rules.playbook_effect import CaseEffect, EffectTotals

EFFECT_TASK = "scoring.playbook_effect"
CHANGED_FIELDS = (
    *("gate", "before", "after", "reached_bar", "reaches_bar"),
    *("opening", "closing", "opening_count", "moved"),
)

Progress = Callable[[int, int], bool]


def request_effect(*, draft_id: int, revision: int, actor: User, now: datetime) -> PlaybookEffect:
    """Have the effect of the draft computed as of now. `Invalid` with the line of every fault, `Stale` as on saving."""
    require_of_playbook("propose_playbook", actor, now=now)
    with transaction.atomic():
        draft = locked_draft(draft_id, revision)
        checked_rules(draft.text)
        PlaybookEffect.objects.filter(playbook=draft).delete()
        effect = PlaybookEffect.objects.create(
            playbook=draft,
            revision=draft.revision,
            base_version=published_playbook().version,
            records=records_seen(),
            as_of=now,
        )
        job = jobs.enqueue(
            EFFECT_TASK, now=now, subject_type="playbook_effect", subject_id=effect.pk, requested_by_id=actor.pk
        )
        PlaybookEffect.objects.filter(pk=effect.pk).update(job_id=job.pk)
    return effect


def compute_effect(*, effect_id: int, progress: Progress, clock: Callable[[], datetime]) -> EffectTotals | None:
    """Compute and store it, a batch of cases at a time; None when it was asked for anew or `progress` says to stop.

    `progress(done, total)` is False once another worker has taken over. Running it twice gives the same rows.
    """
    effect = PlaybookEffect.objects.select_related("playbook").filter(pk=effect_id).first()
    if effect is None or effect.playbook.revision != effect.revision:
        return None
    old, new = published_playbook(), parse_playbook(effect.playbook.text)
    if old.version != effect.base_version:
        return None
    effect.cases.all().delete()
    totals = _compute(effect, old.rules, new, progress)
    if totals is not None:
        PlaybookEffect.objects.filter(pk=effect_id).update(finished_at=clock(), summary=asdict(totals))
    return totals


def totals_under(old: Playbook, new: Playbook, *, now: datetime) -> tuple[EffectTotals, list[tuple[int, CaseEffect]]]:
    """The same without storing anything, for the command line: the totals, and each case that changes by its id."""
    totals, changing = EffectTotals(), []
    for case_ids in all_batches():
        effects, failed = effects_under(case_ids, old, new, now=now)
        totals.failed += len(failed)
        for case_id, effect in effects.items():
            totals.add(effect)
            if effect.is_change:
                changing.append((case_id, effect))
    return totals, changing


def _compute(effect: PlaybookEffect, old: Playbook, new: Playbook, progress: Progress) -> EffectTotals | None:
    totals, done, total = EffectTotals(), 0, UseCase.objects.count()
    for case_ids in all_batches():
        effects, failed = effects_under(case_ids, old, new, now=effect.as_of)
        done += len(case_ids)
        totals.failed += len(failed)
        for found in effects.values():
            totals.add(found)
        with transaction.atomic():
            if not progress(min(done, total), total) or not PlaybookEffect.objects.filter(pk=effect.pk).exists():
                return None
            PlaybookEffectCase.objects.bulk_create(
                effect_rows(effect.pk, effects),
                update_conflicts=True,
                unique_fields=["effect", "case"],
                update_fields=CHANGED_FIELDS,
            )
    return totals
