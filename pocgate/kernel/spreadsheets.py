"""Tables as CSV and XLSX that no spreadsheet takes for formulas, written row by row in constant memory."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

# What a spreadsheet program may read as the beginning of a formula or a command.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
LONGEST_CELL = 32_767
ROWS_PER_CHUNK = 500

Row = Sequence[Any]


class _Line:
    """What the csv module writes to: keeps the last line."""

    text = ""

    def write(self, text: str) -> int:
        self.text = text
        return len(text)


def plain(value: object) -> str | int | float | bool | None:
    """A cell's value: numbers stay numbers, times are ISO 8601, lists are joined, all else is text."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime | date):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, list | tuple):
        return ", ".join(str(plain(part)) for part in value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)


def safe_text(value: object) -> str:
    """A CSV cell; text that could start a formula is led by an apostrophe, as spreadsheets themselves write it."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return str(value)
    cell = plain(value)
    text = str(cell).lower() if isinstance(cell, bool) else str(cell)
    return f"'{text}" if isinstance(cell, str) and text.startswith(FORMULA_STARTS) else text


def csv_chunks(header: Sequence[str], rows: Iterable[Row]) -> Iterator[str]:
    """CSV as RFC 4180 has it, some hundred rows at a time."""
    line = _Line()
    writer = csv.writer(line)
    writer.writerow(header)
    chunk = [line.text]
    for row in rows:
        writer.writerow([safe_text(value) for value in row])
        chunk.append(line.text)
        if len(chunk) >= ROWS_PER_CHUNK:
            yield "".join(chunk)
            chunk = []
    yield "".join(chunk)


def write_xlsx(path: Path, title: str, header: Sequence[str], rows: Iterable[Row]) -> int:
    """One sheet with a bold, frozen header; text is written as text, never as a formula or a link. Rows written."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    count = 0
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet(title)
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, header, book.add_format({"bold": True}))
        for count, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                _write_cell(sheet, count, column, plain(value))
    return count


def _write_cell(sheet: Any, row: int, column: int, cell: str | int | float | bool | None) -> None:
    if cell is None:
        return
    if isinstance(cell, bool):
        sheet.write_boolean(row, column, cell)
    elif isinstance(cell, str):
        sheet.write_string(row, column, cell[:LONGEST_CELL])
    else:
        sheet.write_number(row, column, cell)
