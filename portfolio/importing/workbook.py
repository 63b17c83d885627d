"""Workbooks (XLSX, and old XLS where it can be read), guarded against bombs before they are opened."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from .refusal import Refused
from .table import Sheet

type_value = int | float | str | bool | time | date | datetime | timedelta

MAX_UNPACKED = 512 * 1024 * 1024
MAX_RATIO = 400
# The reader lays a sheet out as a full rectangle: one stray cell in the last corner would take 400 GB.
MAX_RECTANGLE = 25_000_000
_CELL = re.compile(rb'<(?:\w+:)?c [^>]{0,200}?\br="([A-Z]{1,3})(\d{1,7})"')


@dataclass(frozen=True)
class Workbook:
    """An opened workbook and the sheets it lists, hidden and empty ones included."""

    book: CalamineWorkbook
    sheets: tuple[Sheet, ...]

    def rows(self, name: str) -> Iterator[tuple[int, list[str]]]:
        """All rows of a sheet as text with their 1-based numbers, as the spreadsheet shows them."""
        sheet = self.book.get_sheet_by_name(name)
        for number, row in enumerate(_raw_rows(sheet), start=1):
            yield number, [as_text(value) for value in row]

    def head(self, name: str, count: int) -> list[tuple[int, list[str]]]:
        """The first rows of a sheet."""
        return list(islice(self.rows(name), count))


def open_workbook(data: bytes) -> Workbook:
    """Open a workbook from its bytes. Refused: not a workbook, damaged, protected, a bomb."""
    if data.startswith(b"PK"):
        _check_archive(data)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = tuple(_listed(book))
    except (CalamineError, OSError, ValueError, EOFError) as error:
        code = "damaged_workbook" if data.startswith(b"PK") else "old_workbook"
        raise Refused(code, {"detail": str(error) or type(error).__name__}) from error
    # The reader is native code; a panic in it arrives as a BaseException of its own kind.
    except BaseException as error:
        if isinstance(error, (KeyboardInterrupt, SystemExit, MemoryError)):
            raise
        raise Refused("damaged_workbook", {"detail": type(error).__name__}) from error
    return Workbook(book, sheets)


def as_text(value: object) -> str:
    """A cell as text: dates in ISO form, whole numbers without a point."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, (date, time)):
        return value.isoformat()
    return "" if value is None else str(value)


def _listed(book: CalamineWorkbook) -> Iterator[Sheet]:
    for meta in book.sheets_metadata:
        if meta.typ != SheetTypeEnum.WorkSheet:
            continue
        sheet = book.get_sheet_by_name(meta.name)
        end = sheet.end
        rows, columns = (end[0] + 1, end[1] + 1) if end else (0, 0)
        yield Sheet(meta.name, rows, columns, meta.visible != SheetVisibleEnum.Visible)


def _raw_rows(sheet: CalamineSheet) -> list[list[type_value]]:
    # Leading empty rows and columns are kept, so that numbers are those of the spreadsheet.
    rows = sheet.to_python(skip_empty_area=False)
    for (top, column), (bottom, _last) in sheet.merged_cell_ranges or ():
        # A cell merged over rows stands for each of them; one merged over columns is a heading and stays alone.
        for row in rows[top + 1 : bottom + 1]:
            row[column] = rows[top][column]
    return rows


def _check_archive(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            names = {entry.filename for entry in entries}
            if not any(name.startswith("xl/") for name in names):
                raise Refused("not_text", {"kind": "a ZIP archive without a workbook"}, "byte 0")
            _check_unpacked(entries)
            for entry in entries:
                if entry.filename.startswith("xl/worksheets/") and entry.filename.endswith(".xml"):
                    _check_rectangle(archive, entry)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise Refused("damaged_workbook", {"detail": str(error) or "not a complete archive"}) from error
    except zlib.error as error:
        raise Refused("damaged_workbook", {"detail": str(error)}) from error


def _check_unpacked(entries: list[zipfile.ZipInfo]) -> None:
    total = sum(entry.file_size for entry in entries)
    steep = any(
        entry.file_size > 32 * 1024 * 1024 and entry.file_size > MAX_RATIO * max(entry.compress_size, 1)
        for entry in entries
    )
    if total > MAX_UNPACKED or steep:
        raise Refused("unpacks_too_large", {"size": total // (1024 * 1024), "limit": MAX_UNPACKED // (1024 * 1024)})


def _check_rectangle(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    rows, columns, rest, size = 0, 0, b"", 0
    with archive.open(entry) as stream:
        while chunk := stream.read(1 << 20):
            size += len(chunk)
            if size > MAX_UNPACKED:
                raise Refused("unpacks_too_large", {"size": size >> 20, "limit": MAX_UNPACKED >> 20})
            block = rest + chunk
            for letters, digits in _CELL.findall(block):
                rows = max(rows, int(digits))
                columns = max(columns, _column_number(letters))
            rest = block[-256:]
    if rows * columns > MAX_RECTANGLE:
        raise Refused("sheet_too_large", {"rows": rows, "columns": columns}, entry.filename)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
