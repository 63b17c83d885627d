"""Build a chart mark by mark: two axes, then lines, points, areas, bars and the values and days to compare with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from django.utils import timezone

from pocgate.kernel.charts.chart import Chart, Size, themed
from pocgate.kernel.charts.colours import ACCENT, FAINT, SURFACE
from pocgate.kernel.charts.figures import Figures
from pocgate.kernel.charts.locale import DATE, MOMENT, TICKS

Row = Mapping[str, Any]
WHOLE_NUMBER, MONEY = ",", "$,.0f"
TARGET = 24 * 24
DAY_IN_MILLISECONDS = 24 * 60 * 60 * 1000


@dataclass(frozen=True)
class Field:
    """A line of what is shown on pointing: a row's key, its name, and how it is written."""

    key: str
    title: str
    style: Literal["text", "number", "date", "moment", "money"] = "text"

    def encoded(self) -> dict[str, Any]:
        """The tooltip's channel."""
        kinds = {"number": ("quantitative", ",.4~f"), "money": ("quantitative", MONEY)}
        kinds |= {"date": ("temporal", DATE), "moment": ("temporal", MOMENT)}
        kind, written = kinds.get(self.style, ("nominal", ""))
        return {"field": self.key, "title": self.title, "type": kind} | ({"format": written} if written else {})


@dataclass(frozen=True)
class Axis:
    """What a direction measures; the same for every layer, because layers share their scales."""

    definition: Mapping[str, Any]

    def of(self, key: str) -> dict[str, Any]:
        """The channel that reads a row's `key`."""
        return {**self.definition, "field": key}


def time_axis(title: str = "") -> Axis:
    """Days, never finer than one a tick; rows hold what `moment` gives."""
    return Axis(
        {"type": "temporal", "title": title or None, "axis": {"format": TICKS, "tickMinStep": DAY_IN_MILLISECONDS}}
    )


def number_axis(
    title: str, *, low: float | None = None, high: float | None = None, written: str = WHOLE_NUMBER, zero: bool = True
) -> Axis:
    """A quantity with its unit in the title; `written` is a d3 format. Without limits it fits the data (and `zero`)."""
    limits = {name: value for name, value in (("domainMin", low), ("domainMax", high)) if value is not None}
    axis = {"format": written}
    return Axis({"type": "quantitative", "title": title, "scale": {"zero": zero, **limits}, "axis": axis})


def score_axis(title: str) -> Axis:
    """0–100."""
    values = [0, 25, 50, 75, 100]
    return Axis({"type": "quantitative", "title": title, "scale": {"domain": [0, 100]}, "axis": {"values": values}})


def money_axis(title: str) -> Axis:
    """Amounts in the plot's currency."""
    return number_axis(title, written=MONEY)


def category_axis(title: str = "", *, order: Sequence[str] | None = None) -> Axis:
    """Named things, in the order given or that of the rows."""
    sort = list(order) if order is not None else None
    return Axis({"type": "nominal", "title": title or None, "sort": sort, "axis": {"labelAngle": 0, "labelLimit": 220}})


