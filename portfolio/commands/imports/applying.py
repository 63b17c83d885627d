"""Applying a checked run: one set-based transaction, or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from pocgate.identity.models import User
from pocgate.kernel import jobs
from pocgate.kernel.errors import Blocker, NotAllowedNow
from pocgate.ledger.commands import Act, record
from portfolio.commands.imports.turns import in_turn, is_overtaken
from portfolio.commands.imports.writing import create_cases, update_cases
from portfolio.enums import ImportAction, ImportState
from portfolio.importing.fields import ANSWER
from portfolio.models import ImportRow, ImportRun
from portfolio.permissions import require_import

APPLY_TASK = "portfolio.apply_import"
ANSWERS_TASK = "scoring.take_over_imported_answers"
PORTFOLIO_CHANGED = Blocker(
    "portfolio_changed", "Another import was applied after this check. Check the file once more."
)


@dataclass(frozen=True)
class Written:
    """How many cases were created, updated and left with a conflict, and how many cells changed."""

    created: int
    updated: int
    conflicts: int
    cells: int

    def as_json(self) -> dict[str, int]:
        """For the run's summary and the command line."""
        return {
            "created": self.created,
            "updated": self.updated,
            "conflicts": self.conflicts,
            "changed_cells": self.cells,
        }


def start_apply(*, run_id: int, accept_imputed: bool, actor: User | None, now: datetime) -> ImportRun:
    """Ask for a checked run to be applied; a worker does it. Guessed words need `accept_imputed` or a confirmation."""
    require_import(actor, now=now)
    with transaction.atomic():
        run = ImportRun.objects.select_for_update().get(pk=run_id)
        blockers = apply_blockers(run, accept_imputed=accept_imputed)
        if blockers:
            raise NotAllowedNow(blockers)
        job = jobs.enqueue(
            APPLY_TASK,
            now=now,
            subject_type="import_run",
            subject_id=run.pk,
            requested_by_id=actor.pk if actor else None,
        )
        run.state, run.job_id = ImportState.APPLYING, job.pk
        run.save(update_fields=["state", "job_id"])
        after = {"accept_imputed": accept_imputed}
        record(Act("import.started", "import_run", run.pk, None, {}, after), actor=actor, now=now)
    return run


def apply_blockers(run: ImportRun, *, accept_imputed: bool) -> list[Blocker]:
    """Why the run can not be applied now; empty when it can."""
    if run.state != ImportState.CHECKED:
        return [
            Blocker("import_state", "This import is “{state}”; only a checked one is applied.", {"state": run.state})
        ]
    blockers = []
    if run.summary.get("needs_consent") and not (accept_imputed or run.mapping_confirmed):
        blockers.append(
            Blocker("imputed_words", "Some words were only guessed. Confirm the mapping, or accept the guesses.")
        )
    if is_overtaken(run):
        blockers.append(PORTFOLIO_CHANGED)
    return blockers


def apply_run(*, run_id: int, actor: User | None, now: datetime) -> Written | None:
    """Write everything the run's staging rows say.

    None when it was not asked for, was applied already, or was overtaken: another import was applied since the
    check, so that its rows no longer hold. An overtaken run stands as checked again.
    """
    with transaction.atomic():
        run = in_turn(run_id)
        if run.state != ImportState.APPLYING:
            return None
        if is_overtaken(run):
            run.state = ImportState.CHECKED
            run.save(update_fields=["state"])
            return None
        created = create_cases(run, _rows(run, ImportAction.CREATE), actor=actor, now=now)
        changed = [*_rows(run, ImportAction.UPDATE), *_rows(run, ImportAction.CONFLICT)]
        updated = update_cases(run, changed, actor=actor, now=now)
        written = Written(
            created=len(created),
            updated=sum(1 for result in updated if result.applied and not result.kept),
            conflicts=sum(1 for result in updated if result.kept),
            cells=sum(len(result.applied) for result in updated),
        )
        _finish(run, written, actor=actor, now=now)
        if any(column["field"] and column["field"].startswith(ANSWER) for column in run.summary.get("mapping", [])):
            jobs.enqueue_once(ANSWERS_TASK, now=now, subject_type="import_run", subject_id=run.pk)
    return written


def _rows(run: ImportRun, action: str) -> list[ImportRow]:
    return list(ImportRow.objects.filter(run=run, action=action).order_by("row"))


def _finish(run: ImportRun, written: Written, *, actor: User | None, now: datetime) -> None:
    run.state, run.applied_at = ImportState.APPLIED, now
    run.summary = {**run.summary, "written": written.as_json()}
    run.save(update_fields=["state", "applied_at", "summary"])
    after: dict[str, Any] = written.as_json()
    record(Act("import.applied", "import_run", run.pk, None, {}, after), actor=actor, now=now)
    jobs.wake("scoring.sweep_readiness")
