"""`manage.py export_portfolio FILE`: the whole portfolio as CSV, XLSX, JSON or NDJSON.

It stands here, not in the portfolio, because its rows also tell readiness, which lies above.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.http import QueryDict
from django.utils import timezone

from pocgate.api.cases.filters import LIST_PARAMETERS
from pocgate.api.exports import FORMATS, export
from pocgate.api.parameters import read_query
from pocgate.identity.models import User
from pocgate.kernel.errors import Invalid
from portfolio.models import UseCase, UseCaseQuerySet

STANDARD_OUTPUT = "-"
NOT_OFFERED = ("format", "limit", "cursor")


class Command(BaseCommand):
    """Writes beside the file first and renames at the end, so that a half-written export is never found."""

    help = "Export the portfolio. The format follows the file's ending unless --format is given. - is standard output."

    def add_arguments(self, parser: CommandParser) -> None:
        """The file, and the list's own filters."""
        parser.add_argument("file", help="where to write; - for standard output")
        parser.add_argument("--format", choices=FORMATS, dest="kind", help="csv, xlsx, json or ndjson")
        parser.add_argument("--as", dest="username", help="only what this account may see; by default everything")
        parser.add_argument("--json", action="store_true", dest="as_json", help="print one JSON object when done")
        for parameter in LIST_PARAMETERS:
            if parameter.name not in NOT_OFFERED:
                parser.add_argument(f"--{parameter.name.replace('_', '-')}", help=parameter.description)

    def handle(self, *args: Any, **options: Any) -> None:
        """Export; exit status 1 with the reason when it was refused."""
        name, started = options["file"], time.monotonic()
        kind = options["kind"] or Path(name).suffix.removeprefix(".").lower()
        if kind not in FORMATS:
            raise CommandError(f"Which format? Name the file .csv, .xlsx, .json or .ndjson, or give --format ({name}).")
        if name == STANDARD_OUTPUT and options["as_json"]:
            raise CommandError("--json and standard output would mix; give a file.")
        values = _values(options)
        with _target(name) as target:
            rows = export(_cases(options["username"]), values, kind, target)
        summary = {"file": name, "format": kind, "rows": rows, "seconds": round(time.monotonic() - started, 3)}
        if options["as_json"]:
            self.stdout.write(json.dumps(summary))
        elif name != STANDARD_OUTPUT:
            self.stdout.write(f"{rows} use cases written to {name} as {kind}.")


def _values(options: dict[str, Any]) -> dict[str, Any]:
    query = QueryDict(mutable=True)
    for parameter in LIST_PARAMETERS:
        if options.get(parameter.name) is not None and parameter.name not in NOT_OFFERED:
            query[parameter.name] = options[parameter.name]
    try:
        return read_query(query, LIST_PARAMETERS)
    except Invalid as error:
        raise CommandError(str(error).replace("?", "--")) from error


def _cases(username: str | None) -> UseCaseQuerySet:
    if username is None:
        return UseCase.objects.all()
    try:
        return UseCase.objects.visible_to(User.objects.get_by_natural_key(username), now=timezone.now())
    except User.DoesNotExist as error:
        raise CommandError(f"There is no account “{username}”.") from error


@contextmanager
def _target(name: str) -> Iterator[BinaryIO]:
    if name == STANDARD_OUTPUT:
        yield sys.stdout.buffer
        return
    path, part = Path(name), Path(f"{name}.part")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(path)
    except OSError as error:
        raise CommandError(f"{name} can not be written: {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)
