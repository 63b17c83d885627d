"""Answering, holding, resolving, accepting, closing: what each kind of record can do besides being corrected."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from pocgate.kernel.errors import Forbidden, Invalid, NotAllowedNow
from pocgate.ledger.models import Activity
from portfolio.commands import records
from portfolio.models import Dependency, Feedback, Risk, TrainingSession
from portfolio.rules.dependencies import Need, Threat
from portfolio.rules.training import Session
from tests.factories.identity import UserFactory
from tests.factories.portfolio import (
    DependencyFactory,
    EvidenceFactory,
    FeedbackFactory,
    RiskFactory,
    TeamMemberFactory,
    TrainingSessionFactory,
    UseCaseFactory,
)
from tests.portfolio.records.test_writing import FEEDBACK, SESSION

pytestmark = pytest.mark.django_db


def test_answer_feedback_is_kept_with_who_and_when(now: datetime) -> None:
    member = TeamMemberFactory(role="operations")
    row = FeedbackFactory(case=member.case)

    records.answer_feedback(feedback_id=row.pk, answer=" Mended in release 4. ", actor=member.user, now=now)

    row.refresh_from_db()
    assert (row.answer, row.answered_at, row.answered_by) == ("Mended in release 4.", now, member.user)
    assert Activity.objects.get().verb == "feedback.answered"


@pytest.mark.parametrize("answer", ["", "  ", "x" * 5001, "a\x00b"])
def test_answer_that_can_not_be_is_refused(answer: str, now: datetime) -> None:
    member = TeamMemberFactory()
    row = FeedbackFactory(case=member.case)

    with pytest.raises(Invalid) as refused:
        records.answer_feedback(feedback_id=row.pk, answer=answer, actor=member.user, now=now)

    assert [problem.pointer for problem in refused.value.problems] == ["answer"]


def test_answer_feedback_twice_is_refused_and_outside_the_team_forbidden(now: datetime) -> None:
    member = TeamMemberFactory()
    row = FeedbackFactory(case=member.case)
    records.answer_feedback(feedback_id=row.pk, answer="Mended.", actor=member.user, now=now)

    with pytest.raises(NotAllowedNow) as refused:
        records.answer_feedback(feedback_id=row.pk, answer="Again.", actor=member.user, now=now)
    with pytest.raises(Forbidden):
        records.answer_feedback(feedback_id=row.pk, answer="Mine.", actor=UserFactory(), now=now)

    assert [blocker.code for blocker in refused.value.blockers] == ["answered_already"]
    assert Feedback.objects.get().answer == "Mended."


def test_correct_feedback_keeps_the_answer(now: datetime) -> None:
    member = TeamMemberFactory()
    row, _new = records.record_feedback(case_id=member.case_id, feedback=FEEDBACK, actor=member.user, now=now)
    records.answer_feedback(feedback_id=row.pk, answer="Mended.", actor=member.user, now=now)
    later = now + timedelta(days=1)

    new = records.correct_feedback(
        feedback_id=row.pk,
        feedback=replace(FEEDBACK, rating=2, external_id=None),
        reason="Wrong mark",
        actor=member.user,
        now=later,
    )

    assert (new.rating, new.answer, new.answered_at, new.answered_by) == (2, "Mended.", now, member.user)


def test_team_does_not_reword_what_others_wrote_down(now: datetime) -> None:
    member, visitor = TeamMemberFactory(), UserFactory()
    row = FeedbackFactory(case=member.case, recorded_by=visitor)
    given = replace(FEEDBACK, external_id=None)

    with pytest.raises(NotAllowedNow) as refused:
        records.correct_feedback(feedback_id=row.pk, feedback=given, reason="Too harsh", actor=member.user, now=now)
    own = records.correct_feedback(feedback_id=row.pk, feedback=given, reason="Typo", actor=visitor, now=now)

    assert [blocker.code for blocker in refused.value.blockers] == ["not_own_feedback"]
    assert own.recorded_by == visitor


def test_hold_training_keeps_its_plan_behind_it(now: datetime) -> None:
    member = TeamMemberFactory()
    plan = TrainingSessionFactory(case=member.case, session_date=date(2026, 12, 1), external_id="t-9")

    row = records.hold_training(
        session_id=plan.pk, session_date=date(2026, 11, 20), people_trained=19, actor=member.user, now=now
    )

    plan.refresh_from_db()
    assert (row.session_date, row.people_planned, row.people_trained) == (date(2026, 11, 20), 20, 19)
    assert (plan.superseded_by, plan.people_trained, plan.session_date) == (row, None, date(2026, 12, 1))
    with pytest.raises(NotAllowedNow) as refused:
        records.hold_training(
            session_id=row.pk, session_date=row.session_date, people_trained=1, actor=member.user, now=now
        )
    assert [blocker.code for blocker in refused.value.blockers] == ["held_already"]


def test_hold_training_on_a_day_to_come_is_refused(now: datetime) -> None:
    member = TeamMemberFactory()
    plan = TrainingSessionFactory(case=member.case)

    with pytest.raises(Invalid) as refused:
        records.hold_training(
            session_id=plan.pk, session_date=date(2026, 11, 24), people_trained=19, actor=member.user, now=now
        )

    assert [(p.pointer, p.code) for p in refused.value.problems] == [("session_date", "from_the_future")]
    assert TrainingSession.objects.count() == 1


def test_material_must_be_evidence_of_the_case(now: datetime) -> None:
    member = TeamMemberFactory()
    own, foreign = EvidenceFactory(case=member.case), EvidenceFactory()
    withdrawn = EvidenceFactory(case=member.case, withdrawn_at=now)

    for other in (foreign, withdrawn):
        with pytest.raises(Invalid) as refused:
            _plan(member, replace(SESSION, material_id=other.pk), now)
        assert [problem.code for problem in refused.value.problems] == ["unknown_material"]
    assert _plan(member, replace(SESSION, material_id=own.pk), now).material == own


def _plan(member: object, session: Session, now: datetime) -> TrainingSession:
    return records.record_training(case_id=member.case_id, session=session, actor=member.user, now=now)[0]


def test_resolve_dependency_once(now: datetime) -> None:
    member = TeamMemberFactory()
    row = DependencyFactory(case=member.case)

    records.resolve_dependency(dependency_id=row.pk, resolution="Interface is live", actor=member.user, now=now)

    row.refresh_from_db()
    assert (row.resolution, row.resolved_at, row.resolved_by) == ("Interface is live", now, member.user)
    for act in (
        lambda: records.resolve_dependency(dependency_id=row.pk, resolution="Twice", actor=member.user, now=now),
        lambda: records.correct_dependency(
            dependency_id=row.pk, need=Need("data", "More"), reason="Typo", actor=member.user, now=now
        ),
    ):
        with pytest.raises(NotAllowedNow) as refused:
            act()
        assert [blocker.code for blocker in refused.value.blockers] == ["resolved_already"]


def test_dependency_on_an_invisible_case_looks_like_one_on_no_case(now: datetime) -> None:
    member, other = TeamMemberFactory(), UseCaseFactory()
    need = Need("case", "Its feature store", on_case_id=other.pk)

    with pytest.raises(Invalid) as refused:
        records.record_dependency(case_id=member.case_id, need=need, actor=member.user, now=now)
    TeamMemberFactory(case=other, user=member.user, role="engineering")
    row, _new = records.record_dependency(case_id=member.case_id, need=need, actor=member.user, now=now)

    assert [(p.pointer, p.code) for p in refused.value.problems] == [("on_case", "unknown_case")]
    assert (row.on_case, Dependency.objects.count()) == (other, 1)


@pytest.mark.parametrize(("role", "may"), [("business_owner", True), ("sponsor", True), ("product_owner", False)])
def test_residual_risk_is_accepted_by_who_answers_for_it(role: str, may: bool, now: datetime) -> None:
    member = TeamMemberFactory(role=role)
    risk = RiskFactory(case=member.case)

    if may:
        records.accept_residual_risk(risk_id=risk.pk, reason="Small", actor=member.user, now=now)
    else:
        with pytest.raises(Forbidden):
            records.accept_residual_risk(risk_id=risk.pk, reason="Small", actor=member.user, now=now)

    risk.refresh_from_db()
    assert (risk.residual_accepted_by == member.user) is may


def test_risk_stated_anew_has_to_be_accepted_again(now: datetime) -> None:
    sponsor = TeamMemberFactory(role="sponsor")
    old = RiskFactory(case=sponsor.case)
    records.accept_residual_risk(risk_id=old.pk, reason="Small", actor=sponsor.user, now=now)
    threat = Threat(old.text, 5, 5, old.owner_id)

    new = records.correct_risk(risk_id=old.pk, threat=threat, reason="More users", actor=sponsor.user, now=now)

    assert (new.score, new.residual_accepted_at) == (25, None)


def test_closed_risk_stays_as_it_is(now: datetime) -> None:
    member = TeamMemberFactory(role="sponsor")
    risk = RiskFactory(case=member.case)
    records.close_risk(risk_id=risk.pk, reason="The step is gone", actor=member.user, now=now)

    with pytest.raises(NotAllowedNow) as refused:
        records.accept_residual_risk(risk_id=risk.pk, reason="Small", actor=member.user, now=now)

    assert [blocker.code for blocker in refused.value.blockers] == ["closed_already"]
    assert Risk.objects.get().closed_at == now


def test_risk_of_nobody_is_refused(now: datetime) -> None:
    member = TeamMemberFactory()

    with pytest.raises(Invalid) as refused:
        records.record_risk(case_id=member.case_id, threat=Threat("Drift", 1, 1, 999_999), actor=member.user, now=now)

    assert [(p.pointer, p.code) for p in refused.value.problems] == [("owner", "unknown_person")]
