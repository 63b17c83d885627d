"""The dry run of a received file: staging rows in batches, and what applying would do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Mapping as MappingOf
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from django.db import transaction

from pocgate.identity.models import User
from pocgate.kernel import jobs, stored_files
from pocgate.kernel.errors import Blocker, NotAllowedNow
from portfolio.commands.imports.mappings import checked_mapping
from portfolio.commands.imports.turns import applied_count
from portfolio.enums import ImportAction, ImportState
from portfolio.importing.identity import Action, Match
from portfolio.importing.mapping import Mapping
from portfolio.importing.mapping_yaml import InvalidMapping, dump_mapping
from portfolio.importing.reading import Choices
from portfolio.importing.refusal import Refused
from portfolio.models import ImportRow, ImportRun
from portfolio.permissions import require_import
from portfolio.queries import imports

CHECK_TASK = "portfolio.check_import"
BATCH = 500
type_progress = Callable[[int, int], None]
CORRECTABLE = (ImportState.UPLOADED, ImportState.CHECKED, ImportState.REFUSED)


def start_check(*, run_id: int, actor: User | None, now: datetime) -> ImportRun:
    """Ask for the run's dry run; a worker does it."""
    require_import(actor, now=now)
    with transaction.atomic():
        run = ImportRun.objects.select_for_update().get(pk=run_id)
        _refuse_unless_correctable(run)
        job = jobs.enqueue(
            CHECK_TASK,
            now=now,
            subject_type="import_run",
            subject_id=run.pk,
            requested_by_id=actor.pk if actor else None,
        )
        run.state, run.job_id, run.refusal, run.refusal_code = ImportState.CHECKING, job.pk, "", ""
        run.save(update_fields=["state", "job_id", "refusal", "refusal_code"])
    return run


def correct_run(
    *,
    run_id: int,
    choices: MappingOf[str, str | int | None] | None = None,
    mapping_name: str | None = None,
    mapping_text: str | None = None,
    confirmed: bool = False,
    actor: User | None,
    now: datetime,
) -> ImportRun:
    """Change how the file is read or mapped, and check it again.

    `choices` may hold encoding, delimiter, sheet, header_row. A mapping that a person gave or chose is confirmed.
    """
    require_import(actor, now=now)
    if mapping_text:
        checked_mapping(mapping_text)
    with transaction.atomic():
        run = ImportRun.objects.select_for_update().get(pk=run_id)
        _refuse_unless_correctable(run)
        if choices is not None:
            run.reading = {**run.reading, "choices": {key: value for key, value in choices.items() if value}}
        if mapping_name is not None:
            run.mapping_name, run.mapping_text = mapping_name, ""
        if mapping_text is not None:
            run.mapping_text = mapping_text
        run.mapping_confirmed = confirmed
        run.save(update_fields=["reading", "mapping_name", "mapping_text", "mapping_confirmed"])
        return start_check(run_id=run.pk, actor=actor, now=now)


def _refuse_unless_correctable(run: ImportRun) -> None:
    if run.state not in CORRECTABLE:
        raise NotAllowedNow(
            [Blocker("import_state", "This import is “{state}”; it can not be changed now.", {"state": run.state})]
        )


def check_run(*, run_id: int, now: datetime, progress: type_progress | None = None) -> ImportRun:
    """Read, map and pair the file, and write the staging rows. Repeating it gives the same rows."""
    run = ImportRun.objects.get(pk=run_id)
    if run.state != ImportState.CHECKING:
        return run
    applied_before = applied_count()
    try:
        trial = dry_run_of(run)
    except (Refused, InvalidMapping) as error:
        return _refuse(run, error, now)
    ImportRow.objects.filter(run=run).delete()
    total = len(trial.plan.matches)
    for done, batch in _batches(trial.plan.matches, run):
        ImportRow.objects.bulk_create(batch)
        if progress is not None:
            progress(done, total)
    run.reading = {**run.reading, "layout": imports.layout_json(trial.reading), "applied_before": applied_before}
    run.summary = {
        **trial.summary,
        "file": run.file_name,
        "missing_cases": imports.cases_missing(trial.plan)[:1000],
        "needs_consent": bool(trial.imputed),
        "mapping_text": dump_mapping(_named(trial.reading.mapping, run.file_name)),
    }
    run.state, run.checked_at = ImportState.CHECKED, now
    return _settled(run, "reading", "summary", "state", "checked_at")


