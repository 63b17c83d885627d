"""What all records have in common: once under an external id, corrected by a newer row, locked or appended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from pocgate.identity.models import User
from pocgate.kernel.errors import Forbidden, Invalid, NotAllowedNow
from pocgate.ledger.models import Activity
from portfolio.commands import records
from portfolio.models import RecordedFact, UseCase
from portfolio.rules.benefits import MeasuredBenefit
from portfolio.rules.dependencies import Need, Threat
from portfolio.rules.feedback import GivenFeedback
from portfolio.rules.operations import FigureReading
from portfolio.rules.training import Session
from tests.factories.identity import RoleGrantFactory, UserFactory
from tests.factories.portfolio import TeamMemberFactory

pytestmark = pytest.mark.django_db
THEN = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
FEEDBACK = GivenFeedback("Claims desk", "survey", "Finds the form.", THEN, 4, "survey 7", "f-1")
BENEFIT = MeasuredBenefit(
    Decimal("5200.50"), date(2026, 10, 1), date(2026, 11, 1), "Hours saved times their rate", external_id="b-1"
)
SESSION = Session("Claims handlers", date(2026, 11, 2), 20, 18, external_id="t-1")
FIGURE = FigureReading("latency", Decimal("1.2"), "s", THEN - timedelta(days=7), THEN, external_id="o-1")
NEED = Need("team", "The new interface of the core system", blocked_date=date(2026, 11, 1), external_id="d-1")


@dataclass(frozen=True)
class Way:
    """How one kind is recorded and corrected, and a value it may be changed to."""

    record: Callable[..., tuple[RecordedFact, bool]]
    correct: Callable[..., RecordedFact]
    named: str
    id_named: str
    content: Any
    change: dict[str, Any]
    is_appended: bool


WAYS = {
    "feedback": Way(
        *(records.record_feedback, records.correct_feedback, "feedback", "feedback_id"),
        *(FEEDBACK, {"text": "Finds the form at last."}, True),
    ),
    "benefit_entry": Way(
        *(records.record_benefit, records.correct_benefit, "benefit", "entry_id"),
        *(BENEFIT, {"amount": Decimal(5100)}, True),
    ),
    "training_session": Way(
        *(records.record_training, records.correct_training, "session", "session_id"),
        *(SESSION, {"people_trained": 17}, False),
    ),
    "operations_reading": Way(
        *(records.record_operations_reading, records.correct_operations_reading, "reading", "reading_id"),
        *(FIGURE, {"value": Decimal("1.3")}, True),
    ),
    "dependency": Way(
        *(records.record_dependency, records.correct_dependency, "need", "dependency_id"),
        *(NEED, {"is_outside_team": False}, False),
    ),
    "risk": Way(
        *(records.record_risk, records.correct_risk, "threat", "risk_id"),
        *(Threat("Blind trust", 2, 4, 0, external_id="r-1"), {"impact": 5}, False),
    ),
}
EACH = pytest.mark.parametrize("noun", WAYS)


def _content(way: Way, actor: User) -> Any:
    return replace(way.content, owner_id=actor.pk) if isinstance(way.content, Threat) else way.content


def _record(way: Way, case: UseCase, actor: User, now: datetime, **changes: Any) -> tuple[RecordedFact, bool]:
    content = replace(_content(way, actor), **changes)
    return way.record(case_id=case.pk, actor=actor, now=now, **{way.named: content})


def _correct(way: Way, row: RecordedFact, actor: User, now: datetime, reason: str, **changes: Any) -> RecordedFact:
    content = replace(_content(way, actor), **{"external_id": None, **way.change, **changes})
    return way.correct(actor=actor, now=now, reason=reason, **{way.id_named: row.pk, way.named: content})


@EACH
def test_record_is_written_with_who_when_and_iteration(noun: str, now: datetime) -> None:
    member, way = TeamMemberFactory(case__iteration=2, case__stage=3), WAYS[noun]

    row, is_new = _record(way, member.case, member.user, now)

    assert is_new
    assert (row.recorded_by, row.recorded_at, row.stage, row.iteration) == (member.user, now, 3, 2)
    act = Activity.objects.get()
    assert (act.verb, act.subject_type, act.subject_id) == (f"{noun}.recorded", noun, str(row.pk))
    member.case.refresh_from_db()
    assert member.case.requested_version == 2


@EACH
def test_record_again_under_its_external_id_changes_nothing(noun: str, now: datetime) -> None:
    member, way = TeamMemberFactory(), WAYS[noun]

    first, _new = _record(way, member.case, member.user, now)
    second, is_new = _record(way, member.case, member.user, now)

    assert (second, is_new) == (first, False)
    assert Activity.objects.count() == 1


@EACH
def test_record_under_an_external_id_of_other_content_is_refused(noun: str, now: datetime) -> None:
    member, way = TeamMemberFactory(), WAYS[noun]
    _record(way, member.case, member.user, now)

    with pytest.raises(Invalid) as refused:
        _record(way, member.case, member.user, now, **way.change)

    assert [(p.pointer, p.code) for p in refused.value.problems] == [("external_id", "external_id_reused")]
    assert Activity.objects.count() == 1


@EACH
def test_correction_supersedes_and_keeps_the_wrong_row(noun: str, now: datetime) -> None:
    member, way = TeamMemberFactory(), WAYS[noun]
    old, _new = _record(way, member.case, member.user, now)
    name, value = next(iter(way.change.items()))

    new = _correct(way, old, member.user, now, "Misread")

    old.refresh_from_db()
    assert (old.superseded_by_id, getattr(new, name)) == (new.pk, value)
    assert getattr(old, name) == getattr(way.content, name)
    act = Activity.objects.latest("sequence")
    assert (act.verb, act.after["corrects"], act.after["reason"]) == (f"{noun}.corrected", old.pk, "Misread")
    with pytest.raises(NotAllowedNow):
        _correct(way, old, member.user, now, "Once more")


@EACH
@pytest.mark.parametrize("reason", ["", " ", "x" * 2001])
def test_correction_without_a_fitting_reason_is_refused(noun: str, reason: str, now: datetime) -> None:
    member, way = TeamMemberFactory(), WAYS[noun]
    old, _new = _record(way, member.case, member.user, now)

    with pytest.raises(Invalid) as refused:
        _correct(way, old, member.user, now, reason)

    assert [problem.pointer for problem in refused.value.problems] == ["reason"]
    old.refresh_from_db()
    assert old.superseded_by_id is None


@EACH
def test_record_while_a_vote_runs_is_appended_or_locked(noun: str, now: datetime) -> None:
    member, way = TeamMemberFactory(case__records_locked_at=datetime(2026, 11, 22, tzinfo=UTC)), WAYS[noun]

    if way.is_appended:
        assert _record(way, member.case, member.user, now)[1]
        return

    with pytest.raises(NotAllowedNow) as refused:
        _record(way, member.case, member.user, now)

    assert [blocker.code for blocker in refused.value.blockers] == ["records_locked"]


@EACH
def test_record_on_somebody_elses_case_is_for_the_team_and_feedback_for_all(noun: str, now: datetime) -> None:
    case, way = TeamMemberFactory().case, WAYS[noun]

    if noun == "feedback":
        assert _record(way, case, UserFactory(), now)[1]
        with pytest.raises(Forbidden):
            _record(way, case, RoleGrantFactory(role="auditor").user, now, external_id=None)
        return

    with pytest.raises(Forbidden):
        _record(way, case, UserFactory(), now)

    assert not Activity.objects.exists()
