"""A finished chart: what it shows, in words and as a specification, with the table beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pocgate.kernel.charts.colours import CATEGORIES, INK, SURFACE
from pocgate.kernel.charts.figures import Figures
from pocgate.kernel.charts.locale import reader_locale

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
LINE, LINE_STRONG, INK_2 = "--line", "--line-strong", "--ink-2"


class Size(StrEnum):
    """How high a chart is; its width is that of its place."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"

    @property
    def height(self) -> int:
        """Pixels; the class of the same name in charts.css keeps as much room."""
        return {"small": 140, "medium": 240, "large": 380}[self.value]


@dataclass(frozen=True)
class Chart:
    """`title` states the finding, `description` says what is drawn to who can not see it."""

    title: str
    description: str
    spec: dict[str, Any]
    figures: Figures
    size: Size


def themed(layers: Sequence[dict[str, Any]], *, size: Size, currency: str = "") -> dict[str, Any]:
    """The specification of layered marks in the look of the pages. Colours are names of the theme."""
    return {
        "$schema": SCHEMA,
        "width": "container",
        "height": size.height,
        "autosize": {"type": "fit", "contains": "padding"},
        "padding": {"left": 2, "right": 6, "top": 4, "bottom": 2},
        "layer": list(layers),
        "config": _look(currency),
    }


def _look(currency: str) -> dict[str, Any]:
    words = {"labelColor": INK_2, "titleColor": INK_2, "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": 550}
    return {
        # The figure around it is the image; hundreds of marks would only be read out one by one.
        "aria": False,
        "background": SURFACE,
        "view": {"stroke": None},
        "axis": {
            **words,
            "gridColor": LINE,
            "domainColor": LINE_STRONG,
            "tickColor": LINE_STRONG,
            "labelPadding": 6,
            "labelOverlap": True,
            "labelSeparation": 10,
        },
        "axisX": {"grid": False, "titlePadding": 8},
        # The title of a value axis lies above it: upright text is hard to read and costs width on a phone.
        "axisY": {
            "domain": False,
            "ticks": False,
            "tickCount": 5,
            "titleAngle": 0,
            "titleAlign": "left",
            "titleBaseline": "bottom",
            "titleX": 0,
            "titleY": -8,
        },
        "legend": {**words, "orient": "top", "symbolStrokeWidth": 2},
        "text": {"color": INK_2, "fontSize": 12},
        "range": {"category": list(CATEGORIES)},
        "title": {"color": INK},
        "locale": reader_locale(currency),
    }
