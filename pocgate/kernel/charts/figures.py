"""The table beside a chart: the same figures for whoever can not see it, and as CSV."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.template.defaultfilters import floatformat
from django.utils import formats, timezone


class Kind(StrEnum):
    """What stands in a column; decides how it is written and which side it keeps to."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    MOMENT = "moment"


@dataclass(frozen=True)
class Column:
    """A column of figures; `places`: decimals of a number, None for as many as it has. A unit belongs in the title."""

    title: str
    kind: Kind = Kind.TEXT
    places: int | None = None

    @property
    def is_number(self) -> bool:
        """Kept to the right, digits under digits."""
        return self.kind == Kind.NUMBER


@dataclass(frozen=True)
class Cell:
    """A figure as shown, and `raw` as programs read it: no separators, ISO dates."""

    shown: str
    raw: str
    is_number: bool


@dataclass(frozen=True)
class Figures:
    """Columns and rows of cells."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


def figures(columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> Figures:
    """The table of `rows`, each with one value per column; None is shown as a dash."""
    return Figures(
        tuple(columns),
        tuple(tuple(_cell(column, value) for column, value in zip(columns, row, strict=True)) for row in rows),
    )


def _cell(column: Column, value: Any) -> Cell:
    if value is None:
        return Cell("–", "", column.is_number)
    if isinstance(value, datetime):
        local = timezone.localtime(value)
        style = "j M Y" if column.kind == Kind.DATE else "j M Y, H:i"
        return Cell(formats.date_format(local, style), local.isoformat(timespec="seconds"), is_number=False)
    if isinstance(value, date):
        return Cell(formats.date_format(value, "j M Y"), value.isoformat(), is_number=False)
    if column.is_number:
        return _number(value, column.places)
    return Cell(str(value), str(value), is_number=False)


def _number(value: Decimal | float, places: int | None) -> Cell:
    exact = Decimal(str(value)).normalize()
    exponent = exact.as_tuple().exponent
    own = max(0, -exponent) if isinstance(exponent, int) else 0
    # floatformat rounds half up where number_format cuts off.
    shown = floatformat(exact, f"{own if places is None else places}g")
    return Cell(shown, f"{exact:f}", is_number=True)
