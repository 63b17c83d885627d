"""Record KPI readings from a CSV file on the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pocgate.identity.models import User
from portfolio.commands.kpis import ReadingRow, record_readings
from portfolio.commands.rows import RowResult
from portfolio.management.rows import RowsCommand, case_number_of, count_of, decimal_of, moment_of
from portfolio.rules.kpis import Reading

NEEDED = ("reference", "kpi", "value", "observed_from", "observed_to")
NUMBERS, COUNTS = ("error", "agreement"), ("sample_size", "raters")
TIMES, TEXTS = ("observed_from", "observed_to"), ("method", "release", "source", "external_id")
COLUMNS = (*NEEDED, *NUMBERS, *COUNTS, *TEXTS, "unit")


class Command(RowsCommand[ReadingRow]):
    """Readings of any cases."""

    help = (
        f"Record KPI readings from a CSV file with a header. Columns: {', '.join(COLUMNS)}. "
        "Exit status 2 when a row is refused."
    )
    needed, columns = NEEDED, COLUMNS

    def row_of(self, given: Mapping[str, str]) -> ReadingRow:
        """The row from its cells."""
        number = case_number_of(given)
        values: dict[str, Any] = {name: decimal_of(name, given[name]) for name in NUMBERS if given.get(name)}
        values |= {name: count_of(name, given[name]) for name in COUNTS if given.get(name)}
        values |= {name: moment_of(name, given[name]) for name in TIMES}
        values |= {name: given[name] for name in TEXTS if given.get(name)}
        reading = Reading(value=decimal_of("value", given["value"]), **values)
        return ReadingRow(number, given["kpi"], reading, given.get("unit", ""))

    def record(self, rows: Sequence[ReadingRow], *, actor: User, now: datetime) -> list[RowResult]:
        """Record the rows."""
        return record_readings(rows=rows, actor=actor, now=now)
