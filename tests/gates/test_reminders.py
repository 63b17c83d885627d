"""Reminders: once per person and occasion, to those who are still undecided, until the reason is gone."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest

from gates import tasks
from gates.commands.decisions import ConditionTerms, clear_condition
from gates.commands.reminders import remind
from gates.commands.sign_offs import sign_off
from gates.models import GateReview, SignOff
from pocgate.inbox.models import Notification
from portfolio.models import StageSpell
from scoring.models import CriterionAnswer
from tests.factories.portfolio import EvidenceFactory, EvidenceRevisionFactory
from tests.factories.stage_set import SIGNED_AT_GATE_0, TOKEN, a_stage_set

pytestmark = pytest.mark.django_db


def reminded(kind: str) -> Counter[int]:
    """How often each person was reminded; the notice at the opening of a vote is none."""
    rows = Notification.objects.filter(kind=kind).exclude(occasion="opened")
    return Counter(rows.values_list("user", flat=True))


def test_undecided_members_are_reminded_once_however_often_the_job_runs(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.voting(now, days=5)
    stage.vote(review, stage.members[0], "go", now)

    for _ in range(3):
        remind(now=now + timedelta(days=2))

    undecided = [stage.chair, stage.deputy, *stage.members[1:]]
    assert reminded("vote_outstanding") == Counter(person.pk for person in undecided)


def test_day_of_the_opening_brings_no_second_notice(now: datetime) -> None:
    stage = a_stage_set(now)
    stage.voting(now, days=1)

    remind(now=now + timedelta(hours=1))

    assert reminded("vote_outstanding") == Counter()
    assert Notification.objects.filter(kind="vote_outstanding", user=stage.members[0]).count() == 1


def test_vote_is_reminded_of_three_and_one_days_before_and_on_the_day(now: datetime) -> None:
    stage = a_stage_set(now)
    stage.voting(now, days=6)

    for hours in range(0, 24 * 6, 6):
        remind(now=now + timedelta(hours=hours))

    occasions = Notification.objects.filter(kind="vote_outstanding", user=stage.members[0]).order_by("pk")
    assert list(occasions.values_list("occasion", flat=True)) == [
        "opened",
        "2026-11-29 before-3",
        "2026-11-29 before-1",
        "2026-11-29 before-0",
    ]
    assert occasions.last() is not None
    assert str(occasions.last()).startswith("Due today: vote at gate 0 on ")


def test_vote_cast_ends_the_reminders(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.voting(now, days=5)
    remind(now=now + timedelta(days=2))
    stage.vote(review, stage.members[0], "go", now + timedelta(days=2))

    remind(now=now + timedelta(days=4))

    counts = reminded("vote_outstanding")
    assert (counts[stage.members[0].pk], counts[stage.members[1].pk]) == (1, 2)


def test_compliance_is_reminded_of_open_items_and_the_chair_after_a_week(now: datetime) -> None:
    stage = a_stage_set(now)
    CriterionAnswer.objects.filter(criterion__in=SIGNED_AT_GATE_0).update(superseded_at=now)
    review = stage.request(now)
    due = datetime.combine(review.decide_by, now.timetz())

    for at in (due - timedelta(days=3), due - timedelta(days=3), due + timedelta(days=7)):
        remind(now=at)

    assert reminded("sign_off_outstanding") == Counter({stage.officer.pk: 2, stage.chair.pk: 1})


def test_signed_items_and_decided_reviews_end_their_reminders(now: datetime) -> None:
    stage = a_stage_set(now)
    for criterion in (*SIGNED_AT_GATE_0, "preliminary_plan"):
        sign_off(
            case_id=stage.case.pk,
            criterion=criterion,
            state="accepted",
            comment="The register shows it.",
            revision_ids=[],
            actor=stage.officer,
            sign_in=TOKEN,
            now=now,
        )
    stage.decide(stage.closed(now), "go", now)

    remind(now=now + timedelta(days=14))

    assert reminded("sign_off_outstanding") == Counter()
    assert reminded("decision_overdue") == Counter()


def test_decision_is_reminded_of_to_the_person_who_presides(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.request(now)

    remind(now=datetime.combine(review.decide_by, now.timetz()) + timedelta(days=3))

    assert reminded("decision_overdue") == Counter({stage.chair.pk: 1})


def test_condition_is_reminded_of_until_it_is_cleared(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.closed(now, "conditional_go")
    terms = ConditionTerms("Map the compute", stage.owner.pk, (now + timedelta(days=20)).date())
    decision = stage.decide(review, "conditional_go", now, reason="Almost.", conditions=(terms,))

    remind(now=now + timedelta(days=19))
    clear_condition(condition_id=decision.conditions.get().pk, note="Done.", actor=stage.owner, now=now)
    remind(now=now + timedelta(days=23))

    assert reminded("condition_due") == Counter({stage.owner.pk: 1})


def test_time_box_is_reminded_of_to_the_owner_and_not_in_review(now: datetime) -> None:
    stage = a_stage_set(now)
    StageSpell.objects.filter(case=stage.case).update(time_box_ends_at=now + timedelta(days=7))

    remind(now=now)
    stage.request(now)
    remind(now=now + timedelta(days=6))

    assert reminded("time_box_ending") == Counter({stage.owner.pk: 1})


def test_sweep_closes_votes_in_time_and_outdates_signatures(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = a_stage_set(now)
    evidence = EvidenceFactory(case=stage.case)
    sign_off(
        case_id=stage.case.pk,
        criterion="tier_confirmed",
        state="accepted",
        comment="",
        revision_ids=[EvidenceRevisionFactory(evidence=evidence, uploaded_at=now).pk],
        actor=stage.officer,
        sign_in=TOKEN,
        now=now,
    )
    review = stage.voting(now, days=1)
    for member in stage.members:
        stage.vote(review, member, "go", now)
    EvidenceRevisionFactory(evidence=evidence, number=2, uploaded_at=now + timedelta(hours=1))

    monkeypatch.setattr("gates.tasks.timezone.now", lambda: now + timedelta(hours=2))
    tasks.sweep()
    assert SignOff.objects.get().outdated_at is not None
    assert review.dossiers.count() == 3

    for member in stage.members:
        stage.vote(review, member, "pause", now + timedelta(hours=3))
    monkeypatch.setattr("gates.tasks.timezone.now", lambda: now + timedelta(days=1))
    tasks.sweep()
    assert GateReview.objects.get().state == "closed"
