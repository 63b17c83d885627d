"""The evidence of KPIs on the pages of a case: judged once a page, then words and a chart for each KPI."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pocgate.kernel.charts import (
    ACCENT,
    FAINT,
    GO,
    HOLD,
    PIVOT,
    WARN,
    Chart,
    Column,
    Field,
    Kind,
    Plot,
    figures,
    moment,
    number,
)
from pocgate.kernel.charts.plot import number_axis, time_axis
from portfolio.models import Kpi, KpiReading, UseCase
from portfolio.queries.kpis import KpiView
from scoring.queries.kpi_evidence import COUNTS, ReadingState, ShownEvidence, evidence_of_case
from scoring.queries.wording import WORDS

register = template.Library()
Evidence = Mapping[int, ShownEvidence]

TONES = {"pass": "go", "fail": "stop", "stale": "warn", "not_enough_evidence": "plain"}
VERDICTS = {
    "pass": gettext_lazy("meets it"),
    "fail": gettext_lazy("misses it"),
    "stale": gettext_lazy("stale"),
    "not_enough_evidence": gettext_lazy("not enough evidence"),
}
STATES = {
    COUNTS: gettext_lazy("counts"),
    "superseded": gettext_lazy("corrected"),
    "other_iteration": gettext_lazy("of another iteration"),
    "not_yet": gettext_lazy("not over yet"),
    "no_samples": gettext_lazy("no sample size"),
    "before_start": gettext_lazy("before the stage or in warm-up"),
    "before_eased": gettext_lazy("began before the threshold was eased"),
    "raters": gettext_lazy("too few raters, or no agreement"),
    "same_set": gettext_lazy("its set was measured again"),
    "same_period": gettext_lazy("another stands for its period"),
    "not_judged": gettext_lazy("not judged"),
}
SOURCES = {
    "wilson": "E. B. Wilson, J. Am. Stat. Assoc. 22 (1927)",
    "poisson": "F. Garwood, Biometrika 28 (1936)",
    "student_t": "Student, Biometrika 6 (1908)",
    "set_spread": "Student, Biometrika 6 (1908)",
    "mean_alone": "",
}
_GATE_LABEL_WIDTH = 56
_DIGITS = 4
BETWEEN = "G. Knapp, J. Hartung, Stat. Med. 22 (2003)"


@register.simple_tag
def case_evidence(case: UseCase) -> Evidence:
    """The evidence of every KPI of the case that is in use."""
    return evidence_of_case(case, now=timezone.now())


@register.filter
def of_kpi(evidence: Evidence, kpi: Kpi) -> ShownEvidence | None:
    """The evidence of one KPI; None while the case has no next gate."""
    return evidence.get(kpi.pk)


@register.filter
def evidence_tone(shown: ShownEvidence) -> str:
    """The tone of its verdict."""
    return TONES[shown.verdict]


@register.filter
def evidence_word(shown: ShownEvidence) -> str:
    """Its verdict in a word or two."""
    return str(VERDICTS[shown.verdict])


@register.filter
def in_short(value: Decimal) -> Decimal:
    """A computed figure with four digits, more only before the point."""
    digits = max(_DIGITS, value.adjusted() + 1)
    return Decimal(f"{value:.{digits}g}")


@register.filter
def method_words(shown: ShownEvidence) -> str:
    """The method of its bounds with the source; empty while no reading counts."""
    known = shown.evidence.estimate
    if known is None:
        return ""
    base = known.method.removesuffix("_between_sets")
    sources = [SOURCES[base], BETWEEN if base != known.method else ""]
    named = "; ".join(source for source in sources if source)
    words = str(WORDS[known.method])
    return f"{words} ({named})" if named else words


@register.simple_tag
def reading_state(reading: KpiReading, shown: ShownEvidence | None) -> str:
    """Why a reading counts or does not, in words."""
    return str(STATES[_state(reading, shown).state])


def _state(reading: KpiReading, shown: ShownEvidence | None) -> ReadingState:
    if reading.superseded_by_id is not None:
        return ReadingState("superseded")
    if shown is None:
        return ReadingState("not_judged")
    return shown.readings.get(reading.pk, ReadingState("other_iteration"))


@register.simple_tag
def kpi_chart(view: KpiView, shown: ShownEvidence | None) -> Chart | None:
    """Readings with their bounds against baseline, target and thresholds; None before there is a reading."""
    if not view.counting:
        return None
    unit = view.definition.unit
    plot = Plot(time_axis(), number_axis(unit, written=",.4~f", zero=False))
    _draw_warm_up(plot, view, shown)
    _draw_levels(plot, view)
    rows = [_row(reading, _state(reading, shown)) for reading in reversed(view.counting)]
    plot.whiskers([row for row in rows if row["lower"] is not None], "at", "lower", "upper")
    plot.line(rows, "at", "value", width=1.5)
    for colour, counts in ((HOLD, False), (ACCENT, True)):
        drawn = [row for row in rows if row["counts"] is counts]
        if drawn:
            plot.points(drawn, "at", "value", colour=colour, shown=_pointed(unit))
    if shown is not None and shown.evidence.stale_at is not None:
        _draw_end(plot, shown.evidence.stale_at)
    values = {"name": view.kpi.name, "unit": unit, "count": len(rows)}
    return plot.chart(
        title=_finding(view, shown),
        description=_("%(name)s in %(unit)s: %(count)s readings with their bounds, against what was promised.")
        % values,
        figures=_table(view, shown),
    )


def _draw_end(plot: Plot, at: datetime) -> None:
    """The day from which the readings are stale, named to its left: it is the last of the chart."""
    rows = [{"day": moment(at), "label": _("stale from here")}]
    day = plot.x.of("day")
    plot.add(rows, {"type": "rule", "color": WARN, "strokeDash": [2, 3]}, x=day)
    place = {"type": "text", "align": "right", "baseline": "top", "dx": -4, "dy": 2}
    plot.add(rows, place, x=day, y={"value": 0}, text={"field": "label"})


def _draw_warm_up(plot: Plot, view: KpiView, shown: ShownEvidence | None) -> None:
    """The time from the stage's beginning to the end of warm-up, shaded."""
    until = shown.evidence.kpi.counts_from if shown else None
    if until is None or not view.definition.warm_up_days:
        return
    start = until - timedelta(days=view.definition.warm_up_days)
    rows = [{"from": moment(start), "until": moment(until), "label": _("warm-up")}]
    place = plot.x.of("from")
    plot.add(rows, {"type": "rect", "color": HOLD, "opacity": 0.14}, x=place, x2={"field": "until"})
    text = {"type": "text", "align": "left", "baseline": "bottom", "dx": 4, "dy": -4, "color": FAINT}
    plot.add(rows, text, x=place, y={"value": "height"}, text={"field": "label"})