@dataclass
class Plot:
    """Two axes and the layers drawn so far, the first at the bottom. `currency` (ISO 4217) is what money is in."""

    x: Axis
    y: Axis
    currency: str = ""
    layers: list[dict[str, Any]] = field(default_factory=list)

    def line(
        self,
        rows: Iterable[Row],
        x: str,
        y: str,
        *,
        colour: str = ACCENT,
        is_stepped: bool = False,
        is_dashed: bool = False,
        width: float = 2,
    ) -> None:
        """Values in the order of x; stepped when each holds until the next."""
        mark = {"type": "line", "color": colour, "strokeWidth": width, "strokeDash": [5, 4] if is_dashed else [1, 0]}
        self.add(
            rows, {**mark, "interpolate": "step-after" if is_stepped else "linear"}, x=self.x.of(x), y=self.y.of(y)
        )

    def points(
        self, rows: Iterable[Row], x: str, y: str, *, colour: str = ACCENT, shown: Sequence[Field] = (), size: int = 55
    ) -> None:
        """Dots, with `shown` on pointing at one or near it."""
        rows, channels = list(rows), {"x": self.x.of(x), "y": self.y.of(y)}
        mark = {"type": "point", "filled": True, "fill": colour, "stroke": SURFACE, "strokeWidth": 1.5, "size": size}
        self.add(rows, {**mark, "opacity": 1}, **channels)
        if shown:
            # A finger needs more than the dot.
            target = {"type": "point", "filled": True, "opacity": 0, "size": max(size, TARGET)}
            self.add(rows, target, **channels, **_tooltip(shown))

    def area(self, rows: Iterable[Row], x: str, low: str, high: str, *, colour: str = ACCENT) -> None:
        """The ground between two values, such as an interval."""
        mark = {"type": "area", "color": colour, "opacity": 0.18, "line": False}
        self.add(rows, mark, x=self.x.of(x), y=self.y.of(low), y2={"field": high})

    def whiskers(self, rows: Iterable[Row], x: str, low: str, high: str, *, colour: str = ACCENT) -> None:
        """An upright line per row from low to high, such as a confidence interval."""
        mark = {"type": "rule", "color": colour, "strokeWidth": 1.5, "opacity": 0.6}
        self.add(rows, mark, x=self.x.of(x), y=self.y.of(low), y2={"field": high})

    def bars(
        self, rows: Iterable[Row], x: str, y: str, *, colour: str = ACCENT, base: str = "", shown: Sequence[Field] = ()
    ) -> None:
        """Bars from zero, or from the row's `base`; a row's own colour name may stand in its key `colour`."""
        # A colour per row travels as a scale, where names are resolved; inside the data they would stay names.
        rows = [dict(row) for row in rows]
        own = list(dict.fromkeys(row["colour"] for row in rows if "colour" in row))
        mark = {"type": "bar", "color": colour, "cornerRadiusEnd": 2}
        channels: dict[str, Any] = {"x": self.x.of(x), "y": self.y.of(y)}
        if base:
            channels["y2"] = {"field": base}
        if own:
            names = [name.removeprefix("--") for name in own]
            rows = [{**row, "colour": row["colour"].removeprefix("--")} for row in rows]
            scale = {"domain": names, "range": own}
            channels["color"] = {"field": "colour", "type": "nominal", "scale": scale, "legend": None}
        self.add(rows, mark, **channels, **_tooltip(shown))

    def across(self, value: Decimal | float, label: str, *, colour: str = FAINT) -> None:
        """A level to compare with, dashed over the whole width, its name at the right end."""
        rows = [{"level": number(value), "label": label}]
        self.add(rows, {"type": "rule", "color": colour, "strokeDash": [5, 4]}, y=self.y.of("level"))
        place = {"type": "text", "align": "right", "baseline": "bottom", "dx": -4, "dy": -3}
        self.add(rows, place, x={"value": "width"}, y=self.y.of("level"), text={"field": "label"})

    def upright(self, at: datetime | date, label: str, *, colour: str = FAINT) -> None:
        """A day on which something happened or will, its name at the top."""
        rows = [{"day": moment(at), "label": label}]
        self.add(rows, {"type": "rule", "color": colour, "strokeDash": [2, 3]}, x=self.x.of("day"))
        place = {"type": "text", "align": "left", "baseline": "top", "dx": 4, "dy": 2}
        self.add(rows, place, x=self.x.of("day"), y={"value": 0}, text={"field": "label"})

    def add(self, rows: Iterable[Row], mark: Mapping[str, Any], **channels: Mapping[str, Any]) -> None:
        """Any other mark of Vega-Lite with its own rows; colours are names of the theme."""
        self.layers.append({"data": {"values": [dict(row) for row in rows]}, "mark": dict(mark), "encoding": channels})

    def chart(self, *, title: str, description: str, figures: Figures, size: Size = Size.MEDIUM) -> Chart:
        """The finished chart; `title` states the finding."""
        spec = {**themed(self.layers, size=size, currency=self.currency), "description": description}
        return Chart(title=title, description=description, spec=spec, figures=figures, size=size)


def moment(at: datetime | date) -> str:
    """A moment as the reader's clock showed it; a day at its midnight. Browsers read it without a shift of zone."""
    if isinstance(at, datetime):
        return timezone.localtime(at).replace(tzinfo=None).isoformat(timespec="seconds")
    return f"{at.isoformat()}T00:00:00"


def number(value: Decimal | float | None) -> float | None:
    """A value for drawing; None leaves a gap."""
    return None if value is None else float(value)


def _tooltip(shown: Sequence[Field]) -> dict[str, Any]:
    return {"tooltip": [each.encoded() for each in shown]} if shown else {}
