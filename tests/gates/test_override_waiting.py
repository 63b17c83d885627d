"""An override between the request and its second signature: the cap, who is told, what waits, and how it ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from gates.commands.decisions import Ruling
from gates.commands.overrides import consent_to_override, request_override, sign_override, withdraw_override
from gates.commands.reminders import remind
from gates.commands.reviews import Request, close_voting, open_voting, request_review, withdraw
from gates.models import Decision, OverrideRequest
from gates.queries.overrides import overrides_waiting_for
from pocgate.identity.models import User
from pocgate.inbox.models import Notification
from pocgate.kernel.errors import Forbidden, NotAllowedNow
from pocgate.web.queries.waiting import waiting_for
from portfolio.models import CaseFact
from tests.factories.gates import SeatFactory
from tests.factories.identity import RoleGrantFactory
from tests.factories.portfolio import TeamMemberFactory
from tests.factories.prototype_set import a_prototype_set
from tests.factories.stage_set import FUNDING, FUNDING_IN_BODY, TOKEN, StageSet, a_stage_set

pytestmark = pytest.mark.django_db
LENIENT = Ruling("go", reason="The board wants to learn from it.", **FUNDING)


def pending(stage: StageSet, now: datetime) -> OverrideRequest:
    review = stage.closed(now, "conditional_go")
    return request_override(review_id=review.pk, ruling=LENIENT, actor=stage.chair, sign_in=TOKEN, now=now)


def over_the_cap(now: datetime) -> tuple[StageSet, OverrideRequest]:
    """Gate 1 of a case that spent more than its stage may cost; everything else passes and all voted go."""
    stage = a_prototype_set(now, spent=45_000)
    request = Request(convened_reason="The sponsor asks.")
    review = request_review(case_id=stage.case.pk, request=request, actor=stage.chair, now=now)
    open_voting(review_id=review.pk, closes_at=now + timedelta(days=5), actor=stage.chair, now=now)
    for member in stage.members:
        stage.vote(review, member, "go", now)
    close_voting(review_id=review.pk, actor=stage.chair, now=now)
    return stage, request_override(review_id=review.pk, ruling=LENIENT, actor=stage.chair, sign_in=TOKEN, now=now)


def codes(refused: Any) -> list[str]:
    return [blocker.code for blocker in refused.value.blockers]


def test_breached_cap_is_passed_over_only_after_the_budget_holder_consented(now: datetime) -> None:
    stage, override = over_the_cap(now)
    holder = stage.case.team.get(role="budget_holder").user

    with pytest.raises(NotAllowedNow) as early:
        sign_override(override_id=override.pk, actor=stage.members[2], sign_in=TOKEN, now=now)
    with pytest.raises(Forbidden):
        consent_to_override(override_id=override.pk, actor=stage.members[2], sign_in=TOKEN, now=now)
    told = Notification.objects.filter(kind="override_waiting", occasion="consent")
    consent_to_override(override_id=override.pk, actor=holder, sign_in=TOKEN, now=now)
    decision = sign_override(override_id=override.pk, actor=stage.members[2], sign_in=TOKEN, now=now)

    assert override.passes_over == ["cap"]
    assert codes(early) == ["consent_missing"]
    assert [notice.user for notice in told] == [holder]
    assert (decision.outcome, decision.is_override, decision.recommended) == ("go", True, "pause")
    stage.case.refresh_from_db()
    assert stage.case.stage == 2


def test_prohibited_tier_and_cap_together_are_refused_though_the_budget_holder_would_consent(now: datetime) -> None:
    stage, override = over_the_cap(now)
    holder = stage.case.team.get(role="budget_holder").user
    consent_to_override(override_id=override.pk, actor=holder, sign_in=TOKEN, now=now)
    CaseFact.objects.filter(case=stage.case, key="tier").update(value="prohibited")

    with pytest.raises(NotAllowedNow) as refused:
        sign_override(override_id=override.pk, actor=stage.members[2], sign_in=TOKEN, now=now)

    assert "more_lenient_than_policy" in codes(refused)
    assert Decision.objects.count() == 0


def test_those_who_can_sign_are_told_and_reminded_and_nobody_else(now: datetime) -> None:
    stage = a_stage_set(now)
    second = SeatFactory(committee=stage.committee, role="finance", discipline="finance").user
    on_team = SeatFactory(committee=stage.committee, role="security", discipline="security").user
    TeamMemberFactory(case=stage.case, user=on_team, role="engineering")
    override = pending(stage, now)

    told = Notification.objects.filter(kind="override_waiting", occasion="requested")
    remind(now=now + timedelta(days=override.review.decide_by.toordinal() - now.date().toordinal()))
    reminded = Notification.objects.filter(kind="override_waiting").exclude(occasion="requested")

    assert {notice.user for notice in told} == {second, stage.members[2]}
    assert {notice.user for notice in reminded} == {second, stage.members[2]}
    assert {notice.url for notice in reminded} == {f"/reviews/{override.review_id}/#override"}


def test_it_waits_on_the_home_page_of_who_can_sign_until_it_is_settled(now: datetime) -> None:
    stage = a_stage_set(now)
    override = pending(stage, now)

    waits = [waiting.kind for waiting in waiting_for(stage.members[2], frozenset({"committee"}), now=now)]
    others = [overrides_waiting_for(person, now=now) for person in (stage.chair, stage.deputy, stage.owner)]
    sign_override(override_id=override.pk, actor=stage.members[2], sign_in=TOKEN, now=now)

    assert waits == ["override"]
    assert others == [[], [], []]
    assert overrides_waiting_for(stage.members[2], now=now) == []


@pytest.mark.parametrize("count", [1, 3])
def test_waiting_overrides_take_the_same_queries_whatever_their_number(
    count: int, now: datetime, django_assert_num_queries: Any
) -> None:
    signer = RoleGrantFactory(role="committee").user
    for _ in range(count):
        stage = a_stage_set(now)
        SeatFactory(committee=stage.committee, user=signer, role="security", discipline="security")
        pending(stage, now)
        stage.committee.dissolved_at = now
        stage.committee.save()

    with django_assert_num_queries(2):
        found = overrides_waiting_for(signer, now=now)

    assert len(found) == count


def test_deciding_otherwise_sets_the_override_aside(now: datetime) -> None:
    stage = a_stage_set(now)
    override = pending(stage, now)

    terms = {"reason": "The data is thin.", "reason_code": "data", "revive_trigger": "More data."}
    stage.decide(override.review, "pause", now, **terms)

    override.refresh_from_db()
    assert (override.state, override.settled_by, override.decision) == ("withdrawn", stage.chair, None)
    with pytest.raises(NotAllowedNow):
        sign_override(override_id=override.pk, actor=stage.members[2], sign_in=TOKEN, now=now)


def test_withdrawing_the_review_sets_the_override_aside(now: datetime) -> None:
    stage = a_stage_set(now)
    override = pending(stage, now)

    withdraw(review_id=override.review_id, reason="Not now.", actor=stage.chair, now=now)

    override.refresh_from_db()
    assert override.state == "withdrawn"


def test_only_who_asked_or_presides_takes_it_back(now: datetime) -> None:
    stage = a_stage_set(now)
    override = pending(stage, now)

    with pytest.raises(Forbidden):
        withdraw_override(override_id=override.pk, note="No.", actor=stage.members[2], now=now)
    withdraw_override(override_id=override.pk, note="Not now.", actor=stage.chair, now=now)

    override.refresh_from_db()
    assert (override.state, override.note) == ("withdrawn", "Not now.")


def test_override_goes_from_the_room_of_the_chair_over_the_second_to_the_record(
    signed_in: Callable[[User], Client],
) -> None:
    stage = a_stage_set(timezone.now())
    review = stage.closed(timezone.now(), "conditional_go")
    room = f"/reviews/{review.pk}/"
    chair, second = signed_in(stage.chair), signed_in(stage.members[2])

    before = chair.get(room).content.decode()
    chair.post(f"{room}override/", {"outcome": "go", "reason": "To learn from it.", **FUNDING_IN_BODY})
    override = OverrideRequest.objects.get()
    seen = second.get(room).content.decode()
    queue = second.get("/overrides/").content.decode()
    answer = second.post(f"/overrides/{override.pk}/sign/")
    record = second.get(answer["Location"]).content.decode()
    register = second.get("/decisions/?override=1").content.decode()

    assert "Ask for an override" in before
    assert "To learn from it." in seen
    assert "Sign second and decide" in seen
    assert "waits for you" in queue
    assert f"{stage.members[2]}" in record
    assert "Two people stand for it" in record
    assert Decision.objects.get().reference in register


def test_outcome_that_nothing_overrides_is_not_offered(signed_in: Callable[[User], Client]) -> None:
    now = timezone.now()
    stage = a_stage_set(now)
    review = stage.voting(now)
    for member in stage.members[:2]:
        stage.vote(review, member, "go", now)
    veto = {"veto_criterion": "privacy_screening", "veto_lifts_when": "It is screened."}
    stage.vote(review, stage.members[2], "stop", now, **veto)
    close_voting(review_id=review.pk, actor=stage.chair, now=now)

    page = signed_in(stage.chair).get(f"/reviews/{review.pk}/").content.decode()

    assert "Ask for an override" not in page