def _draw_levels(plot: Plot, view: KpiView) -> None:
    """Baseline and target named at the right, gates side by side at the left, so that no name covers another."""
    baseline, target = view.definition.baseline, view.definition.target
    if baseline is not None:
        plot.across(baseline, _("baseline and target") if baseline == target else _("baseline"), colour=FAINT)
    if target is not None and target != baseline:
        plot.across(target, _("target"), colour=GO)
    for threshold in view.thresholds:
        rows = [{"level": number(threshold.value), "label": _("gate %(gate)s") % {"gate": threshold.gate}}]
        level = plot.y.of("level")
        plot.add(rows, {"type": "rule", "color": PIVOT, "strokeDash": [2, 3]}, y=level)
        place = {"type": "text", "align": "left", "baseline": "bottom", "dx": 4, "dy": -3}
        at = {"value": _GATE_LABEL_WIDTH * (threshold.gate - 1)}
        plot.add(rows, place, x=at, y=level, text={"field": "label"})


def _row(reading: KpiReading, state: ReadingState) -> dict[str, Any]:
    return {
        "at": moment(reading.observed_to),
        "value": number(reading.value),
        "lower": number(state.lower),
        "upper": number(state.upper),
        "samples": reading.sample_size,
        "counts": state.state == COUNTS,
        "state": str(STATES[state.state]),
    }


def _pointed(unit: str) -> tuple[Field, ...]:
    return (
        Field("at", _("Until"), "date"),
        Field("value", unit, "number"),
        Field("lower", _("Lower bound"), "number"),
        Field("upper", _("Upper bound"), "number"),
        Field("samples", _("Samples"), "number"),
        Field("state", _("At the gate")),
    )


def _finding(view: KpiView, shown: ShownEvidence | None) -> str:
    values = {"name": view.kpi.name, "gate": shown.evidence.gate if shown else 0}
    titles = {
        "pass": _("%(name)s meets what gate %(gate)s asks"),
        "fail": _("%(name)s misses what gate %(gate)s asks"),
        "stale": _("%(name)s was not measured lately enough for gate %(gate)s"),
        "not_enough_evidence": _("%(name)s does not show enough yet for gate %(gate)s"),
    }
    return titles[shown.verdict] % values if shown and shown.counts_ahead else view.kpi.name


def _table(view: KpiView, shown: ShownEvidence | None) -> Any:
    columns = [
        Column(_("From"), Kind.DATE),
        Column(_("Until"), Kind.DATE),
        Column(view.definition.unit, Kind.NUMBER),
        Column(_("Lower bound"), Kind.NUMBER),
        Column(_("Upper bound"), Kind.NUMBER),
        Column(_("Samples"), Kind.NUMBER),
        Column(_("At the gate")),
    ]
    rows = []
    for reading in view.readings:
        state = _state(reading, shown)
        bounds = [None if value is None else value.normalize() for value in (state.lower, state.upper)]
        period = (reading.observed_from, reading.observed_to, reading.value.normalize())
        rows.append([*period, *bounds, reading.sample_size, str(STATES[state.state])])
    return figures(columns, rows)
