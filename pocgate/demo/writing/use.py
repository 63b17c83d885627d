"""Feedback, benefit, training, figures of operation, dependencies and risks."""

from __future__ import annotations

from typing import Any

from pocgate.demo.plan.shapes import CasePlan, FeedbackPlan, MarkPlan, TrainingPlan
from pocgate.demo.writing.portion import Portion
from pocgate.kernel.bulk import Row, write_rows
from portfolio.models import (
    BenefitEntry,
    Dependency,
    Feedback,
    OperationsReading,
    RecordedFact,
    Risk,
    TrainingSession,
    UseCase,
)


def write_use(portion: Portion) -> None:
    """What came of using the cases, and what stands in their way."""
    _write_feedback(portion)
    _write_training(portion)
    _write_plain(portion, BenefitEntry, "benefits", "benefit_entry", ("amount",))
    _write_plain(portion, OperationsReading, "figures", "operations_reading", ("figure", "value", "unit"))
    _write_dependencies(portion)
    _write_risks(portion)


def _row(portion: Portion, case: UseCase, planned: Any, **more: Any) -> Row:
    """The columns that all records share, and the plan's own."""
    mark: MarkPlan = planned.mark
    own = {name: value for name, value in vars(planned).items() if name != "mark"}
    return {
        "case_id": case.pk,
        "stage": mark.stage,
        "iteration": mark.iteration,
        "recorded_at": mark.recorded_at,
        "recorded_by_id": portion.person(mark.by),
        **own,
        **more,
    }


def _tell(portion: Portion, verb: str, key: int, of: tuple[CasePlan, UseCase, Any], *names: str) -> None:
    plan, case, planned = of
    after = {name: str(getattr(planned, name)) for name in names}
    subject, mark = (verb.partition(".")[0], key), planned.mark
    portion.tell(verb, subject, plan, case, at=mark.recorded_at, by=mark.by, after=after)


def _write_plain(portion: Portion, model: type[RecordedFact], part: str, noun: str, names: tuple[str, ...]) -> None:
    planned = [(plan, case, each) for plan, case in portion.pairs() for each in getattr(plan.use, part)]
    keys = write_rows(model, [_row(portion, case, each) for _plan, case, each in planned])
    for (plan, case, each), key in zip(planned, keys, strict=True):
        _tell(portion, f"{noun}.recorded", key, (plan, case, each), *names)


def _write_feedback(portion: Portion) -> None:
    planned = [(plan, case, each) for plan, case in portion.pairs() for each in plan.use.feedback]
    keys = write_rows(Feedback, [_feedback(portion, case, each) for _plan, case, each in planned])
    for (plan, case, each), key in zip(planned, keys, strict=True):
        _tell(portion, "feedback.recorded", key, (plan, case, each), "given_by", "text")
        if each.answered_at is not None:
            after, by = {"answer": each.answer}, each.answered_by
            portion.tell("feedback.answered", ("feedback", key), plan, case, at=each.answered_at, by=by, after=after)


def _feedback(portion: Portion, case: UseCase, each: FeedbackPlan) -> Row:
    row = dict(_row(portion, case, each))
    row["answered_by_id"] = portion.person(row.pop("answered_by"))
    return row


def _write_training(portion: Portion) -> None:
    """The session as it was held, and behind it the plan that it replaced."""
    planned = [(plan, case, each) for plan, case in portion.pairs() for each in plan.use.training]
    keys = write_rows(TrainingSession, [_session(portion, case, each) for _plan, case, each in planned])
    replaced = [(case, each, key) for (_plan, case, each), key in zip(planned, keys, strict=True) if each.held_at]
    plans = [{**_plan(portion, case, each), "superseded_by_id": key} for case, each, key in replaced]
    write_rows(TrainingSession, plans)
    for (plan, case, each), key in zip(planned, keys, strict=True):
        _tell(portion, "training_session.recorded", key, (plan, case, each), "audience", "people_planned")
        if each.held_at is not None:
            after, at = {"people_trained": each.people_trained}, each.held_at
            portion.tell(
                "training_session.held", ("training_session", key), plan, case, at=at, by=each.mark.by, after=after
            )


def _session(portion: Portion, case: UseCase, each: TrainingPlan) -> Row:
    return {**_plan(portion, case, each), "people_trained": each.people_trained} | (
        {"recorded_at": each.held_at} if each.held_at else {}
    )


def _plan(portion: Portion, case: UseCase, each: TrainingPlan) -> Row:
    row = dict(_row(portion, case, each))
    del row["held_at"], row["people_trained"]
    return row


def _write_dependencies(portion: Portion) -> None:
    planned = [(plan, case, each) for plan, case in portion.pairs() for each in plan.use.dependencies]
    rows = [
        _row(portion, case, each, resolved_by_id=portion.person(each.mark.by) if each.resolved_at else None)
        for _plan, case, each in planned
    ]
    for (plan, case, each), key in zip(planned, write_rows(Dependency, rows), strict=True):
        _tell(portion, "dependency.recorded", key, (plan, case, each), "text")
        if each.resolved_at is not None:
            after, at = {"resolution": each.resolution}, each.resolved_at
            portion.tell("dependency.resolved", ("dependency", key), plan, case, at=at, by=each.mark.by, after=after)


def _write_risks(portion: Portion) -> None:
    planned = [(plan, case, each) for plan, case in portion.pairs() for each in plan.use.risks]
    rows = [_risk(portion, plan, case, each) for plan, case, each in planned]
    for (plan, case, each), key in zip(planned, write_rows(Risk, rows), strict=True):
        _tell(portion, "risk.recorded", key, (plan, case, each), "text")
        if each.accepted_at is not None:
            portion.tell("risk.accepted", ("risk", key), plan, case, at=each.accepted_at, by=_sponsor(plan))


def _risk(portion: Portion, plan: CasePlan, case: UseCase, each: Any) -> Row:
    row = dict(_row(portion, case, each, owner_id=portion.person(each.mark.by)))
    row["residual_accepted_at"] = row.pop("accepted_at")
    row["residual_accepted_by_id"] = portion.person(_sponsor(plan)) if each.accepted_at else None
    return row


def _sponsor(plan: CasePlan) -> str:
    return next(member.person for member in plan.members if member.role == "sponsor")
