"""Import an inventory of use cases from the command line: dry run by default."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from pocgate.identity.models import User
from pocgate.kernel import jobs
from pocgate.kernel.errors import DomainError
from pocgate.kernel.models import Job
from portfolio.commands import imports
from portfolio.importing.kinds import check_size
from portfolio.importing.mapping_yaml import InvalidMapping
from portfolio.importing.reading import Choices
from portfolio.importing.refusal import Refused
from portfolio.models import ImportRun
from portfolio.queries import imports as reads

REFUSED_STATUS = 2
CHUNK = 1024 * 1024
_OVERTAKEN = "Another import was applied while this one was prepared. Nothing was written; run it again."


class Command(BaseCommand):
    """Reads CSV, XLSX or JSON, says what it would do, and does it with `--apply`."""

    help = (
        "Import use cases from a CSV, XLSX or JSON inventory. Without --apply nothing is written. "
        "Exit status 2 when the file is refused."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Arguments of the command line."""
        parser.add_argument("file", type=Path, help="the inventory")
        parser.add_argument("--mapping", default="", help="name of a saved or shipped mapping, or path of a YAML file")
        parser.add_argument("--sheet", default=None, help="sheet of a workbook, or list inside a JSON file")
        parser.add_argument("--encoding", default=None, help="encoding of a text file, such as cp1252")
        parser.add_argument("--delimiter", default=None, help="character between the columns of a text file")
        parser.add_argument("--header-row", type=int, default=None, help="row that names the columns, from 1")
        mode = parser.add_mutually_exclusive_group()
        mode.add_argument("--dry-run", action="store_true", help="only say what would happen (the default)")
        mode.add_argument("--apply", action="store_true", help="write, all rows or none")
        parser.add_argument("--accept-imputed", action="store_true", help="agree to words that were only guessed")
        parser.add_argument("--as", dest="username", default="", help="user name to import as")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run, and turn every refusal into exit status 2."""
        path: Path = options["file"]
        if not path.is_file():
            self._refused(options, path, "no_file", f"There is no file {path}.")
        try:
            check_size(path.stat().st_size)
            summary = self._apply(path, options) if options["apply"] else self._dry_run(path, options)
        except Refused as error:
            self._refused(options, path, error.code, str(error))
        except InvalidMapping as error:
            self._refused(options, path, "mapping", str(error))
        except DomainError as error:
            self._refused(options, path, "not_allowed", str(error))
        else:
            self._print(summary, options)

    def _dry_run(self, path: Path, options: dict[str, Any]) -> dict[str, Any]:
        name, text = _mapping(options["mapping"])
        understood = reads.understand(
            path, name=path.name, choices=_choices(options), mapping_name=name, mapping_text=text
        )
        return reads.dry_run(understood).summary

    def _apply(self, path: Path, options: dict[str, Any]) -> dict[str, Any]:
        name, text = _mapping(options["mapping"])
        actor = _person(options["username"])
        now = timezone.now()
        run = imports.receive_file(chunks=_chunks(path), file_name=path.name, actor=actor, now=now)
        with transaction.atomic():
            run = imports.correct_run(
                run_id=run.pk,
                choices=vars(_choices(options)),
                mapping_name=name,
                mapping_text=text,
                confirmed=options["accept_imputed"],
                actor=actor,
                now=now,
            )
            job = _claimed(run)
        with _failing(job):
            run = imports.check_run(run_id=run.pk, now=timezone.now(), progress=self._progress(options))
            jobs.finish(job, now=timezone.now(), result={"state": run.state})
        if run.refusal:
            raise _Refusal(run.refusal_code, run.refusal)
        return self._write(run, actor, options)

    def _write(self, run: ImportRun, actor: User | None, options: dict[str, Any]) -> dict[str, Any]:
        with transaction.atomic():
            run = imports.start_apply(
                run_id=run.pk, accept_imputed=options["accept_imputed"], actor=actor, now=timezone.now()
            )
            job = _claimed(run)
        with _failing(job):
            written = imports.apply_run(run_id=run.pk, actor=actor, now=timezone.now())
            result = written.as_json() if written else {}
            jobs.finish(job, now=timezone.now(), result=result)
        if written is None:
            raise _Refusal("portfolio_changed", _OVERTAKEN)
        return {**run.summary, "written": result, "run": run.pk, "job": job.pk}

    def _progress(self, options: dict[str, Any]) -> Any:
        if options["json"] or not self.stderr.isatty():
            return None
        return lambda done, total: self.stderr.write(f"\r{done} of {total} rows checked", ending="")

    def _print(self, summary: dict[str, Any], options: dict[str, Any]) -> None:
        if options["json"]:
            self.stdout.write(json.dumps(summary, ensure_ascii=False))
            return
        for line in _readable(summary):
            self.stdout.write(line)

    def _refused(self, options: dict[str, Any], path: Path, code: str, message: str) -> None:
        if options["json"]:
            self.stdout.write(json.dumps({"file": path.name, "code": code, "message": message}, ensure_ascii=False))
            raise SystemExit(REFUSED_STATUS)
        raise CommandError(f"{path.name} was refused ({code}): {message}", returncode=REFUSED_STATUS)


class _Refusal(Refused):
    """A refusal that was written down on a run, raised again as it stands there."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(code)
        object.__setattr__(self, "text", text)

    def __str__(self) -> str:
        return str(self.text)  # type: ignore[attr-defined]


