"""The table as a file: exactly the rows and columns shown, read page after page in constant memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile

from pocgate.kernel.spreadsheets import csv_chunks, write_xlsx
from pocgate.web.columns import Column, Value
from portfolio.models import UseCaseQuerySet
from portfolio.queries.rows import CaseRow
from portfolio.queries.table import table_page

BATCH = 1000
# Without the mark a spreadsheet takes UTF-8 for its own code page and garbles accents.
BYTE_ORDER_MARK = "\ufeff"


def rows_in_order(cases: UseCaseQuerySet, *, ordering: str, now: datetime) -> Iterator[CaseRow]:
    """Every row in the table's order."""
    cursor = ""
    while True:
        page = table_page(cases, ordering=ordering, cursor=cursor, limit=BATCH, now=now, counted=False)
        yield from page.rows
        cursor = page.next_cursor
        if not cursor:
            return


def csv_of(columns: Sequence[Column], rows: Iterable[CaseRow]) -> Iterator[str]:
    """UTF-8 CSV in chunks."""
    yield BYTE_ORDER_MARK
    yield from csv_chunks(_header(columns), _cells(columns, rows))


def xlsx_of(columns: Sequence[Column], rows: Iterable[CaseRow]) -> Path:
    """A workbook in a temporary file, which the caller removes."""
    with NamedTemporaryFile(suffix=".xlsx", delete=False) as handle:
        path = Path(handle.name)
    write_xlsx(path, "Portfolio", _header(columns), _cells(columns, rows))
    return path


def _header(columns: Sequence[Column]) -> list[str]:
    return [str(column.label) for column in columns]


def _cells(columns: Sequence[Column], rows: Iterable[CaseRow]) -> Iterator[list[Value]]:
    for row in rows:
        yield [column.value(row) for column in columns]
