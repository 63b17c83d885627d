"""The table as a file: exactly the rows and columns shown, in constant memory, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile

import xlsxwriter

from pocgate.web.columns import Column, Value
from portfolio.models import UseCaseQuerySet
from portfolio.queries.rows import CaseRow
from portfolio.queries.table import table_page

BATCH = 1000
# A spreadsheet runs a cell that begins so as a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
BYTE_ORDER_MARK = "\ufeff"


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def safe_cell(value: Value) -> Value:
    """Texts that a spreadsheet would run get an apostrophe in front; numbers and dates stay as they are."""
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value


def rows_in_order(cases: UseCaseQuerySet, *, ordering: str, now: datetime) -> Iterator[CaseRow]:
    """Every row in the table's order, read page after page by keyset."""
    cursor = ""
    while True:
        page = table_page(cases, ordering=ordering, cursor=cursor, limit=BATCH, now=now, counted=False)
        yield from page.rows
        cursor = page.next_cursor
        if not cursor:
            return


def csv_lines(columns: Sequence[Column], rows: Iterable[CaseRow]) -> Iterator[str]:
    """UTF-8 with a mark, so that spreadsheets read accents, line by line."""
    writer = csv.writer(_Echo())
    yield BYTE_ORDER_MARK + writer.writerow([str(column.label) for column in columns])
    for row in rows:
        yield writer.writerow([_plain(safe_cell(column.value(row))) for column in columns])


def xlsx_file(columns: Sequence[Column], rows: Iterable[CaseRow]) -> Path:
    """A workbook in a temporary file, which the caller removes."""
    with NamedTemporaryFile(suffix=".xlsx", delete=False) as handle:
        path = Path(handle.name)
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(path, options) as workbook:
        sheet = workbook.add_worksheet("Portfolio")
        bold, day = workbook.add_format({"bold": True}), workbook.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, [str(column.label) for column in columns], bold)
        sheet.freeze_panes(1, 0)
        for number, row in enumerate(rows, start=1):
            for position, column in enumerate(columns):
                value = safe_cell(column.value(row))
                if isinstance(value, str):
                    sheet.write_string(number, position, value)
                elif isinstance(value, (int, float)):
                    sheet.write_number(number, position, value)
                elif value is not None:
                    sheet.write_datetime(number, position, value, day)
    return path


def _plain(value: Value) -> str:
    return "" if value is None else str(value)