class _failing:  # noqa: N801 - reads as a clause after `with`
    """Notes an error on the job and lets it through."""

    def __init__(self, job: Job) -> None:
        self.job = job

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if error is not None:
            jobs.fail(self.job, error, now=timezone.now())


def _claimed(run: ImportRun) -> Job:
    """The run's job, taken before the surrounding transaction ends, so that no worker takes it."""
    job = jobs.claim(run.job_id or 0, now=timezone.now())
    if job is None:
        raise CommandError("A worker took this import over; see its page.")
    return job


def _choices(options: dict[str, Any]) -> Choices:
    return Choices(
        encoding=options["encoding"],
        delimiter=options["delimiter"],
        sheet=options["sheet"],
        header_row=options["header_row"],
    )


def _mapping(text: str) -> tuple[str, str]:
    """Name and YAML text: what ends in .yaml or .yml is a file."""
    if text.endswith((".yaml", ".yml")):
        path = Path(text)
        if not path.is_file():
            raise Refused("unknown_mapping", {"name": text, "choices": "no such file"})
        return "", path.read_text(encoding="utf-8")
    return text, ""


def _person(username: str) -> User | None:
    if not username:
        return None
    person = User.objects.filter(username__iexact=username, is_active=True).first()
    if person is None:
        raise CommandError(f"There is no active user {username}.", returncode=REFUSED_STATUS)
    return person


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _readable(summary: dict[str, Any]) -> Iterator[str]:
    source = {"vocabulary": "guessed from the headers"}.get(summary["mapping_source"], summary["mapping_name"])
    yield f"{summary['file']}: {summary['rows']} rows, {summary['encoding'] or summary['format']}, mapping: {source}"
    counts = ", ".join(f"{summary[key]} {key}" for key in ("create", "update", "unchanged", "conflict", "refused"))
    yield f"  {counts}; {summary['missing']} imported cases are not in the file"
    stages = ", ".join(f"{key}: {count}" for key, count in summary["stages"].items())
    yield f"  stages  {stages}"
    yield "  tiers   " + ", ".join(f"{key}: {count}" for key, count in summary["tiers"].items() if count)
    for warning in summary["warnings"]:
        yield f"  note: {warning['message']}"
    for problem in summary["problems"][:20]:
        yield f"  row {problem['row']}, {problem['column'] or '-'}: {problem['message']}"
    rest = summary["problems_total"] - 20
    if rest > 0:
        yield f"  … and {rest} more (see --json)"
    written = summary.get("written")
    yield f"written: {written}" if written is not None else "Nothing was written; add --apply to import."
