"""The whole portfolio as a file: the same rows and formats as the list over REST."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from pocgate.api.answers import encode
from pocgate.api.cases.lists import case_header, case_rows
from pocgate.api.formats import MEDIA_TYPES, ndjson_chunks
from pocgate.kernel.spreadsheets import csv_chunks, write_xlsx
from portfolio.models import UseCaseQuerySet

SHEET = "use cases"
FORMATS = tuple(MEDIA_TYPES)


class Counting:
    """Passes rows on and counts them."""

    def __init__(self, rows: Iterator[dict[str, Any]]) -> None:
        self.rows = rows
        self.count = 0

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for row in self.rows:
            self.count += 1
            yield row


def export(cases: UseCaseQuerySet, values: Mapping[str, Any], kind: str, target: BinaryIO) -> int:
    """Write the cases that the filters leave to the target in constant memory; the number of rows.

    `kind` is one of `FORMATS`; `values` are those of the list's parameters. CSV and XLSX hold no formulas.
    """
    rows = Counting(case_rows(cases, values))
    if kind == "xlsx":
        _write_workbook(rows, values, target)
    else:
        target.writelines(_chunks(rows, values, kind))
    return rows.count


def _chunks(rows: Counting, values: Mapping[str, Any], kind: str) -> Iterator[bytes]:
    if kind == "csv":
        cells = (tuple(row.values()) for row in rows)
        return (chunk.encode() for chunk in csv_chunks(case_header(values), cells))
    return ndjson_chunks(rows) if kind == "ndjson" else _json_chunks(rows)


def _json_chunks(rows: Counting) -> Iterator[bytes]:
    """One array, a row per line."""
    before = "[\n"
    for row in rows:
        yield (before + encode(row)).encode()
        before = ",\n"
    yield b"\n]\n" if before == ",\n" else b"[]\n"


def _write_workbook(rows: Counting, values: Mapping[str, Any], target: BinaryIO) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.xlsx"
        write_xlsx(path, SHEET, case_header(values), (tuple(row.values()) for row in rows))
        with path.open("rb") as file:
            shutil.copyfileobj(file, target)
