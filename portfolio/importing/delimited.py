"""CSV and its relatives: which character parts the columns, and records with their numbers."""

from __future__ import annotations

import csv
import io
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .refusal import Refused

MAX_CELL = 1024 * 1024
MAX_COLUMNS = 2000
DELIMITERS = (",", ";", "\t", "|")
_SEP_HINT = re.compile(r"^\ufeff?\"?sep=(.)\"?\s*$", re.IGNORECASE)
_SAMPLE_RECORDS = 300

type_open = Callable[[], io.TextIOBase]


@dataclass(frozen=True)
class Shape:
    """What one pass over all records showed. ``records`` counts blank ones; ``width`` is the widest."""

    records: int
    width: int


def propose_delimiter(text: str) -> str:
    """The likeliest delimiter of a sample of text: many columns, the same number in most records."""
    hint = _SEP_HINT.match(text.split("\n", 1)[0])
    if hint:
        return hint.group(1)
    return max(DELIMITERS, key=lambda mark: (_consistency(text, mark), -DELIMITERS.index(mark)))


def _consistency(text: str, delimiter: str) -> float:
    csv.field_size_limit(MAX_CELL)
    widths: Counter[int] = Counter()
    try:
        for record in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if any(cell.strip() for cell in record):
                widths[len(record)] += 1
            if widths.total() >= _SAMPLE_RECORDS:
                break
    except csv.Error:
        return 0.0
    if widths.total() > 3 and max(widths) > 1:
        # The last record of a sample is usually cut; a banner row is one cell. Neither should weigh much.
        widths[1] = max(0, widths[1] - 2)
    width, count = max(widths.items(), key=lambda item: (item[1] * math.log2(item[0] + 1), item[0]), default=(1, 0))
    return 0.0 if width < 2 else (count / widths.total()) * math.log2(width + 1)


def check_delimiter(delimiter: str) -> str:
    """A delimiter a person chose; the word 'tab' is understood. Refused for anything unusable."""
    mark = "\t" if delimiter.lower() in ("tab", "\\t") else delimiter
    if len(mark) != 1 or mark in '"\r\n' or mark.isalnum():
        raise Refused("bad_delimiter", {"delimiter": repr(delimiter)})
    return mark


class _Lines:
    """Physical lines, remembering those of the record being read, so that a cut end can be told."""

    def __init__(self, stream: io.TextIOBase) -> None:
        self._stream = stream
        self.number = 0
        self.start = 1
        self.record: list[str] = []
        self.size = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._stream.readline()
        if not line:
            raise StopIteration
        self.number += 1
        self.record.append(line)
        self.size += len(line)
        if self.size > MAX_CELL + MAX_COLUMNS * 4096:
            raise csv.Error("field larger than field limit")
        return line

    def next_record(self) -> None:
        self.record.clear()
        self.size = 0
        self.start = self.number + 1


def records(open_text: type_open, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Every record with its 1-based number; blank lines count, as a spreadsheet counts them.

    Refused: a cell over MAX_CELL characters, too many columns, a quoted cell that never ends.
    """
    csv.field_size_limit(MAX_CELL)
    with open_text() as stream:
        lines = _Lines(stream)
        reader = csv.reader(lines, delimiter=delimiter)
        last: list[str] = []
        number = 0
        while True:
            try:
                record = next(reader)
            except StopIteration:
                break
            except csv.Error as error:
                raise _unreadable(error, lines.start) from error
            number += 1
            if len(record) > MAX_COLUMNS:
                raise Refused("too_many_columns", {"columns": len(record), "limit": MAX_COLUMNS}, f"line {lines.start}")
            last = list(lines.record)
            start = lines.start
            lines.next_record()
            yield number, record
    if last:
        _refuse_open_quote("".join(last), delimiter, start)


def _unreadable(error: csv.Error, line: int) -> Refused:
    if "larger than field limit" in str(error):
        return Refused("cell_too_long", {"line": line, "limit": MAX_CELL}, f"line {line}")
    if "NUL" in str(error):
        return Refused("nul_bytes", {"offset": "?", "line": line}, f"line {line}")
    return Refused("bad_table", {"line": line, "detail": str(error)}, f"line {line}")


def _refuse_open_quote(record: str, delimiter: str, line: int) -> None:
    try:
        for _ in csv.reader(io.StringIO(record, newline=""), delimiter=delimiter, strict=True):
            pass
    except csv.Error as error:
        # Strict mode also dislikes text behind a closing quote; only the missing quote means a cut file.
        if "unexpected end" in str(error):
            raise Refused("truncated", {"what": f"the record that begins on line {line}"}, f"line {line}") from error


def measure(open_text: type_open, delimiter: str) -> Shape:
    """One pass over the file in constant memory. Refused as ``records``, and for a last record cut short."""
    number = width = 0
    widths: Counter[int] = Counter()
    before: dict[int, int] = {}
    last = 0
    for position, record in records(open_text, delimiter):
        number = position
        width = max(width, len(record))
        if record:
            last = len(record)
            before.setdefault(last, widths.total())
            widths[last] += 1
    usual, often = widths.most_common(1)[0] if widths else (0, 0)
    # Below the banner every other record complete and the last one short, without an end of line: a cut download.
    if often > 2 and often == widths.total() - before[usual] - 1 and last < usual and not _ends_line(open_text):
        raise Refused("truncated", {"what": f"record {number}, after {last} of {usual} columns"}, f"row {number}")
    return Shape(number, width)


def _ends_line(open_text: type_open) -> bool:
    tail = ""
    with open_text() as stream:
        while chunk := stream.read(1 << 20):
            tail = chunk[-1:]
    return tail in ("\n", "\r")
