"""The whole portfolio as a file: the same rows and formats as the list over REST."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Generic, TypeVar

from pocgate.api.cases.lists import case_header, case_lines, case_rows
from pocgate.api.formats import MEDIA_TYPES, ndjson_chunks
from pocgate.kernel.spreadsheets import csv_chunks, write_xlsx
from portfolio.models import UseCaseQuerySet

R = TypeVar("R")

SHEET = "use cases"
FORMATS = tuple(MEDIA_TYPES)


class Counting(Generic[R]):
    """Passes rows on and counts them."""

    def __init__(self, rows: Iterator[R]) -> None:
        self.rows = rows
        self.count = 0

    def __iter__(self) -> Iterator[R]:
        return self

    def __next__(self) -> R:
        row = next(self.rows)
        self.count += 1
        return row


def export(cases: UseCaseQuerySet, values: Mapping[str, Any], kind: str, target: BinaryIO) -> int:
    """Write the cases that the filters leave to the target in constant memory; the number of rows.

    `kind` is one of `FORMATS`; `values` are those of the list's parameters. CSV and XLSX hold no formulas.
    """
    if kind in {"json", "ndjson"}:
        lines = Counting(case_lines(cases, values))
        target.writelines(ndjson_chunks(lines) if kind == "ndjson" else _json_chunks(lines))
        return lines.count
    rows = Counting(tuple(row.values()) for row in case_rows(cases, values))
    if kind == "csv":
        target.writelines(text.encode() for text in csv_chunks(case_header(values), rows))
    else:
        _write_workbook(rows, case_header(values), target)
    return rows.count


def _json_chunks(lines: Iterator[str]) -> Iterator[bytes]:
    """One array, a row per line."""
    before = "[\n"
    for line in lines:
        yield (before + line).encode()
        before = ",\n"
    yield b"\n]\n" if before == ",\n" else b"[]\n"


def _write_workbook(rows: Iterator[tuple[Any, ...]], header: Sequence[str], target: BinaryIO) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.xlsx"
        write_xlsx(path, SHEET, header, rows)
        with path.open("rb") as file:
            shutil.copyfileobj(file, target)
