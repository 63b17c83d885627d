"""From bytes to a Table: kind, encoding, delimiter, sheet, header row, each detected or chosen."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from .delimited import check_delimiter, measure, propose_delimiter, records
from .encoding import Encoding, chosen_encoding, detect_encoding
from .headers import SEARCHED_ROWS, explains_header, find_header, header_likeness
from .kinds import check_size, file_kind
from .records import Records, read_records
from .refusal import Refused
from .table import Column, Notice, Sheet, Table, named_columns, type_row
from .workbook import Workbook, open_workbook

_SAMPLE_CHARS = 512 * 1024

type_raw = Callable[[], Iterator[tuple[int, Sequence[str]]]]


@dataclass(frozen=True)
class Choices:
    """What a person or a mapping decided; None is detected."""

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header_row: int | None = None


def read_file(source: Path | bytes, name: str = "", choices: Choices = Choices()) -> Table:
    """Read an inventory from a path or bytes. ``name`` is shown only; the kind is told by the content.

    Refused for everything that cannot be taken; the size is checked before a byte is read.
    """
    size = source.stat().st_size if isinstance(source, Path) else len(source)
    check_size(size)
    data = source.read_bytes() if isinstance(source, Path) else source
    name = name or (source.name if isinstance(source, Path) else "upload")
    kind = file_kind(data[:4096])
    if kind == "workbook":
        return _from_workbook(data, name, choices)
    encoding = chosen_encoding(data, choices.encoding) if choices.encoding else detect_encoding(data)
    if not data.decode(encoding.codec, encoding.errors).strip():
        raise Refused("empty_file")
    if kind == "json":
        return _from_json(data.decode(encoding.codec, encoding.errors), name, encoding, choices)
    return _from_text(source if isinstance(source, Path) else data, data, name, encoding, choices)


def _from_text(source: Path | bytes, data: bytes, name: str, encoding: Encoding, choices: Choices) -> Table:
    def open_text() -> io.TextIOBase:
        raw = source.open("rb") if isinstance(source, Path) else io.BytesIO(source)
        return io.TextIOWrapper(raw, encoding=encoding.codec, errors=encoding.errors, newline="")

    with open_text() as stream:
        sample = stream.read(_SAMPLE_CHARS)
    delimiter = check_delimiter(choices.delimiter) if choices.delimiter else propose_delimiter(sample)
    shape = measure(open_text, delimiter)
    del data

    def raw() -> Iterator[tuple[int, Sequence[str]]]:
        return records(open_text, delimiter)

    sheet = Sheet("", shape.records, shape.width)
    table = _table(name, "csv", raw, sheet, choices, skip=1 if sample.lower().startswith("sep=") else 0)
    return replace(
        table,
        encoding=encoding.name,
        encoding_confidence=encoding.confidence,
        alternatives=encoding.alternatives,
        delimiter=delimiter,
        notices=(*table.notices, *_encoding_notices(encoding, choices)),
    )


def _encoding_notices(encoding: Encoding, choices: Choices) -> Iterator[Notice]:
    if encoding.damage:
        yield Notice("wrong_bytes", f"Read as UTF-8, but {encoding.damage}; they were replaced.")
    elif encoding.confidence < 1 and not choices.encoding:
        others = ", ".join(encoding.alternatives) or "none"
        yield Notice("encoding_proposed", f"Read as {encoding.name}, which is a proposal; also possible: {others}.")


def _from_json(text: str, name: str, encoding: Encoding, choices: Choices) -> Table:
    found = read_records(text.lstrip("\ufeff"))
    by_path = {records_.path: records_ for records_ in found}
    sheets = tuple(records_.sheet for records_ in found)
    if choices.sheet is not None and choices.sheet not in by_path:
        raise Refused("unknown_sheet", {"sheet": choices.sheet, "choices": ", ".join(by_path)})
    chosen = by_path[choices.sheet] if choices.sheet else max(found, key=_records_likeness)
    columns = named_columns(chosen.headers)
    if not chosen.rows:
        raise Refused("no_rows", {"row": 0})

    def walk() -> Iterator[type_row]:
        return (row for row in chosen.rows if any(cell.strip() for cell in row[1]))

    count = sum(1 for _ in walk())
    if not count:
        raise Refused("no_rows", {"row": 0})
    return Table(
        name,
        "json",
        columns,
        0,
        count,
        walk,
        encoding=encoding.name,
        encoding_confidence=encoding.confidence,
        alternatives=encoding.alternatives,
        sheet=chosen.path,
        sheets=sheets,
        notices=tuple(_encoding_notices(encoding, choices)),
    )


def _records_likeness(records_: Records) -> float:
    return (
        header_likeness(records_.headers, [cells for _, cells in records_.rows[:5]]) + min(len(records_.rows), 20) / 100
    )


def _from_workbook(data: bytes, name: str, choices: Choices) -> Table:
    book = open_workbook(data)
    filled = [sheet for sheet in book.sheets if not sheet.empty]
    if not filled:
        raise Refused("no_sheet")
    sheet = _chosen_sheet(book, filled, choices)
    rows = list(book.rows(sheet.name))
    table = _table(name, "xlsx", lambda: iter(rows), sheet, choices)
    others = [s.name for s in filled if s.name != sheet.name and not s.hidden]
    notices = list(table.notices)
    if others and not choices.sheet:
        notices.append(Notice("other_sheets", f"Read sheet {sheet.name}; not read: {', '.join(others)}."))
    return replace(table, sheet=sheet.name, sheets=book.sheets, notices=tuple(notices))


def _chosen_sheet(book: Workbook, filled: Sequence[Sheet], choices: Choices) -> Sheet:
    if choices.sheet is not None:
        wanted = choices.sheet.strip().casefold()
        for sheet in book.sheets:
            if sheet.name.strip().casefold() == wanted:
                if sheet.empty:
                    raise Refused("no_rows", {"row": 0}, f"sheet {sheet.name}")
                return sheet
        names = ", ".join(sheet.name for sheet in book.sheets)
        raise Refused("unknown_sheet", {"sheet": choices.sheet, "choices": names})
    shown = [sheet for sheet in filled if not sheet.hidden] or list(filled)
    # max keeps the first of equals: the order of the workbook decides.
    return max(shown, key=lambda sheet: _sheet_likeness(book, sheet)) if len(shown) > 1 else shown[0]


def _sheet_likeness(book: Workbook, sheet: Sheet) -> float:
    head = book.head(sheet.name, SEARCHED_ROWS)
    number = find_header(head)
    if number is None:
        return 0.0
    place = next(i for i, (row, _) in enumerate(head) if row == number)
    data = sum(1 for _, cells in head[place + 1 :] if any(cell.strip() for cell in cells))
    return header_likeness(head[place][1], [cells for _, cells in head[place + 1 : place + 6]]) if data else 0.0


def _table(name: str, kind: str, raw: type_raw, sheet: Sheet, choices: Choices, *, skip: int = 0) -> Table:
    where = f"sheet {sheet.name}" if sheet.name else ""
    head = [row for row in islice(raw(), SEARCHED_ROWS + skip) if row[0] > skip]
    number = choices.header_row or find_header(head)
    if number is None:
        raise Refused("no_header", {}, where)
    names = _header_cells(raw, number)
    if not any(cell.strip() for cell in names):
        raise Refused("bad_header_row", {"row": number, "detail": "it is empty or beyond the end"}, f"row {number}")
    columns = named_columns(_trimmed(names))
    below = next(data_rows(raw, number, columns), None)
    last = below[0] if below and explains_header(below[1]) else number
    count = sum(1 for _ in data_rows(raw, last, columns))
    if not count:
        raise Refused("no_rows", {"row": last}, where)
    notices = []
    if number > 1 and not choices.header_row:
        notices.append(
            Notice("header_row", f"The column names stand in row {number}; the rows above were passed over.")
        )
    if last > number:
        notices.append(Notice("header_explained", f"Row {last} explains the column names and was passed over."))
    return Table(name, kind, columns, number, count, lambda: data_rows(raw, last, columns), notices=tuple(notices))


def data_rows(raw: type_raw, header_row: int, columns: Sequence[Column]) -> Iterator[type_row]:
    """Rows below the header with any content, padded to its width; a repeated header row is passed over."""
    width = len(columns)
    names = [column.header for column in columns]
    for number, cells in raw():
        if number <= header_row or not any(cell and not cell.isspace() for cell in cells):
            continue
        if _is_rule(cells):
            continue
        row = tuple(cells) + ("",) * (width - len(cells))
        if row[0].strip() == names[0] and [" ".join(cell.split()) for cell in row[:width]] == names:
            continue
        yield number, row


def _is_rule(cells: Sequence[str]) -> bool:
    """A row of dashes, as text tables draw it below their header."""
    first = next(cell.strip() for cell in cells if cell.strip())
    return first[0] in "-=:" and not "".join(cells).strip("-=: ")


def _header_cells(raw: type_raw, number: int) -> Sequence[str]:
    for row, cells in raw():
        if row == number:
            return cells
    return ()


def _trimmed(names: Sequence[str]) -> Sequence[str]:
    """Without the empty columns that spreadsheets leave at the right; columns with data but no name are kept."""
    end = len(names)
    while end and not names[end - 1].strip():
        end -= 1
    return names[:end]
