"""What the API tells of each kind of record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pocgate.api.shapes import (
    BOOLEAN,
    COUNT,
    CURRENCY,
    DAY,
    DECIMAL,
    INTEGER,
    REFERENCE,
    STAGE,
    STRING,
    TIME,
    Shape,
    named,
    one_of,
    or_null,
    record,
)
from portfolio.enums import (
    ChangeKind,
    ChangeState,
    DependencyOn,
    FeedbackChannel,
    IncidentSeverity,
    OperationsFigure,
    ReleaseKind,
)
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
)

SCALE: Shape = {"type": "integer", "minimum": 1, "maximum": 5}
COMMON: Mapping[str, Shape] = {
    "id": INTEGER,
    "stage": or_null(STAGE),
    "iteration": INTEGER,
    "source": or_null(STRING),
    "external_id": or_null(STRING),
    "recorded_at": TIME,
    "recorded_by": or_null(STRING),
    "superseded_by": {**or_null(INTEGER), "description": "The id of the record that corrects this one."},
}
FEEDBACK = named(
    "Feedback",
    record(
        **COMMON,
        given_by=STRING,
        channel=one_of(FeedbackChannel.values),
        text=STRING,
        rating=or_null(SCALE),
        received_at=TIME,
        answer=or_null(STRING),
        answered_at=or_null(TIME),
        answered_by=or_null(STRING),
    ),
)
BENEFIT = named(
    "Benefit",
    record(
        **COMMON,
        amount=DECIMAL,
        currency=CURRENCY,
        period_start=DAY,
        period_end=DAY,
        method=STRING,
        scale_percent=DECIMAL,
    ),
)
TRAINING = named(
    "TrainingSession",
    record(
        **COMMON,
        audience=STRING,
        session_date=DAY,
        people_planned=COUNT,
        people_trained=or_null(COUNT),
        material=or_null(INTEGER),
    ),
)
OPERATIONS = named(
    "OperationsReading",
    record(
        **COMMON,
        figure=one_of(OperationsFigure.values),
        value=DECIMAL,
        unit=STRING,
        observed_from=TIME,
        observed_to=TIME,
        method=or_null(STRING),
        release=or_null(STRING),
    ),
)
DEPENDENCY = named(
    "Dependency",
    record(
        **COMMON,
        on=one_of(DependencyOn.values),
        on_case={**or_null(REFERENCE), "description": "Null as well for a case one does not see."},
        text=STRING,
        is_outside_team=BOOLEAN,
        blocked_date=or_null(DAY),
        resolution=or_null(STRING),
        resolved_at=or_null(TIME),
        resolved_by=or_null(STRING),
    ),
)
RISK = named(
    "Risk",
    record(
        **COMMON,
        text=STRING,
        likelihood=SCALE,
        impact=SCALE,
        mitigation=or_null(STRING),
        owner=STRING,
        residual_accepted_at=or_null(TIME),
        residual_accepted_by=or_null(STRING),
        closed_at=or_null(TIME),
        closed_by=or_null(STRING),
    ),
)
INCIDENT = named(
    "Incident",
    record(
        **COMMON,
        severity=one_of(IncidentSeverity.values),
        text=STRING,
        detected_at=TIME,
        containment=or_null(STRING),
        contained_at=or_null(TIME),
        contained_by=or_null(STRING),
        reported_at=or_null(TIME),
        reported_by=or_null(STRING),
    ),
)
CHANGE_REQUEST = named(
    "ChangeRequest",
    record(
        **COMMON,
        kind=one_of(ChangeKind.values),
        text=STRING,
        release={**or_null(STRING), "description": "The label of the release that is asked for."},
        state=one_of(ChangeState.values),
        settled_at=or_null(TIME),
        settled_in={**or_null(STRING), "description": "The number of the decision that settled it."},
    ),
)
RELEASE = named(
    "Release",
    record(
        id=INTEGER,
        label=STRING,
        kind=one_of(ReleaseKind.values),
        parts={"type": "object", "additionalProperties": STRING},
        digest=or_null(STRING),
        note=or_null(STRING),
        recorded_at=TIME,
        recorded_by=or_null(STRING),
    ),
)
# The members that stand in the row under their own name, by kind.
PLAIN: Mapping[type[RecordedFact], tuple[str, ...]] = {
    Feedback: ("given_by", "channel", "text", "rating", "received_at", "answer", "answered_at", "answered_by"),
    BenefitEntry: ("amount", "period_start", "period_end", "method", "scale_percent"),
    TrainingSession: ("audience", "session_date", "people_planned", "people_trained"),
    OperationsReading: ("figure", "value", "unit", "observed_from", "observed_to", "method", "release"),
    Dependency: ("on", "text", "is_outside_team", "blocked_date", "resolution", "resolved_at", "resolved_by"),
    Risk: (
        *("text", "likelihood", "impact", "mitigation", "owner", "residual_accepted_at", "residual_accepted_by"),
        *("closed_at", "closed_by"),
    ),
    Incident: (
        *("severity", "text", "detected_at", "containment", "contained_at", "contained_by", "reported_at"),
        "reported_by",
    ),
    ChangeRequest: ("kind", "text", "state", "settled_at", "settled_in"),
}


def as_document(row: RecordedFact, seen: Mapping[int, str]) -> dict[str, Any]:
    """The record in the shape of its kind. `seen` has the references of cases that the reader sees."""
    names = ("id", "stage", "iteration", "source", "external_id", "recorded_at", "recorded_by", *PLAIN[type(row)])
    told = {name: _told(getattr(row, name)) for name in names}
    told["superseded_by"] = row.superseded_by_id
    if isinstance(row, BenefitEntry):
        told["currency"] = row.case.currency
    if isinstance(row, TrainingSession):
        told["material"] = row.material_id
    if isinstance(row, Dependency):
        told["on_case"] = seen.get(row.on_case_id) if row.on_case_id else None
    if isinstance(row, ChangeRequest):
        told["release"] = row.release.label if row.release else None
    return told


def as_release(row: Release) -> dict[str, Any]:
    """A release in its shape."""
    names = ("id", "label", "kind", "parts", "digest", "note", "recorded_at", "recorded_by")
    return {name: _told(getattr(row, name)) for name in names}


def _told(value: Any) -> Any:
    """People by user name; nothing instead of an empty text."""
    return getattr(value, "username", value) if value != "" else None
