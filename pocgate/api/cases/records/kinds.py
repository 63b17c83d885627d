"""Each kind of record: what is sent, what is told, and the commands that write it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pocgate.api.base import ApiView
from pocgate.api.bodies import Body
from pocgate.api.cases.records import bodies, shapes
from pocgate.api.shapes import Shape
from pocgate.identity.enums import Scope
from pocgate.identity.models import User
from pocgate.kernel.errors import FieldProblem, Invalid
from pocgate.kernel.http import number_of
from portfolio.commands import records
from portfolio.models import (
    BenefitEntry,
    ChangeRequest,
    Dependency,
    Feedback,
    Incident,
    OperationsReading,
    RecordedFact,
    Risk,
    TrainingSession,
    UseCase,
)
from portfolio.rules.benefits import MeasuredBenefit
from portfolio.rules.dependencies import Need, Threat
from portfolio.rules.feedback import GivenFeedback
from portfolio.rules.operating import Mishap, Wish
from portfolio.rules.operations import FigureReading
from portfolio.rules.training import Session

Values = Mapping[str, Any]


@dataclass(frozen=True)
class RecordKind:
    """A kind as the API has it. `content` makes what the commands take, from a body and for a caller."""

    path: str
    singular: str
    plural: str
    scope: str
    model: type[RecordedFact]
    shape: Shape
    body: type[Body]
    correction: type[Body]
    content: Callable[[Values, ApiView], object]
    record: Callable[..., tuple[RecordedFact, bool]]
    correct: Callable[..., RecordedFact]
    # The names of the commands' arguments for the content and for the row to correct.
    arguments: tuple[str, str]


def _need(values: Values, view: ApiView) -> Need:
    given = dict(values)
    reference = given.pop("on_case", None)
    if reference is not None:
        seen = UseCase.objects.visible_to(view.person, now=view.now).filter(number=number_of(reference))
        given["on_case_id"] = seen.values_list("pk", flat=True).first()
        if given["on_case_id"] is None:
            raise Invalid([FieldProblem("on_case", "unknown_case", "There is no such case.")])
    return Need(**given)


def _threat(values: Values, view: ApiView) -> Threat:
    given = dict(values)
    owner = User.objects.filter(username=given.pop("owner"), is_active=True).values_list("pk", flat=True).first()
    if owner is None:
        raise Invalid([FieldProblem("owner", "unknown_person", "There is no such person.")])
    return Threat(**given, owner_id=owner)


def _wish(values: Values, view: ApiView) -> Wish:
    given = dict(values)
    return Wish(**{name: value for name, value in given.items() if name != "release"}, release_id=given.get("release"))


def _session(values: Values, view: ApiView) -> Session:
    given = dict(values)
    return Session(
        **{name: value for name, value in given.items() if name != "material"}, material_id=given.get("material")
    )


KINDS = (
    RecordKind(
        *("feedback", "feedback", "feedback of users", Scope.CASES_WRITE, Feedback, shapes.FEEDBACK),
        *(bodies.FeedbackBody, bodies.FeedbackCorrection, lambda values, _view: GivenFeedback(**values)),
        *(records.record_feedback, records.correct_feedback, ("feedback", "feedback_id")),
    ),
    RecordKind(
        *("benefits", "benefit", "measured benefit", Scope.READINGS_WRITE, BenefitEntry, shapes.BENEFIT),
        *(bodies.BenefitBody, bodies.BenefitCorrection, lambda values, _view: MeasuredBenefit(**values)),
        *(records.record_benefit, records.correct_benefit, ("benefit", "entry_id")),
    ),
    RecordKind(
        *("training", "training_session", "training sessions", Scope.CASES_WRITE, TrainingSession, shapes.TRAINING),
        *(bodies.TrainingBody, bodies.TrainingCorrection, _session),
        *(records.record_training, records.correct_training, ("session", "session_id")),
    ),
    RecordKind(
        *("operations", "operations_reading", "figures of operation", Scope.READINGS_WRITE, OperationsReading),
        *(shapes.OPERATIONS, bodies.OperationsBody, bodies.OperationsCorrection),
        lambda values, _view: FigureReading(**values),
        *(records.record_operations_reading, records.correct_operations_reading, ("reading", "reading_id")),
    ),
    RecordKind(
        *("dependencies", "dependency", "dependencies", Scope.CASES_WRITE, Dependency, shapes.DEPENDENCY),
        *(bodies.DependencyBody, bodies.DependencyCorrection, _need),
        *(records.record_dependency, records.correct_dependency, ("need", "dependency_id")),
    ),
    RecordKind(
        *("risks", "risk", "risks", Scope.CASES_WRITE, Risk, shapes.RISK),
        *(bodies.RiskBody, bodies.RiskCorrection, _threat),
        *(records.record_risk, records.correct_risk, ("threat", "risk_id")),
    ),
    RecordKind(
        *("incidents", "incident", "incidents in use", Scope.CASES_WRITE, Incident, shapes.INCIDENT),
        *(bodies.IncidentBody, bodies.IncidentCorrection, lambda values, _view: Mishap(**values)),
        *(records.record_incident, records.correct_incident, ("mishap", "incident_id")),
    ),
    RecordKind(
        *("change-requests", "change_request", "change requests", Scope.CASES_WRITE, ChangeRequest),
        *(shapes.CHANGE_REQUEST, bodies.ChangeRequestBody, bodies.ChangeRequestCorrection, _wish),
        *(records.record_change_request, records.correct_change_request, ("wish", "change_id")),
    ),
)
