"""A checklist as CSV or XLSX that no spreadsheet takes for formulas and that reads back the same."""

from __future__ import annotations

import csv
import io

import xlsxwriter

from gates.checklist_files.reading import ESCAPED
from gates.rules.checklists import SheetTable
from pocgate.kernel.spreadsheets import FORMULA_STARTS

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WIDE, NARROW = 60, 18


def csv_of(table: SheetTable) -> bytes:
    """UTF-8 with a mark, by which spreadsheets know it. Text that could start a formula is led by an apostrophe."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([_safe(cell) for cell in table.columns])
    writer.writerows([_safe(cell) for cell in row] for row in table.rows)
    return text.getvalue().encode("utf-8-sig")


def xlsx_of(table: SheetTable) -> bytes:
    """One sheet with a bold, frozen header; every cell is text, so that zeros and formulas stay what they were."""
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet("checklist")
        sheet.freeze_panes(1, 0)
        bold, text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
        for place, name in enumerate(table.columns):
            longest = max((len(row[place]) for row in table.rows), default=0)
            sheet.set_column(place, place, WIDE if longest > NARROW else NARROW, text)
            sheet.write_string(0, place, name, bold)
        for number, row in enumerate(table.rows, start=1):
            for place, cell in enumerate(row):
                if cell:
                    sheet.write_string(number, place, cell, text)
    return file.getvalue()


def _safe(cell: str) -> str:
    """What is led by apostrophes already gets one more, so that taking one away gives it back."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) or ESCAPED.match(cell) else cell
