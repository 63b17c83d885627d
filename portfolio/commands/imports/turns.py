"""Imports take turns: what one of them writes makes the checks of all others stale."""

from __future__ import annotations

from django.db.models import Q

from portfolio.enums import ImportState
from portfolio.models import ImportRun


def applied_count() -> int:
    """How many imports have been applied; it only ever grows."""
    return ImportRun.objects.filter(state=ImportState.APPLIED).count()


def is_overtaken(run: ImportRun) -> bool:
    """Whether an import was applied since the run was checked. Counted, because the clocks of two processes differ."""
    return bool(applied_count() != run.reading.get("applied_before"))


def in_turn(run_id: int) -> ImportRun:
    """The locked run, once every import that is being written now has ended: two would create the same cases."""
    turn = Q(state=ImportState.APPLYING) | Q(pk=run_id)
    waiting = ImportRun.objects.select_for_update().filter(turn).order_by("pk")
    return {run.pk: run for run in waiting}[run_id]
