"""Charts of a dossier, drawn from what was frozen: each KPI's readings against threshold and target."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from gates.queries.figures import figure_text
from pocgate.kernel.charts import STOP, WARN, Chart, Plot, Size, figures, moment, number
from pocgate.kernel.charts.plot import number_axis, time_axis

_FEWEST = 2
_NO_TABLE = figures([], [])


def kpi_chart(kpi: Mapping[str, Any]) -> Chart | None:
    """Readings in the order of their days; None where a line would say nothing."""
    readings = kpi["readings"]
    if len(readings) < _FEWEST:
        return None
    title = f"{kpi['name']}, {kpi['unit']}" if kpi["unit"] else kpi["name"]
    plot = Plot(time_axis(), number_axis(title, written=",.4~f", zero=False))
    rows = [
        {"at": moment(datetime.fromisoformat(reading["observed_to"])), "value": number(Decimal(reading["value"]))}
        for reading in readings
    ]
    plot.line(rows, "at", "value")
    plot.points(rows, "at", "value")
    for key, label, colour in (("threshold", _("threshold"), STOP), ("target", _("target"), WARN)):
        if kpi[key] is not None:
            plot.across(Decimal(kpi[key]), label, colour=colour)
    latest = {"name": kpi["name"], "value": figure_text(readings[-1]["value"]), "unit": kpi["unit"]}
    shown = {"count": len(readings), "threshold": figure_text(kpi["threshold"]), **latest}
    return plot.chart(
        title=_("%(name)s: last %(value)s %(unit)s") % latest,
        description=_("%(count)s readings of %(name)s, the last %(value)s %(unit)s; threshold %(threshold)s.") % shown,
        figures=_NO_TABLE,
        size=Size.SMALL,
    )
