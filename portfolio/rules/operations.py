"""The four figures of operation and the units they are given in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from pocgate.kernel.errors import FieldProblem
from portfolio.rules.choices import choice_problems
from portfolio.rules.moments import observation_problems
from portfolio.rules.numbers import measure_problems, short_text_problems

PERCENT = "%"
UNITS: Mapping[str, tuple[str, ...]] = {
    "throughput": ("1/s", "1/min", "1/h", "1/day", "1/week"),
    "latency": ("ms", "s", "min", "h"),
    "error_rate": (PERCENT,),
    "availability": (PERCENT,),
}


@dataclass(frozen=True)
class FigureReading:
    """A figure over `observed_from`–`observed_to`, in one of its `UNITS`."""

    figure: str
    value: Decimal
    unit: str
    observed_from: datetime
    observed_to: datetime
    method: str = ""
    release: str = ""
    source: str = ""
    external_id: str | None = None


def figure_problems(reading: FigureReading, *, now: datetime) -> list[FieldProblem]:
    """What is wrong with a reading of a figure."""
    return [
        *choice_problems("figure", reading.figure, UNITS),
        *_value_problems(reading),
        *observation_problems(reading.observed_from, reading.observed_to, now=now),
        *short_text_problems("method", reading.method, 300),
        *short_text_problems("release", reading.release, 100),
        *short_text_problems("source", reading.source, 200),
        *short_text_problems("external_id", reading.external_id or "", 200),
    ]


def _value_problems(reading: FigureReading) -> list[FieldProblem]:
    problems = measure_problems("value", reading.value, minimum=Decimal(0))
    if reading.figure in UNITS:
        problems += choice_problems("unit", reading.unit, UNITS[reading.figure])
    if not problems and reading.unit == PERCENT and reading.value > 100:  # noqa: PLR2004 - percent
        problems.append(FieldProblem("value", "too_large", "A share is at most 100 percent."))
    return problems
