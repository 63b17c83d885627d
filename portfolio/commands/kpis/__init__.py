"""KPIs: their definitions and thresholds, and their readings."""

from portfolio.commands.kpis.definitions import change_definition, define_kpi, rename_kpi, retire_kpi
from portfolio.commands.kpis.readings import (
    ReadingRow,
    correct_reading,
    record_reading,
    record_readings,
)
from portfolio.commands.kpis.thresholds import set_threshold

__all__ = [
    "ReadingRow",
    "change_definition",
    "correct_reading",
    "define_kpi",
    "record_reading",
    "record_readings",
    "rename_kpi",
    "retire_kpi",
    "set_threshold",
]
