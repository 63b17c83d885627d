"""Charts of the readiness pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.template.defaultfilters import floatformat
from django.utils.translation import gettext as _

from pocgate.kernel.charts import (
    GO,
    HOLD,
    PIVOT,
    STOP,
    Chart,
    Column,
    Field,
    Figures,
    Kind,
    Plot,
    Size,
    figures,
    moment,
    number,
)
from pocgate.kernel.charts.plot import Axis, Row, category_axis, number_axis, score_axis, time_axis
from scoring.models import ReadinessPoint
from scoring.queries.history import HistoryEntry
from scoring.rules.playbook import Playbook
from scoring.rules.playbook_effect import BUCKET

CHANGES_SHOWN = 3


def readiness_chart(
    points: Sequence[ReadinessPoint], history: Sequence[HistoryEntry], rules: Playbook, *, until: datetime
) -> Chart | None:
    """The score over time against the bar of the gate it was for; None before there is any.

    `points` run from the oldest, `history` (their words) from the newest.
    """
    if not points:
        return None
    entries = history[::-1]
    plot = Plot(time_axis(), score_axis(_("Readiness, 0–100")))
    plot.line(_bars(points, rules, until), "at", "bar", colour=HOLD, is_stepped=True, is_dashed=True, width=1.5)
    for at, event in _events(points):
        plot.upright(at, event, colour=PIVOT)
    held = [*points, ReadinessPoint(at=max(until, points[-1].at), overall=points[-1].overall)]
    rows = [{"at": moment(point.at), "overall": number(point.overall)} for point in held]
    plot.line(rows, "at", "overall", is_stepped=True)
    plot.points([_dot(entry) for entry in entries], "at", "overall", shown=_shown())
    last = points[-1]
    return plot.chart(
        title=_finding(last.overall, rules.gate(last.gate).readiness_bar),
        description=_("Readiness from %(first)s to %(last)s in %(count)s steps; the dashed line is the bar.")
        % {"first": _score(points[0].overall), "last": _score(last.overall), "count": len(points)},
        figures=_table(entries, rules),
    )


def _finding(overall: Decimal, bar: int) -> str:
    # From the number as shown, so that the two add up on the page.
    values = {"score": _score(overall), "bar": bar, "apart": _score(bar - Decimal(f"{overall:.1f}"))}
    if overall < bar:
        return _("Readiness %(score)s, %(apart)s under the bar of %(bar)s") % values
    return _("Readiness %(score)s reaches the bar of %(bar)s") % values


def _bars(points: Sequence[ReadinessPoint], rules: Playbook, until: datetime) -> list[Row]:
    """The bar of the gate that was next at each point."""
    rows = [{"at": moment(point.at), "bar": rules.gate(point.gate).readiness_bar} for point in points]
    return [*rows, {**rows[-1], "at": moment(max(until, points[-1].at))}]


def _events(points: Sequence[ReadinessPoint]) -> Iterator[tuple[datetime, str]]:
    """What moved the score by moving the question."""
    for point in points:
        for change in point.changes:
            if "gate" in change:
                yield point.at, _("for gate %(gate)s") % {"gate": change["gate"]["after"]}
            elif "playbook" in change:
                yield point.at, _("new playbook")


def _dot(entry: HistoryEntry) -> Row:
    because = "; ".join(entry.changes[:CHANGES_SHOWN]) + ("; …" if len(entry.changes) > CHANGES_SHOWN else "")
    overall = number(entry.overall)
    return {"at": moment(entry.at), "overall": overall, "musts": entry.musts_open, "because": because}


def _shown() -> tuple[Field, ...]:
    return (
        Field("at", _("When"), "moment"),
        Field("overall", _("Readiness"), "number"),
        Field("musts", _("Must-meets open"), "number"),
        Field("because", _("Because")),
    )


def _table(entries: Sequence[HistoryEntry], rules: Playbook) -> Figures:
    number_columns = [
        Column(_("Gate"), Kind.NUMBER),
        Column(_("Readiness"), Kind.NUMBER, places=1),
        Column(_("Bar"), Kind.NUMBER),
        Column(_("Must-meets open"), Kind.NUMBER),
    ]
    rows = [
        (entry.at, entry.gate, entry.overall, rules.gate(entry.gate).readiness_bar, entry.musts_open)
        for entry in entries
    ]
    return figures([Column(_("When"), Kind.MOMENT), *number_columns], rows)


def _score(value: Decimal) -> str:
    return floatformat(value, 1)


def effect_chart(summary: Mapping[str, Any]) -> Chart | None:
    """How many cases gain and lose how much under a draft, in steps of five points; None when no score moves."""
    buckets = {int(start): count for start, count in summary["buckets"].items()}
    if not buckets:
        return None
    starts = range(min(buckets), max(buckets) + BUCKET, BUCKET)
    plot = Plot(category_axis(_("Points of readiness won or lost"), order=[_step(start) for start in starts]), _cases())
    plot.bars(
        [
            {"step": _step(start), "cases": buckets.get(start, 0), "colour": GO if start >= 0 else STOP}
            for start in starts
        ],
        "step",
        "cases",
        shown=(Field("step", _("Points")), Field("cases", _("Cases"), "number")),
    )
    rising, falling = summary["rising"], summary["falling"]
    return plot.chart(
        title=_("%(rising)s cases rise, %(falling)s fall") % {"rising": rising, "falling": falling},
        description=_("Cases by the points of readiness they win or lose, in steps of five points."),
        figures=figures(
            [Column(_("Points")), Column(_("Cases"), Kind.NUMBER)],
            [(_step(start), buckets.get(start, 0)) for start in starts],
        ),
        size=Size.SMALL,
    )


def _cases() -> Axis:
    return number_axis(_("Cases"))


def _step(start: int) -> str:
    start_word, end_word = (f"{value:+d}" if value else "0" for value in (start, start + BUCKET))
    return _("%(start)s to %(end)s") % {"start": start_word, "end": end_word}
