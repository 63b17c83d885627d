"""Charts of what changed a score, and of what is coming."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.template.defaultfilters import floatformat
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from pocgate.kernel.charts import (
    FAINT,
    GO,
    HOLD,
    STOP,
    WARN,
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
from pocgate.kernel.charts.plot import Row, category_axis, score_axis, time_axis
from scoring.queries.explaining.ahead import CaseOutlook
from scoring.queries.explaining.changes import CaseChanges, PartMove
from scoring.rules.explaining.waterfall import RECORDS

PARTS_SHOWN = 8
VISIBLE = Decimal("0.05")
NAMES_SHOWN = 3
CAUSES = {
    "playbook": lambda: _("Another playbook"),
    "gate": lambda: _("Another gate"),
    "facts": lambda: _("Other facts of the case"),
    "records": lambda: _("Records"),
}


def outlook_chart(found: CaseOutlook) -> Chart | None:
    """The score to come if nothing is renewed; None when nothing changes."""
    ahead = found.outlook
    if not ahead.steps:
        return None
    plot = Plot(time_axis(), score_axis(_("Readiness, 0–100")))
    plot.across(Decimal(ahead.bar), _("bar"), colour=HOLD)
    if found.falls_under_bar is not None:
        plot.upright(found.falls_under_bar.step.at, _("under the bar"), colour=WARN)
    course = [(ahead.now, ahead.start.overall), *((step.at, step.overall) for step in ahead.steps)]
    held = [*course, (ahead.until, course[-1][1])]
    plot.line([{"at": moment(at), "overall": number(score)} for at, score in held], "at", "overall", is_stepped=True)
    plot.points(_drops(found), "at", "overall", shown=_shown())
    if found.first_must_fails is not None:
        step = found.first_must_fails.step
        failing = [{"at": moment(step.at), "overall": number(step.overall)}]
        plot.points(failing, "at", "overall", colour=STOP, size=120)
    rows = [
        (step.at, step.overall, len(step.musts_open), _names(_titles(found), [loss.key for loss in step.losses]))
        for step in ahead.steps
    ]
    return plot.chart(
        title=outlook_finding(found),
        description=_(
            "The score moves in %(count)s steps from %(first)s to %(last)s; the dashed line is the bar, the large dot "
            "the first must-meet that fails."
        )
        % {"count": len(ahead.steps), "first": _score(course[0][1]), "last": _score(course[-1][1])},
        figures=figures(
            [
                Column(_("When"), Kind.MOMENT),
                Column(_("Readiness"), Kind.NUMBER, places=1),
                Column(_("Must-meets open"), Kind.NUMBER),
                Column(_("Because this ends")),
            ],
            rows,
        ),
        size=Size.LARGE,
    )


def outlook_finding(found: CaseOutlook) -> str:
    """What the forward view comes to, in a sentence."""
    ahead = found.outlook
    if ahead.is_under_bar:
        return _("Under the bar of %(bar)s already") % {"bar": ahead.bar}
    if found.falls_under_bar is None:
        return _("Stays at or above the bar of %(bar)s for two years") % {"bar": ahead.bar}
    day = date_format(localtime(found.falls_under_bar.step.at), "j M Y")
    return _("Falls under the bar of %(bar)s on %(day)s if nothing is renewed") % {"bar": ahead.bar, "day": day}


def _drops(found: CaseOutlook) -> list[Row]:
    titles = _titles(found)
    return [
        {
            "at": moment(step.at),
            "overall": number(step.overall),
            "musts": len(step.musts_open),
            "because": _names(titles, [loss.key for loss in step.losses]),
        }
        for step in found.outlook.steps
    ]


def _titles(found: CaseOutlook) -> dict[str, str]:
    return {loss.key: loss.now.title for loss in found.renewals}


def _names(titles: dict[str, str], keys: Sequence[str]) -> str:
    named = [titles.get(key, key) for key in keys[:NAMES_SHOWN]]
    return "; ".join(named) + ("; …" if len(keys) > NAMES_SHOWN else "")


def _shown() -> tuple[Field, ...]:
    return (
        Field("at", _("When"), "moment"),
        Field("overall", _("Readiness"), "number"),
        Field("musts", _("Must-meets open"), "number"),
        Field("because", _("Because this ends")),
    )


def waterfall_chart(found: CaseChanges) -> Chart | None:
    """From the score then to the score now, bar by bar; None when nothing moved."""
    if not found.moves:
        return None
    bars = _bars(found)
    plot = Plot(score_axis(_("Readiness, 0–100")), category_axis(order=[bar[0] for bar in bars]))
    rows = [
        {
            "what": what,
            "from": number(low),
            "to": number(high),
            "end": number(max(low, high)),
            "colour": colour.removeprefix("--"),
            "points": points,
        }
        for what, low, high, colour, points in bars
    ]
    colours = list(dict.fromkeys(bar[3] for bar in bars))
    scale = {"domain": [colour.removeprefix("--") for colour in colours], "range": colours}
    shown = (Field("what", _("What")), Field("points", _("Points")))
    plot.add(
        rows,
        {"type": "bar", "cornerRadius": 2, "height": {"band": 0.62}},
        x=plot.x.of("from"),
        x2={"field": "to"},
        y=plot.y.of("what"),
        color={"field": "colour", "type": "nominal", "scale": scale, "legend": None},
    )
    plot.layers[-1]["encoding"]["tooltip"] = [each.encoded() for each in shown]
    plot.add(
        rows,
        {"type": "text", "align": "left", "dx": 5},
        x=plot.x.of("end"),
        y=plot.y.of("what"),
        text={"field": "points"},
    )
    return plot.chart(
        title=waterfall_finding(found),
        description=_("Bars from the score of %(since)s to that of %(until)s, one for each part that moved.")
        % {"since": _day(found.since), "until": _day(found.until)},
        figures=_table(found),
        size=Size.LARGE if len(bars) > PARTS_SHOWN else Size.MEDIUM,
    )


def waterfall_finding(found: CaseChanges) -> str:
    """What the change comes to, in a sentence."""
    values = {"points": _score(abs(found.points)), "day": _day(found.since)}
    if found.points > 0:
        return _("%(points)s points more than on %(day)s") % values
    if found.points < 0:
        return _("%(points)s points less than on %(day)s") % values
    return _("The same score as on %(day)s") % values


Bar = tuple[str, Decimal, Decimal, str, str]


def _bars(found: CaseChanges) -> list[Bar]:
    """The score at the start, each movement from where the one before ended, and the score at the end."""
    bars: list[Bar] = [(_day(found.since), Decimal(0), found.start, FAINT, _score(found.start))]
    level = found.start
    for what, points in _movements(found):
        bars.append((what, level, level + points, GO if points > 0 else STOP, _signed(points)))
        level += points
    return [*bars, (_day(found.until), Decimal(0), found.end, FAINT, _score(found.end))]


def _movements(found: CaseChanges) -> list[tuple[str, Decimal]]:
    """What was asked moves as one; of the records each part, and the smallest together."""
    moved = [(CAUSES[move.cause](), move.points) for move in found.moves if move.cause != RECORDS]
    parts = [part for move in found.moves if move.cause == RECORDS for part in move.parts if part.points]
    # The largest come first; what a reader would not see is drawn as one.
    large = [part for part in parts[:PARTS_SHOWN] if abs(part.points) >= VISIBLE]
    rest = sum((part.points for part in parts[len(large) :]), Decimal(0))
    moved += [(part.title, part.points) for part in large]
    return [*moved, (_("all others"), rest)] if abs(rest) >= VISIBLE else moved


def _table(found: CaseChanges) -> Figures:
    columns = [Column(_("Because of")), Column(_("Part")), Column(_("Points"), Kind.NUMBER, places=2), Column(_("Now"))]
    rows = [(CAUSES[move.cause](), part.title, part.points, _now(part)) for move in found.moves for part in move.parts]
    return figures(columns, rows)


def _now(part: PartMove) -> str:
    return part.reason_text or _("not asked any more")


def _signed(points: Decimal) -> str:
    return ("+" if points > 0 else "−") + floatformat(abs(points), 1)


def _score(value: Decimal) -> str:
    return floatformat(value, 1)


def _day(at: datetime) -> str:
    return date_format(localtime(at), "j M Y")
