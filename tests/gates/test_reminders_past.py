"""Reminders that were kept: which of them still wait for the person when the digest is written."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from gates.commands.decisions import ConditionTerms, clear_condition
from gates.commands.reminders import remind
from gates.queries.reminding import SOURCES, reminders_past
from pocgate.identity.models import User
from pocgate.inbox.models import Notification
from scoring.models import CriterionAnswer
from tests.factories.stage_set import SIGNED_AT_GATE_0, a_stage_set
from tests.gates.test_sign_offs import sign

pytestmark = pytest.mark.django_db


def waiting(person: User, now: datetime) -> dict[str, bool]:
    """Whether it still waits, by kind and the occasion without its date."""
    told = list(Notification.objects.filter(user=person))
    past = reminders_past(told, user_id=person.pk, now=now)
    return {f"{row.kind} {row.occasion.split()[-1]}": row.pk not in past for row in told}


def test_reminder_of_a_vote_waits_until_the_own_vote_is_cast_and_no_longer_than_the_vote(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.voting(now, days=5)
    remind(now=now + timedelta(days=2))
    voter, other = stage.members[0], stage.members[1]
    both = {"vote_outstanding opened": True, "vote_outstanding before-3": True}
    neither = dict.fromkeys(both, False)
    later = now + timedelta(days=3)
    assert waiting(voter, later) == both

    stage.vote(review, voter, "go", now + timedelta(days=2))

    assert (waiting(voter, later), waiting(other, later)) == (neither, both)
    assert waiting(other, now + timedelta(days=6)) == neither


def test_reminder_of_signatures_waits_for_the_officer_until_all_are_given(now: datetime) -> None:
    stage = a_stage_set(now)
    CriterionAnswer.objects.filter(criterion__in=SIGNED_AT_GATE_0).update(superseded_at=now)
    review = stage.request(now)
    later = datetime.combine(review.decide_by, now.timetz()) + timedelta(days=7)
    remind(now=later)
    Notification.objects.exclude(kind="sign_off_outstanding").delete()
    before = [list(waiting(person, later).values()) for person in (stage.officer, stage.chair)]

    for criterion in (*SIGNED_AT_GATE_0, "preliminary_plan"):
        sign(stage, now, criterion)

    assert before == [[True], [True]]
    assert [list(waiting(person, later).values()) for person in (stage.officer, stage.chair)] == [[False], [False]]


def test_reminder_of_a_condition_is_past_once_it_is_cleared_and_news_stays(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.closed(now, "conditional_go")
    terms = ConditionTerms("Map the compute", stage.owner.pk, (now + timedelta(days=20)).date())
    decision = stage.decide(review, "conditional_go", now, reason="Almost.", conditions=(terms,))
    later = now + timedelta(days=19)
    remind(now=later)
    Notification.objects.exclude(kind__in=["condition_due", "decision_made"]).delete()
    before = waiting(stage.owner, later)

    clear_condition(condition_id=decision.conditions.get().pk, note="Done.", actor=stage.owner, now=now)

    assert before == {"condition_due before-1": True, "decision_made made": True}
    assert waiting(stage.owner, later) == {"condition_due before-1": False, "decision_made made": True}


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: f"{source.kind} {source.subject_type}")
def test_reminder_of_what_is_gone_is_past_whatever_its_kind(source: object, now: datetime) -> None:
    a_stage_set(now)
    kind, subject_type = source.kind, source.subject_type  # type: ignore[attr-defined]
    row = Notification(pk=7, kind=kind, subject_type=subject_type, subject_id="4711", occasion="2026-11-26 before-3")

    assert reminders_past([row], user_id=1, now=now) == {7}
