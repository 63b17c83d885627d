"""From bytes to a table of which nothing is lost: every cell, their order, empty ones, line ends, leading zeros."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from gates.rules.checklists import SheetTable, recognised
from pocgate.kernel.spreadsheets import FORMULA_STARTS, LONGEST_CELL
from portfolio.importing.delimited import DELIMITERS, records
from portfolio.importing.encoding import detect_encoding
from portfolio.importing.kinds import file_kind
from portfolio.importing.refusal import Refused
from portfolio.importing.workbook import open_workbook

MOST_BYTES = 8 * 1024 * 1024
# Apostrophes before what could start a formula: one of them was put there by whoever wrote the file.
ESCAPED = re.compile("'+[" + re.escape("".join(FORMULA_STARTS)) + "]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

Numbered = tuple[int, Sequence[str]]


def read_table(data: bytes) -> SheetTable:
    """The table of a CSV, XLSX or JSON file; the kind is told by the content.

    Raises `Refused` with what, where and how to mend it.
    """
    if len(data) > MOST_BYTES:
        raise Refused("too_large", {"size": len(data) >> 20, "limit": MOST_BYTES >> 20})
    if not data.strip():
        raise Refused("empty_file")
    kind = file_kind(data[:4096])
    if kind == "workbook":
        sheet, rows = _workbook_rows(data)
        return _table(rows, sheet)
    encoding = detect_encoding(data)
    text = data.decode(encoding.codec, encoding.errors)
    return _table(_json_rows(text) if kind == "json" else _text_rows(text))


def _table(rows: Iterable[Numbered], sheet: str = "") -> SheetTable:
    filled = [(number, cells) for number, cells in rows if any(cell.strip() for cell in cells)]
    if not filled:
        raise Refused("no_header")
    columns = _trimmed(filled[0][1])
    lead = f"sheet “{sheet}”, " if sheet else ""
    body = [(number, _fitted(number, cells, len(columns), lead)) for number, cells in filled[1:]]
    for number, cells in ((filled[0][0], columns), *body):
        _check(number, cells, lead)
    return SheetTable(columns, tuple(cells for _number, cells in body), tuple(number for number, _cells in body), sheet)


def _trimmed(cells: Sequence[str]) -> tuple[str, ...]:
    """Without the empty columns that spreadsheets leave at the right."""
    end = len(cells)
    while end and not cells[end - 1].strip():
        end -= 1
    return tuple(cells[:end])


def _fitted(number: int, cells: Sequence[str], width: int, lead: str) -> tuple[str, ...]:
    if any(cell.strip() for cell in cells[width:]):
        detail = f"it has {len(_trimmed(cells))} cells, the column names are {width}"
        raise Refused("bad_table", {"line": number, "detail": detail}, f"{lead}row {number}")
    return (*cells[:width], *[""] * (width - len(cells)))


def _check(number: int, cells: Sequence[str], lead: str) -> None:
    for place, cell in enumerate(cells, start=1):
        where = f"{lead}row {number}, column {place}"
        if len(cell) > LONGEST_CELL:
            raise Refused("cell_too_long", {"line": number, "limit": LONGEST_CELL}, where)
        found = _CONTROL.search(cell)
        if found:
            detail = f"cell {place} holds the control character U+{ord(found.group()):04X}; delete it"
            raise Refused("bad_table", {"line": number, "detail": detail}, where)


def _text_rows(text: str) -> list[Numbered]:
    """With the delimiter under which the column names make most sense."""
    found = max((_parted(text, mark) for mark in DELIMITERS), key=lambda tried: tried[0])
    return [(number, [_plain(cell) for cell in cells]) for number, cells in found[1]]


def _parted(text: str, mark: str) -> tuple[tuple[int, int, int], list[Numbered]]:
    def stream() -> io.TextIOBase:
        return io.StringIO(text.removeprefix("\ufeff"), newline="")

    rank = -DELIMITERS.index(mark)
    try:
        rows = list(records(stream, mark))
    except Refused:
        # Only the likeliest one may refuse the file.
        if mark == DELIMITERS[0]:
            raise
        return (-1, 0, rank), []
    header = next((cells for _number, cells in rows if any(cell.strip() for cell in cells)), [])
    fields = recognised([_plain(cell) for cell in header])
    return (int("title" in fields), len(fields), rank), [(number, cells) for number, cells in rows]


def _plain(cell: str) -> str:
    return cell[1:] if ESCAPED.match(cell) else cell


def _workbook_rows(data: bytes) -> tuple[str, list[Numbered]]:
    """The first sheet that is filled and not hidden: its name and rows."""
    book = open_workbook(data)
    sheets = [sheet for sheet in book.sheets if not sheet.empty]
    if not sheets:
        raise Refused("no_sheet")
    shown = next((sheet for sheet in sheets if not sheet.hidden), sheets[0])
    return shown.name, [(number, cells) for number, cells in book.rows(shown.name)]


def _json_rows(text: str) -> list[Numbered]:
    try:
        found = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        line, column = getattr(error, "lineno", "?"), getattr(error, "colno", "?")
        detail = str(getattr(error, "msg", type(error).__name__))
        raise Refused("bad_json", {"detail": detail, "line": line, "column": column}) from error
    entries = _list_in(found)
    columns = list(dict.fromkeys(name for entry in entries for name in entry))
    rows = [[_text_of(entry.get(name)) for name in columns] for entry in entries]
    return [(1, columns), *enumerate(rows, start=2)]


def _list_in(found: Any) -> list[dict[str, Any]]:
    lists = [found] if isinstance(found, list) else list(found.values()) if isinstance(found, dict) else []
    for entries in lists:
        if isinstance(entries, list) and entries and all(isinstance(entry, dict) for entry in entries):
            return entries
    raise Refused("no_records")


def _text_of(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return "\n".join(value)
    return json.dumps(value, ensure_ascii=False)
