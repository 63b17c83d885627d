"""Charts of the portfolio's pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pocgate.kernel.charts import FAINT, Chart, Column, Field, Figures, Kind, Plot, Size, figures, number
from pocgate.kernel.charts.colours import CATEGORIES, SURFACE
from pocgate.kernel.charts.plot import Row, score_axis
from portfolio.enums import Stage
from scoring.queries.matrix import MatrixRow
from scoring.queries.matrix_words import MatrixWords

Benefits = Mapping[int, tuple[Decimal, str]]
PICKED = "picked"
DOT = 110
COMMIT = "commit"
HIGHEST = 100


def matrix_chart(rows: Sequence[MatrixRow], words: MatrixWords, benefits: Benefits) -> Chart | None:
    """Cases by feasibility and value among the quadrants; their 5–95 % bounds show for the one pointed at.

    `benefits` are likely ones a year with their currency, by case; they make the size where they share a currency.
    """
    if not rows:
        return None
    currencies = {currency for _amount, currency in benefits.values()}
    currency = currencies.pop() if len(currencies) == 1 else ""
    plot = Plot(score_axis(_("Feasibility, 0–100")), score_axis(_("Value, 0–100")), currency=currency)
    _draw_quadrants(plot, words)
    dots = [_dot(row, words, benefits if currency else {}) for row in rows]
    _draw_bounds(plot, [dot for row, dot in zip(rows, dots, strict=True) if row.is_unsure])
    _draw_dots(plot, dots)
    shown = _("%(count)s cases by feasibility (to the right) and value (upwards), by stage and likely benefit a year.")
    return plot.chart(
        title=_finding(rows),
        description=shown % {"count": len(rows)},
        figures=_table(rows, words),
        size=Size.LARGE,
    )


def _finding(rows: Sequence[MatrixRow]) -> str:
    commits = sum(row.position.quadrant == COMMIT for row in rows)
    return ngettext(
        "%(commits)s of %(count)s rated case is worth committing to",
        "%(commits)s of %(count)s rated cases are worth committing to",
        len(rows),
    ) % {"commits": commits, "count": len(rows)}


def _draw_quadrants(plot: Plot, words: MatrixWords) -> None:
    passing = words.policy.passing_score
    area = [{"left": passing, "right": HIGHEST, "bottom": passing, "top": HIGHEST}]
    plot.add(
        area,
        {"type": "rect", "color": "--go-fill", "opacity": 0.08},
        x=plot.x.of("left"),
        x2={"field": "right"},
        y=plot.y.of("bottom"),
        y2={"field": "top"},
    )
    rule = {"type": "rule", "color": FAINT, "strokeDash": [5, 4]}
    plot.add([{"at": passing}], rule, x=plot.x.of("at"))
    plot.add([{"at": passing}], rule, y=plot.y.of("at"))
    corners = {"de_risk": (0, HIGHEST), COMMIT: (HIGHEST, HIGHEST), "decline": (0, 0), "fill_in": (HIGHEST, 0)}
    for key, (x, y) in corners.items():
        place = {
            "type": "text",
            "align": "right" if x else "left",
            "baseline": "top" if y else "bottom",
            "dx": -6 if x else 6,
            "dy": 6 if y else -6,
            "fontWeight": 600,
        }
        label = [{"x": x, "y": y, "label": words.quadrants[key]}]
        plot.add(label, place, x=plot.x.of("x"), y=plot.y.of("y"), text={"field": "label"})


def _draw_bounds(plot: Plot, dots: Iterable[Row]) -> None:
    """Both intervals as a cross, drawn faintly and clearly for the case pointed at."""
    rows = list(dots)
    opacity = {"condition": {"param": PICKED, "value": 1, "empty": False}, "value": 0.12}
    mark = {"type": "rule", "color": "--ink", "strokeWidth": 1.5}
    across: dict[str, Any] = {"x": plot.x.of("feasibility_low"), "x2": {"field": "feasibility_high"}}
    plot.add(rows, mark, **across, y=plot.y.of("value"), opacity=opacity)
    upright: dict[str, Any] = {"y": plot.y.of("value_low"), "y2": {"field": "value_high"}}
    plot.add(rows, mark, **upright, x=plot.x.of("feasibility"), opacity=opacity)


def _draw_dots(plot: Plot, dots: Sequence[Row]) -> None:
    names = [str(label) for label in Stage.labels] + [_("stage not known")]
    shown = (
        Field("title", _("Case")),
        Field("quadrant", _("Quadrant")),
        Field("value", _("Value"), "number"),
        Field("feasibility", _("Feasibility"), "number"),
        Field("rank", _("Rank")),
        Field("chance", _("Chance of commit")),
        *((Field("benefit", _("Likely benefit a year"), "money"),) if plot.currency else ()),
    )
    tooltip: Any = [each.encoded() for each in shown]
    plot.add(
        dots,
        {"type": "point", "filled": True, "stroke": SURFACE, "strokeWidth": 1.5, "cursor": "pointer"},
        x=plot.x.of("feasibility"),
        y=plot.y.of("value"),
        color={
            "field": "stage",
            "type": "nominal",
            "scale": {"domain": names, "range": list(CATEGORIES[: len(names)])},
            # Above the chart the name of the upright axis stands already.
            "legend": {"title": None, "symbolType": "circle", "orient": "bottom", "columns": 3},
        },
        size=_size(dots),
        opacity={"value": 0.9},
        href={"field": "url"},
        tooltip=tooltip,
    )
    select = {"type": "point", "on": "pointerover", "clear": "pointerout", "fields": ["reference"]}
    plot.layers[-1]["params"] = [{"name": PICKED, "select": select}]


def _size(dots: Sequence[Row]) -> dict[str, Any]:
    """Area by benefit; a case without one is as small as the least."""
    if not any(dot["benefit"] for dot in dots):
        return {"value": DOT}
    scale = {"type": "linear", "domainMin": 0, "range": [DOT / 2, 6 * DOT]}
    unknown = {"test": "!isValid(datum.benefit)", "value": DOT / 2}
    return {"field": "benefit", "type": "quantitative", "scale": scale, "legend": None, "condition": unknown}


def _dot(row: MatrixRow, words: MatrixWords, benefits: Benefits) -> dict[str, Any]:
    case, position = row.case, row.position
    return {
        "reference": case.reference,
        "title": f"{case.reference} {case.title}",
        "url": reverse("scoring:scorecard", args=[case.reference]),
        "stage": str(case.get_stage_display() or _("stage not known")),
        "quadrant": words.quadrants[position.quadrant],
        "rank": rank_words(row),
        "chance": f"{row.commit_percent} %",
        "benefit": number(benefits[case.pk][0]) if case.pk in benefits else None,
        **{name: number(getattr(position, name)) for name in _PLACES},
    }


_PLACES = ("value", "value_low", "value_high", "feasibility", "feasibility_low", "feasibility_high")


def rank_words(row: MatrixRow) -> str:
    """“3”, or “3–9” where the interval has a width."""
    return str(row.rank.low) if row.rank.low == row.rank.high else f"{row.rank.low}–{row.rank.high}"


def _table(rows: Sequence[MatrixRow], words: MatrixWords) -> Figures:
    columns = [
        *(Column(_("Case")), Column(_("Title")), Column(_("Quadrant"))),
        *(Column(title, Kind.NUMBER, places=1) for title in (_("Value"), _("from"), _("to"))),
        *(Column(title, Kind.NUMBER, places=1) for title in (_("Feasibility"), _("from"), _("to"))),
        *(Column(_("Rank")), Column(_("Chance of commit, %"), Kind.NUMBER, places=0)),
    ]
    return figures(columns, [_line(row, words.quadrants) for row in rows])


def _line(row: MatrixRow, quadrants: Mapping[str, str]) -> Sequence[Any]:
    position = row.position
    return (
        row.case.reference,
        row.case.title,
        quadrants[position.quadrant],
        *(getattr(position, name) for name in _PLACES),
        rank_words(row),
        100 * position.commit_chance,
    )
