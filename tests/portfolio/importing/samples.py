"""Small inventories of our own making, in the forms that real ones are published in."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import pytest
import xlsxwriter

from portfolio.importing.proposal import propose
from portfolio.importing.reading import Choices, read_file
from portfolio.importing.table import Table

FEDERAL = Path(__file__).resolve().parents[4] / "shared" / "data" / "us-federal-2024"
needs_federal = pytest.mark.skipif(not FEDERAL.exists(), reason="the published inventories are not at hand")

SENTENCE = "Letters that come in by post are sorted so that each of them reaches the right desk on the same day."
HEADERS = ("Use Case Name", "Agency", "Stage of Development")
ROWS = (
    ("Letter sorting", "Office of Post", "Pilot"),
    ("Road crack finder", "Office of Roads", "In production"),
    ("Form reader", "Office of Forms", "Ideation"),
)


def delimited(rows: Sequence[Sequence[object]], delimiter: str = ",", line_end: str = "\r\n") -> str:
    """Rows as CSV text."""
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter, lineterminator=line_end).writerows(rows)
    return stream.getvalue()


def csv_bytes(
    rows: Sequence[Sequence[object]] = (HEADERS, *ROWS), encoding: str = "utf-8", delimiter: str = ","
) -> bytes:
    """Rows as the bytes of a CSV file."""
    return delimited(rows, delimiter).encode(encoding)


def workbook(**sheets: Sequence[Sequence[object]]) -> bytes:
    """An XLSX file; a sheet whose name ends in ``_hidden`` is hidden."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        if name.endswith("_hidden"):
            sheet.hide()
        for place, row in enumerate(rows):
            sheet.write_row(place, 0, list(row))
    # A workbook cannot open on a hidden sheet.
    next(s for s in book.worksheets() if not s.hidden).activate()
    book.close()
    return stream.getvalue()


def table(rows: Sequence[Sequence[object]], **choices: object) -> Table:
    """A table read from a CSV of these rows."""
    return read_file(csv_bytes(rows), "sample.csv", Choices(**choices))  # type: ignore[arg-type]


def fields_of(headers: Sequence[str], rows: Sequence[Sequence[object]]) -> dict[str, str]:
    """The header proposed for each field."""
    proposal = propose(table([headers, *rows]))
    return {p.field: p.column.header for p in proposal.columns if p.field}
