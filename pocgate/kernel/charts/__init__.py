"""Charts as Vega-Lite specifications: built here, drawn in the browser or by vl-convert, in the look of the pages."""

from pocgate.kernel.charts.chart import Chart, Size
from pocgate.kernel.charts.colours import ACCENT, FAINT, GO, HOLD, INK, PIVOT, STOP, SURFACE, WARN
from pocgate.kernel.charts.figures import Column, Figures, Kind, figures
from pocgate.kernel.charts.plot import Field, Plot, moment, number

__all__ = [
    "ACCENT",
    "FAINT",
    "GO",
    "HOLD",
    "INK",
    "PIVOT",
    "STOP",
    "SURFACE",
    "WARN",
    "Chart",
    "Column",
    "Field",
    "Figures",
    "Kind",
    "Plot",
    "Size",
    "figures",
    "moment",
    "number",
]
