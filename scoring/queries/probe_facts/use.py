"""Feedback, measured benefit, training and figures of operation: those of the present iteration, uncorrected."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from django.db.models import QuerySet

from portfolio.models import BenefitEntry, Feedback, OperationsReading, RecordedFact, TrainingSession
from scoring.queries.probe_facts.basics import CaseRow, end_of_day
from scoring.queries.probe_facts.periods import known_by, uncorrected
from scoring.rules import probes
from scoring.rules.reasons import Record

Row = TypeVar("Row", bound=RecordedFact)


def feedback_of(cases: Sequence[CaseRow], *, now: datetime) -> list[tuple[int, probes.Feedback]]:
    """What users said, with the case."""
    rows = _counting(
        Feedback.objects.only("case_id", "iteration", "given_by", "received_at", "answered_at"), cases, now
    )
    return [
        (
            row.case_id,
            probes.Feedback(
                Record("feedback", row.pk, str(row)), row.received_at, known_by(row.answered_at, now) is not None
            ),
        )
        for row in rows
    ]


def benefits_of(cases: Sequence[CaseRow], *, now: datetime) -> list[tuple[int, probes.Benefit]]:
    """Measured benefit, with the case."""
    stages = {row.case.pk: row.case.stage for row in cases}
    return [
        (
            row.case_id,
            probes.Benefit(
                record=Record("benefit_entry", row.pk, str(row)),
                amount=row.amount,
                period_from=row.period_start,
                period_to=row.period_end,
                ended_at=end_of_day(row.last_day),
                scale_percent=row.scale_percent,
                in_stage=row.stage is None or row.stage == stages[row.case_id],
            ),
        )
        for row in _counting(BenefitEntry.objects.all(), cases, now)
    ]


def training_of(cases: Sequence[CaseRow], *, now: datetime) -> list[tuple[int, probes.Training]]:
    """Sessions planned and held, with the case."""
    return [
        (
            row.case_id,
            probes.Training(
                record=Record("training_session", row.pk, str(row)),
                ends_at=end_of_day(row.session_date),
                planned=row.people_planned,
                trained=row.people_trained,
            ),
        )
        for row in _counting(TrainingSession.objects.all(), cases, now)
    ]


def operations_of(cases: Sequence[CaseRow], *, now: datetime) -> list[tuple[int, probes.Figure]]:
    """Figures of operation, with the case."""
    return [
        (
            row.case_id,
            probes.Figure(Record("operations_reading", row.pk, str(row)), row.figure, row.observed_to),
        )
        for row in _counting(OperationsReading.objects.all(), cases, now)
    ]


def _counting(rows: QuerySet[Row], cases: Sequence[CaseRow], now: datetime) -> list[Row]:
    # The iteration is that of the row as it was given, which for a past day is not the one that is stored.
    iterations = {row.case.pk: row.case.iteration for row in cases}
    found = rows.filter(uncorrected(now), case__in=list(iterations)).order_by("pk")
    return [row for row in found if row.iteration == iterations[row.case_id]]
