"""Vetoes: named with what lifts them, lifted by holder or successor alone, put before the sponsor on the record."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from gates.commands.questions import answer_question, ask_question, note_opening
from gates.commands.reviews import close_voting
from gates.commands.vetoes import answer_appeal, appeal_veto, lift_veto
from gates.models import Decision, DossierOpening, GateReview, Question, Seat, VetoAppeal, Vote
from pocgate.identity.models import User
from pocgate.inbox.models import Notification
from pocgate.kernel.errors import Invalid, NotAllowedNow
from pocgate.ledger.models import Activity
from portfolio.models import TeamMember
from tests.factories.gates import SeatFactory
from tests.factories.stage_set import TOKEN, StageSet, a_stage_set

pytestmark = pytest.mark.django_db

VETO = {"veto_criterion": "tier_confirmed", "veto_lifts_when": "The tier is argued."}


def codes(refused: Any) -> list[str]:
    return [blocker.code for blocker in refused.value.blockers]


def vetoed(now: datetime) -> tuple[StageSet, GateReview, Seat]:
    """A closed vote that came to go, with a veto of compliance."""
    stage = a_stage_set(now)
    review = stage.voting(now)
    for member in (*stage.members[:2], stage.deputy):
        stage.vote(review, member, "go", now)
    stage.vote(review, stage.members[2], "pause", now, **VETO)
    closed = close_voting(review_id=review.pk, actor=stage.chair, now=now)
    return stage, closed, Seat.objects.get(user=stage.members[2])


def lift(review: GateReview, seat: Seat, actor: User, now: datetime, note: str = "Argued with legal.") -> Vote | None:
    return lift_veto(review_id=review.pk, seat_id=seat.pk, note=note, actor=actor, sign_in=TOKEN, now=now)


def test_veto_stands_against_any_approval_until_its_holder_lifts_it(now: datetime) -> None:
    stage, review, seat = vetoed(now)

    with pytest.raises(NotAllowedNow) as refused:
        stage.decide(review, "go", now)
    lift(review, seat, stage.members[2], now)
    decided = stage.decide(review, "go", now)

    assert codes(refused) == ["vetoed"]
    assert (decided.outcome, decided.tally["vetoes"]) == ("go", [])
    vote = Vote.objects.get(seat=seat)
    assert (vote.veto_lifted_by, vote.veto_lift_note, vote.veto_criterion) == (
        stage.members[2],
        "Argued with legal.",
        "tier_confirmed",
    )
    assert Activity.objects.get(verb="review.veto_lifted").after["note"] == "Argued with legal."


def test_veto_is_lifted_by_nobody_else_and_not_without_a_note(now: datetime) -> None:
    stage, review, seat = vetoed(now)

    found = []
    for actor, note in ((stage.chair, "So."), (stage.officer, "So."), (stage.owner, "So."), (stage.members[2], " ")):
        with pytest.raises(NotAllowedNow) as refused:
            lift(review, seat, actor, now, note)
        found.append(codes(refused))

    assert found == [["veto_not_yours"]] * 3 + [["note_missing"]]
    assert Vote.objects.filter(veto_lifted_at__isnull=False).count() == 0


def test_successor_in_the_same_role_lifts_it(now: datetime) -> None:
    stage, review, seat = vetoed(now)
    later = now + timedelta(hours=1)
    Seat.objects.filter(pk=seat.pk).update(ended_at=later)
    member = SeatFactory(committee=stage.committee, role="member", started_at=later).user
    successor = SeatFactory(committee=stage.committee, role="compliance", started_at=later).user

    with pytest.raises(NotAllowedNow) as refused:
        lift(review, seat, member, later)
    lift(review, seat, successor, later)

    assert codes(refused) == ["veto_not_yours"]
    assert Vote.objects.get(seat=seat).veto_lifted_by == successor


def test_veto_is_not_to_be_known_of_while_the_vote_is_open(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.voting(now)
    stage.vote(review, stage.members[2], "pause", now, **VETO)
    with_veto, without = Seat.objects.get(user=stage.members[2]), Seat.objects.get(user=stage.members[0])

    found = []
    for seat in (with_veto, without):
        with pytest.raises(NotAllowedNow) as refused:
            appeal_veto(review_id=review.pk, seat_id=seat.pk, reason="No.", actor=stage.owner, now=now)
        found.append(codes(refused))

    assert found == [["still_voting"], ["still_voting"]]


def test_veto_on_something_that_is_no_criterion_is_invalid(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.voting(now)

    with pytest.raises(Invalid) as refused:
        stage.vote(review, stage.members[2], "pause", now, veto_criterion="taste", veto_lifts_when="Never.")

    assert refused.value.problems[0].pointer == "veto_criterion"


def test_appeal_is_recorded_answered_by_the_sponsor_and_lifts_nothing(now: datetime) -> None:
    stage, review, seat = vetoed(now)
    sponsor = TeamMember.objects.get(case=stage.case, role="sponsor").user

    appeal = appeal_veto(review_id=review.pk, seat_id=seat.pk, reason="It is argued.", actor=stage.owner, now=now)
    with pytest.raises(NotAllowedNow) as again:
        appeal_veto(review_id=review.pk, seat_id=seat.pk, reason="Again.", actor=stage.chair, now=now)
    with pytest.raises(NotAllowedNow) as not_sponsor:
        answer_appeal(appeal_id=appeal.pk, answer="I agree.", actor=stage.chair, now=now)
    answer_appeal(appeal_id=appeal.pk, answer="Please look again.", actor=sponsor, now=now)
    with pytest.raises(NotAllowedNow) as refused:
        stage.decide(review, "go", now)

    assert (codes(again), codes(not_sponsor), codes(refused)) == (["appealed_already"], ["sponsor_only"], ["vetoed"])
    kept = VetoAppeal.objects.get()
    assert (kept.text, kept.answer, kept.answered_by) == ("It is argued.", "Please look again.", sponsor)
    assert Notification.objects.filter(user=sponsor, subject_type="veto_appeal").count() == 1
    assert Decision.objects.count() == 0


def test_question_is_asked_by_the_committee_and_answered_by_the_team_once(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.voting(now)

    with pytest.raises(NotAllowedNow) as not_seated:
        ask_question(review_id=review.pk, text="Why?", actor=stage.owner, now=now)
    asked = ask_question(review_id=review.pk, text="How was it measured?", actor=stage.members[0], now=now)
    with pytest.raises(NotAllowedNow) as not_team:
        answer_question(question_id=asked.pk, answer="By hand.", actor=stage.chair, now=now)
    answer_question(question_id=asked.pk, answer="By hand.", actor=stage.owner, now=now)
    with pytest.raises(NotAllowedNow) as again:
        answer_question(question_id=asked.pk, answer="No.", actor=stage.owner, now=now)

    assert (codes(not_seated), codes(not_team), codes(again)) == (["no_seat"], ["team_only"], ["answered_already"])
    assert Question.objects.get().answer == "By hand."
    told = set(Notification.objects.filter(subject_type="question").values_list("user", "occasion"))
    assert told == {(stage.owner.pk, "asked"), (stage.members[0].pk, "answered")}


def test_opening_of_a_revision_is_noted_once(now: datetime) -> None:
    stage = a_stage_set(now)
    dossier = stage.voting(now).dossiers.get(revision=2)

    for at in (now, now + timedelta(hours=1)):
        note_opening(dossier=dossier, actor=stage.members[0], now=at)

    assert DossierOpening.objects.get().opened_at == now
