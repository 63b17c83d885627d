"""Bringing a stopped case back: reported, proposed to the chair, and decided by a review out of cycle."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from gates.commands.chairing import convene_review
from gates.commands.proposals import propose_reviews_due
from gates.commands.reviews import Request, close_voting, open_voting, request_review, withdraw
from gates.commands.revivals import report_trigger
from gates.models import GateReview, ReviewProposal, ReviveTrigger
from pocgate.identity.models import User
from pocgate.inbox.models import Notification
from pocgate.kernel.errors import Forbidden, Invalid, NotAllowedNow
from pocgate.ledger.models import Activity
from portfolio.models import StageSpell, UseCase
from tests.factories.identity import UserFactory
from tests.factories.stage_set import StageSet, a_stage_set

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
STOP = {"reason": "No.", "reason_code": "external", "learning": "Little.", "revive_trigger": "A law passes."}


def stopped(now: datetime) -> StageSet:
    stage = a_stage_set(now)
    stage.decide(stage.closed(now, "stop"), "stop", now, **STOP)
    stage.case.refresh_from_db()
    return stage


def convened(stage: StageSet, now: datetime, outcome: str) -> GateReview:
    """A closed vote on bringing the case back."""
    review = convene_review(case_id=stage.case.pk, reason="The law passed.", actor=stage.chair, now=now)
    open_voting(review_id=review.pk, closes_at=now + 5 * DAY, actor=stage.chair, now=now)
    for member in stage.members:
        stage.vote(review, member, outcome, now)
    return close_voting(review_id=review.pk, actor=stage.chair, now=now)


def codes(refused: Any) -> list[str]:
    return [blocker.code for blocker in refused.value.blockers]


def test_go_brings_a_stopped_case_back_in_a_new_iteration_with_its_own_time_box(now: datetime) -> None:
    stage = stopped(now)

    stage.decide(convened(stage, now + DAY, "go"), "go", now + DAY)

    case = UseCase.objects.get(pk=stage.case.pk)
    spells = list(StageSpell.objects.filter(case=case).order_by("pk"))
    assert (case.status, case.stage, case.iteration) == ("active", 0, 2)
    assert [(spell.iteration, spell.exit_reason) for spell in spells] == [(1, "stopped"), (2, "")]
    assert (spells[1].entered_at, spells[1].time_box_days) == (now + DAY, 28)
    assert ReviveTrigger.objects.get().dropped_at == now + DAY


def test_pivot_brings_a_stopped_case_back_as_well(now: datetime) -> None:
    stage = stopped(now)
    terms = {"reason": "Other users.", "reason_code": "data", "pivot_changes": {"users": "Clerks abroad"}}

    stage.decide(convened(stage, now + DAY, "pivot"), "pivot", now + DAY, **terms)

    case = UseCase.objects.get(pk=stage.case.pk)
    assert (case.status, case.iteration, case.spells.filter(exit_reason="").count()) == ("active", 2, 1)


def test_stop_leaves_it_stopped_and_pause_is_refused(now: datetime) -> None:
    stage = stopped(now)
    review = convened(stage, now + DAY, "stop")

    with pytest.raises(NotAllowedNow) as refused:
        stage.decide(review, "pause", now + DAY, reason="Later.", reason_code="data", revive_trigger="Then.")
    stage.decide(review, "stop", now + DAY, reason="Still no.", reason_code="external", learning="Nothing new.")

    case = UseCase.objects.get(pk=stage.case.pk)
    assert "nothing_to_pause" in codes(refused)
    assert (case.status, case.iteration) == ("stopped", 1)


def test_stopped_case_is_asked_for_out_of_cycle_only(now: datetime) -> None:
    stage = stopped(now)

    refusals = []
    for request in (Request(), Request(kind="out_of_cycle", proposal="stop")):
        with pytest.raises(NotAllowedNow) as refused:
            request_review(case_id=stage.case.pk, request=request, actor=stage.owner, now=now + DAY)
        refusals.append(codes(refused)[0])

    assert refusals == ["out_of_cycle_only", "stopped_already"]
    assert UseCase.objects.get(pk=stage.case.pk).status == "stopped"


def test_withdrawn_review_leaves_the_case_stopped(now: datetime) -> None:
    stage = stopped(now)
    review = convene_review(case_id=stage.case.pk, reason="The law passed.", actor=stage.chair, now=now + DAY)

    withdraw(review_id=review.pk, reason="It did not.", actor=stage.chair, now=now + DAY)

    assert UseCase.objects.get(pk=stage.case.pk).status == "stopped"
    assert ReviveTrigger.objects.get().dropped_at is None


def test_report_proposes_a_review_to_the_chair_once(now: datetime) -> None:
    stage = stopped(now)
    trigger = ReviveTrigger.objects.get()

    report_trigger(trigger_id=trigger.pk, note="Gazette, page 4.", actor=stage.owner, now=now + DAY)
    propose_reviews_due(now=now + DAY)
    with pytest.raises(NotAllowedNow) as again:
        report_trigger(trigger_id=trigger.pk, note="Gazette, page 4.", actor=stage.owner, now=now + DAY)

    trigger.refresh_from_db()
    proposal = ReviewProposal.objects.get(trigger="revive")
    told = Notification.objects.filter(kind="review_proposed", subject_id=str(proposal.pk))
    assert (trigger.fired_by, trigger.note) == (stage.owner, "Gazette, page 4.")
    assert "A law passes." in proposal.text
    assert {notice.user for notice in told} == {stage.chair, stage.deputy}
    assert Activity.objects.filter(verb="revive_trigger.reported").count() == 1
    assert codes(again) == ["reported_already"]


def test_review_that_follows_the_report_names_it(now: datetime) -> None:
    stage = stopped(now)
    report_trigger(trigger_id=ReviveTrigger.objects.get().pk, note="Gazette.", actor=stage.members[0], now=now + DAY)

    review = convene_review(case_id=stage.case.pk, reason="The law passed.", actor=stage.chair, now=now + DAY)

    assert GateReview.objects.get(pk=review.pk).trigger == "revive"
    assert ReviewProposal.objects.get(trigger="revive").review == review


@pytest.mark.parametrize("note", ["", "  "])
def test_report_without_a_word_or_by_a_stranger_changes_nothing(note: str, now: datetime) -> None:
    stage = stopped(now)
    trigger = ReviveTrigger.objects.get()

    with pytest.raises(Invalid):
        report_trigger(trigger_id=trigger.pk, note=note, actor=stage.owner, now=now)
    with pytest.raises(Forbidden):
        report_trigger(trigger_id=trigger.pk, note="It passed.", actor=UserFactory(), now=now)

    trigger.refresh_from_db()
    assert (trigger.fired_at, ReviewProposal.objects.count()) == (None, 0)


def test_chair_reads_the_report_on_the_case_and_convenes_from_there(signed_in: Callable[[User], Client]) -> None:
    now = timezone.now()
    stage = stopped(now)
    page = f"/cases/{stage.case.reference}/reviews/"
    trigger = ReviveTrigger.objects.get()

    before = signed_in(stage.owner).get(page).content.decode()
    signed_in(stage.owner).post(f"{page}revive/{trigger.pk}/", {"text": "Gazette, page 4."})
    chair = signed_in(stage.chair)
    after = chair.get(page).content.decode()
    answer = chair.post(f"{page}out-of-cycle/", {"reason": "The law passed."})

    review = GateReview.objects.get(state="requested")
    assert "Report it and propose a review" in before
    assert "Gazette, page 4." in after
    assert "Convene the review" in after
    assert answer["Location"] == f"/reviews/{review.pk}/"