def _named(mapping: Mapping, file_name: str) -> Mapping:
    """A guessed mapping has no name yet; its text needs one."""
    return mapping if mapping.name else replace(mapping, name=file_name[:100])


def dry_run_of(run: ImportRun) -> imports.DryRun:
    """What the run would do to the portfolio as it is now."""
    with stored_files.open_stored(run.sha256) as stored:
        content = stored.read()
    return imports.dry_run(understood_run(run, content))


def understood_run(run: ImportRun, content: bytes) -> imports.Understood:
    """The run's file under the choices and mapping that stand on the run."""
    return imports.understand(
        content,
        name=run.file_name,
        choices=Choices(**run.reading.get("choices", {})),
        mapping_name=run.mapping_name,
        mapping_text=run.mapping_text,
    )


def _refuse(run: ImportRun, error: Refused | InvalidMapping, now: datetime) -> ImportRun:
    run.state, run.checked_at = ImportState.REFUSED, now
    run.refusal_code = error.code if isinstance(error, Refused) else "mapping"
    run.refusal = str(error)
    run.summary = {}
    ImportRow.objects.filter(run=run).delete()
    return _settled(run, "state", "checked_at", "refusal_code", "refusal", "summary")


def _settled(run: ImportRun, *fields: str) -> ImportRun:
    """Save the outcome, unless another worker settled the same check meanwhile."""
    values = {field: getattr(run, field) for field in fields}
    ImportRun.objects.filter(pk=run.pk, state=ImportState.CHECKING, job_id=run.job_id).update(**values)
    run.refresh_from_db()
    return run


def _batches(matches: tuple[Match, ...], run: ImportRun) -> Iterator[tuple[int, list[ImportRow]]]:
    for start in range(0, len(matches), BATCH):
        part = matches[start : start + BATCH]
        yield start + len(part), [_staged(match, run) for match in part]


def _staged(match: Match, run: ImportRun) -> ImportRow:
    row = match.row
    is_written = match.action in (Action.CREATE, Action.UPDATE, Action.CONFLICT)
    problems: list[dict[str, Any]] = [problem.as_json() for problem in row.problems]
    if match.tied:
        problems.append(_tie(row.number, row.values.get("title", "")))
    problems += [_kept(row.number, change) for change in match.changes if change.conflict]
    return ImportRow(
        run=run,
        row=row.number,
        action=ImportAction(match.action.value),
        case_id=cast("int | None", match.key),
        values=dict(row.values) if is_written else {"title": row.values.get("title", "")},
        raw=dict(row.raw) if is_written else {},
        changes=[_change(change) for change in match.changes],
        problems=problems,
        digest=row.digest,
    )


def _change(change: Any) -> dict[str, Any]:
    return {
        "column": change.column,
        "field": change.field,
        "before": change.before,
        "after": change.after,
        "conflict": change.conflict,
    }


def _tie(row: int, title: str) -> dict[str, Any]:
    message = "Several imported cases are equally near to this row; it is taken as a new case."
    return {"row": row, "column": "", "value": title[:200], "code": "tie", "message": message}


def _kept(row: int, change: Any) -> dict[str, Any]:
    message = {
        "stage_conflict": "A review was held here, so only a gate can change the stage; the file says otherwise.",
        "edited_here": "This was edited here since the last import and is kept; the file says otherwise.",
    }[change.conflict]
    code = "stage_conflict" if change.conflict == "stage_conflict" else "conflict"
    return {"row": row, "column": change.column, "value": change.after[:200], "code": code, "message": message}
