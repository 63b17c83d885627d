"""The four figures of operation; like readings they are appended even while a vote runs."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction

from pocgate.identity.models import User
from portfolio.commands.opening import case_to_measure, invalid_when
from portfolio.commands.records.writing import Kind, content_of, write_correction, write_once
from portfolio.models import OperationsReading
from portfolio.rules.numbers import measure
from portfolio.rules.operations import FigureReading, figure_problems

KIND = Kind(OperationsReading, "operations_reading")


def record_operations_reading(
    *, case_id: int, reading: FigureReading, actor: User, now: datetime
) -> tuple[OperationsReading, bool]:
    """Append a figure; True when it is new. Values are kept with six decimals, rounded half to even."""
    invalid_when(figure_problems(reading, now=now))
    with transaction.atomic():
        case = case_to_measure(case_id, act="keep_records", actor=actor, now=now)
        return write_once(KIND, case, _values(reading), actor=actor, now=now)


def correct_operations_reading(
    *, reading_id: int, reading: FigureReading, reason: str, actor: User, now: datetime
) -> OperationsReading:
    """Put another figure in the place of a wrong one, which stays and refers to it."""
    invalid_when(figure_problems(reading, now=now))
    with transaction.atomic():
        case = case_to_measure(KIND.case_id_of(reading_id), act="keep_records", actor=actor, now=now)
        old = KIND.locked(reading_id)
        return write_correction(KIND, case, old, _values(reading), reason=reason, actor=actor, now=now)


def _values(reading: FigureReading) -> dict[str, Any]:
    return {**content_of(asdict(reading)), "value": measure(reading.value)}
