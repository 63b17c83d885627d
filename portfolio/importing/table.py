"""What was understood of a file: sheets, columns and a way to walk its rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from .text import clean_cell, squeeze

type_row = tuple[int, tuple[str, ...]]


@dataclass(frozen=True)
class Column:
    """One column. ``position`` counts from 1; ``repeated`` when another column has the same header.

    ``wording`` keeps the line ends of the header's cell: they often part two languages.
    """

    position: int
    header: str
    repeated: bool = False
    wording: str = field(default="", compare=False)

    @property
    def key(self) -> str:
        """The name under which its raw cell is kept: unique, with the position where the header is not."""
        if not self.header:
            return f"[{self.position}]"
        return f"{self.header} [{self.position}]" if self.repeated else self.header


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook, or a list of records inside JSON."""

    name: str
    rows: int
    columns: int
    hidden: bool = False

    @property
    def empty(self) -> bool:
        return self.rows == 0 or self.columns == 0


@dataclass(frozen=True)
class Notice:
    """Something a person should know about how the file was read. ``code`` is stable."""

    code: str
    message: str


@dataclass(frozen=True)
class Table:
    """A table ready to be walked any number of times.

    ``header_row`` and the numbers from ``rows`` are 1-based as a spreadsheet shows them (for JSON: the record).
    ``encoding_confidence`` is 0–1; ``alternatives`` are other encodings that also decode the file.
    """

    file: str
    format: str
    columns: tuple[Column, ...]
    header_row: int
    row_count: int
    walk: Callable[[], Iterator[type_row]] = field(repr=False, compare=False)
    encoding: str | None = None
    encoding_confidence: float = 1.0
    alternatives: tuple[str, ...] = ()
    delimiter: str | None = None
    sheet: str | None = None
    sheets: tuple[Sheet, ...] = ()
    notices: tuple[Notice, ...] = ()

    def rows(self) -> Iterator[type_row]:
        """Data rows with any content: row number and cells, padded to the width of the header."""
        return self.walk()

    def sample(self, count: int = 5) -> list[type_row]:
        """The first rows, cleaned for showing and keeping."""
        return [(number, tuple(clean_cell(cell) for cell in cells)) for number, cells in islice(self.rows(), count)]

    def column(self, position: int) -> Column:
        """The column at a 1-based position; IndexError beyond the width."""
        return self.columns[position - 1]


def named_columns(headers: Sequence[str]) -> tuple[Column, ...]:
    """Columns from a header row; equal headers are marked as repeated."""
    names = [squeeze(header) for header in headers]
    counts = Counter(name for name in names if name)
    return tuple(
        Column(i, name, counts[name] > 1, clean_cell(header).strip())
        for i, (name, header) in enumerate(zip(names, headers, strict=True), start=1)
    )
