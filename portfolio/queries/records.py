"""What came of using a case and what stands in its way, for one page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from django.db.models import QuerySet

from pocgate.identity.models import User
from portfolio.enums import OperationsFigure
from portfolio.models import (
    BenefitEntry,
    ChangeRequest,
    Dependency,
    Feedback,
    Incident,
    OperationsReading,
    RecordedFact,
    Release,
    Risk,
    TrainingSession,
    UseCase,
)

ROWS_SHOWN = 200
Row = TypeVar("Row", bound=RecordedFact)


@dataclass(frozen=True)
class FigureView:
    """One of the four figures with its newest reading, None while it was never measured."""

    name: str
    reading: OperationsReading | None


@dataclass(frozen=True)
class UseView:
    """Everything on the page; the newest first, corrected records among them."""

    feedback: tuple[Feedback, ...]
    benefits: tuple[BenefitEntry, ...]
    training: tuple[TrainingSession, ...]
    operations: tuple[OperationsReading, ...]
    dependencies: tuple[Dependency, ...]
    risks: tuple[Risk, ...]
    releases: tuple[Release, ...]
    incidents: tuple[Incident, ...]
    changes: tuple[ChangeRequest, ...]
    seen_cases: Mapping[int, str]

    @property
    def figures(self) -> tuple[FigureView, ...]:
        """The four figures as they were read last."""
        standing = _standing(self.operations)
        return tuple(
            FigureView(str(label), next((row for row in standing if row.figure == figure), None))
            for figure, label in OperationsFigure.choices
        )

    @property
    def answered(self) -> int:
        """How much of the feedback is answered."""
        return sum(row.answered_at is not None for row in _standing(self.feedback))

    @property
    def received(self) -> int:
        """How much feedback came in."""
        return len(_standing(self.feedback))

    @property
    def benefit_total(self) -> Decimal:
        """What all measured benefit adds up to, in the currency of the case."""
        return sum((row.amount for row in _standing(self.benefits)), Decimal(0))

    @property
    def people_trained(self) -> int:
        """How many people were trained."""
        return sum(row.people_trained or 0 for row in _standing(self.training))


def use_view(case: UseCase, reader: User, *, now: datetime) -> UseView:
    """What is recorded of the case; ten queries at most. Cases the reader does not see are not named."""
    dependencies = _newest(Dependency.objects.select_related("resolved_by"), case, "-recorded_at")
    on_cases = [row.on_case_id for row in dependencies if row.on_case_id]
    seen = UseCase.objects.visible_to(reader, now=now).filter(pk__in=on_cases) if on_cases else ()
    return UseView(
        feedback=_newest(Feedback.objects.select_related("answered_by"), case, "-received_at"),
        benefits=_newest(BenefitEntry.objects.all(), case, "-period_end"),
        training=_newest(TrainingSession.objects.select_related("material"), case, "-session_date"),
        operations=_newest(OperationsReading.objects.all(), case, "-observed_to"),
        dependencies=dependencies,
        risks=_newest(Risk.objects.select_related("owner", "residual_accepted_by", "closed_by"), case, "-recorded_at"),
        releases=tuple(
            Release.objects.filter(case=case).select_related("recorded_by").order_by("-recorded_at", "-pk")[:ROWS_SHOWN]
        ),
        incidents=_newest(Incident.objects.all(), case, "-detected_at"),
        changes=_newest(ChangeRequest.objects.select_related("release"), case, "-recorded_at"),
        seen_cases={other.pk: other.reference for other in seen},
    )


def _newest(rows: QuerySet[Row], case: UseCase, order: str) -> tuple[Row, ...]:
    return tuple(rows.filter(case=case).select_related("recorded_by").order_by(order, "-pk")[:ROWS_SHOWN])


def _standing(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row.superseded_by_id is None]
