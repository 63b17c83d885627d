"""The chart of the cost tab: burn against the cap, the forecast with its band, and the day of the breach."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from pocgate.kernel.charts import STOP, WARN, Chart, Column, Field, Figures, Kind, Plot, figures, moment, number
from pocgate.kernel.charts.plot import Row, money_axis, time_axis
from scoring.enums import CapScope
from scoring.rules.costs.forecast import Range, Rate, cost_by
from scoring.rules.costs.outlook import CANNOT_TELL, OVER, Outlook, Standing, recorded_by

# So many steps draw a smooth line; weeks are fine enough where a stage is short.
STEPS, SHORTEST_STEP = 24, 7
Point = tuple[date, Decimal | None, Range | None]


def cost_chart(outlook: Outlook, currency: str) -> Chart | None:
    """The standing that gives most cause for concern; None before anything was spent."""
    standing = outlook.worst
    begun = [cost for cost in standing.costs if cost.period_start < outlook.today]
    if not begun:
        return None
    points = [*_recorded(outlook, standing), *_ahead(outlook, standing)]
    plot = Plot(
        time_axis(), money_axis(_("Cost in %(currency)s, added up") % {"currency": currency}), currency=currency
    )
    ahead = [_row(day, each) for day, _spent, each in points if each]
    plot.area(ahead, "at", "lower", "upper")
    plot.line(ahead, "at", "forecast", is_dashed=True)
    spent = [{"at": moment(day), "spent": number(amount)} for day, amount, _each in points if amount is not None]
    plot.line(spent, "at", "spent")
    plot.points(spent[-1:], "at", "spent", shown=(Field("at", _("When"), "date"), Field("spent", _("Spent"), "money")))
    if standing.cap is not None:
        plot.across(standing.cap.amount, _("cap"), colour=STOP)
    if standing.breach is not None and standing.breach.day is not None:
        plot.upright(standing.breach.day, _("cap passed"), colour=WARN)
    description = _("Recorded cost as a line, the forecast dashed with its 80 % band, the cap across.")
    return plot.chart(title=finding(outlook, currency), description=description, figures=_table(points, standing))


def finding(outlook: Outlook, currency: str) -> str:
    """What the outlook comes to, in one sentence."""
    standing = outlook.worst
    scope = str(CapScope(standing.scope).label)
    shown = {"scope": scope, "used": _amount(standing.used, currency)}
    if standing.cap is None:
        return _("%(used)s used by %(scope)s, without a cap") % shown
    shown["cap"] = _amount(standing.cap.amount, currency)
    if standing.state == OVER:
        return _("%(used)s used of %(cap)s: over the cap of %(scope)s") % shown
    if standing.state == CANNOT_TELL or standing.forecast is None or outlook.day_ahead is None:
        return _("%(used)s used of %(cap)s for %(scope)s") % shown
    shown |= {
        "day": date_format(outlook.day_ahead, "j M Y"),
        "forecast": _amount(standing.forecast.point, currency),
    }
    if standing.breach is not None and standing.breach.day is not None:
        shown["breach"] = date_format(standing.breach.day, "j M Y")
        return _("The cap of %(scope)s is passed on %(breach)s: %(forecast)s of %(cap)s by %(day)s") % shown
    return _("%(forecast)s of %(cap)s for %(scope)s by %(day)s") % shown


def _recorded(outlook: Outlook, standing: Standing) -> Iterator[Point]:
    """The growing sum from the first day of service until today, or until the last day recorded."""
    first = min(cost.period_start for cost in standing.costs)
    last = min(outlook.rate.until, outlook.today) if outlook.rate else outlook.today
    for day in _days(first, max(last, first)):
        yield day, recorded_by(day, standing.costs, outlook.today), None


def _ahead(outlook: Outlook, standing: Standing) -> Iterator[Point]:
    rate: Rate | None = outlook.rate
    if standing.forecast is None or rate is None or outlook.horizon is None or outlook.horizon <= rate.until:
        return
    for day in _days(rate.until, outlook.horizon):
        yield day, None, cost_by(day, standing.costs, rate)


def _days(first: date, last: date) -> Iterator[date]:
    step = timedelta(days=max(SHORTEST_STEP, (last - first).days // STEPS))
    day = first
    while day < last:
        yield day
        day += step
    yield last


def _row(day: date, each: Range) -> Row:
    bounds = {"lower": number(each.lower), "forecast": number(each.point), "upper": number(each.upper)}
    return {"at": moment(day), **bounds}


def _table(points: list[Point], standing: Standing) -> Figures:
    columns = [Column(_("When"), Kind.DATE)]
    columns += [
        Column(name, Kind.NUMBER, places=2) for name in (_("Spent"), _("Forecast"), _("At least"), _("At most"))
    ]
    columns += [Column(_("Cap"), Kind.NUMBER, places=2)]
    cap = standing.cap.amount if standing.cap else None
    rows = [
        (day, spent, *((each.point, each.lower, each.upper) if each else (None, None, None)), cap)
        for day, spent, each in points
    ]
    return figures(columns, rows)


def _amount(amount: Decimal, currency: str) -> str:
    return f"{currency} {number_format(amount, decimal_pos=0, force_grouping=True)}"
