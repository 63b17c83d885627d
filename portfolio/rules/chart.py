"""Where the points, lines and ticks of a KPI chart lie, in the units of its drawing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

WIDTH, HEIGHT = 720, 240
LEFT, RIGHT, TOP, BOTTOM = 64, 96, 16, 32
TICKS, DATES, LABEL_GAP = 4, 5, 14

Point = tuple[datetime, Decimal, Decimal | None]


@dataclass(frozen=True)
class Mark:
    """A reading: its place, and the ends of its error bar (standard error) where one is known."""

    x: float
    y: float
    value: Decimal
    at: datetime
    error_top: float | None = None
    error_bottom: float | None = None


@dataclass(frozen=True)
class Line:
    """A value drawn across: `baseline`, `target` or `gate1` to `gate3`. `label_y` keeps labels apart."""

    key: str
    y: float
    label_y: float
    value: Decimal


@dataclass(frozen=True)
class Tick:
    """A place on an axis and what stands there."""

    place: float
    value: Decimal | datetime


@dataclass(frozen=True)
class Chart:
    """A drawing of `width` × `height` units."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    marks: tuple[Mark, ...]
    path: str
    lines: tuple[Line, ...]
    values: tuple[Tick, ...]
    dates: tuple[Tick, ...]


def chart_of(points: Sequence[Point], lines: Mapping[str, Decimal | None]) -> Chart | None:
    """The chart of readings, oldest first; None while nothing was measured."""
    if not points:
        return None
    known = {key: value for key, value in lines.items() if value is not None}
    ends = [value + (sign * (error or 0)) for _at, value, error in points for sign in (-1, 1)]
    ticks = _round_values(min([*ends, *known.values()]), max([*ends, *known.values()]))
    low, high = ticks[0], ticks[-1]
    first, last = points[0][0], points[-1][0]

    def y(value: Decimal) -> float:
        return round(HEIGHT - BOTTOM - float((value - low) / (high - low)) * (HEIGHT - TOP - BOTTOM), 1)

    def x(at: datetime) -> float:
        span = (last - first).total_seconds()
        share = (at - first).total_seconds() / span if span else 0.5
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    marks = tuple(
        Mark(x(at), y(value), value, at, y(value + error) if error else None, y(value - error) if error else None)
        for at, value, error in points
    )
    dates = [first + (last - first) * step / (DATES - 1) for step in range(DATES)] if last > first else [first]
    return Chart(
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        right=WIDTH - RIGHT,
        top=TOP,
        bottom=HEIGHT - BOTTOM,
        marks=marks,
        path=" ".join(f"{'L' if index else 'M'}{mark.x} {mark.y}" for index, mark in enumerate(marks)),
        lines=_spread([Line(key, y(value), y(value), value) for key, value in known.items()]),
        values=tuple(Tick(y(value), value) for value in ticks),
        dates=tuple(Tick(x(at), at) for at in dates),
    )


def _round_values(low: Decimal, high: Decimal) -> list[Decimal]:
    """Round values from under the lowest to above the highest, in steps of 1, 2 or 5 times a power of ten."""
    if high == low:
        low, high = low - 1, high + 1
    rough = (high - low) / TICKS
    power = Decimal(10) ** rough.adjusted()
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    first = (low / step).to_integral_value(ROUND_FLOOR)
    last = (high / step).to_integral_value(ROUND_CEILING)
    return [step * (first + index) for index in range(int(last - first) + 1)]


def _spread(lines: list[Line]) -> tuple[Line, ...]:
    """Labels pushed down until none covers the one above."""
    spread: list[Line] = []
    for line in sorted(lines, key=lambda each: (each.y, each.key)):
        lowest = spread[-1].label_y + LABEL_GAP if spread else line.y
        spread.append(Line(line.key, line.y, max(line.y, lowest), line.value))
    return tuple(spread)
