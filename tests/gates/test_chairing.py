"""The chair outside a review: ending a pause, extending a time-box."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from gates.commands.chairing import convene_review, extend_stage, resume_case
from gates.commands.notices import tell_reviews_proposed
from gates.commands.reviews import withdraw
from gates.models import GateReview
from gates.queries.cost_reviews import proposing_notices
from pocgate.inbox.models import Notification
from pocgate.kernel.errors import Forbidden, Invalid, NotAllowedNow
from portfolio.models import CostCap, CostPlan, Hold, StageSpell, UseCase
from scoring.commands.playbooks import publish_playbook
from scoring.models import CostNotice
from scoring.queries.playbooks import default_playbook_text
from tests.factories.costs import CostNoticeFactory
from tests.factories.stage_set import StageSet, a_stage_set

pytestmark = pytest.mark.django_db


def test_chair_ends_a_pause_with_a_reason_and_nobody_else_does(now: datetime) -> None:
    stage = a_stage_set(now)
    terms = {"reason": "No data.", "reason_code": "data", "revive_trigger": "The feed is there."}
    stage.decide(stage.closed(now, "pause"), "pause", now, **terms)

    with pytest.raises(Forbidden):
        resume_case(case_id=stage.case.pk, reason="Now.", actor=stage.owner, now=now)
    with pytest.raises(Invalid):
        resume_case(case_id=stage.case.pk, reason=" ", actor=stage.chair, now=now)
    case = resume_case(case_id=stage.case.pk, reason="The feed is there.", actor=stage.chair, now=now)

    assert case.status == "active"
    assert Hold.objects.filter(ended_at__isnull=True).count() == 0


def test_resume_of_a_case_that_is_not_paused_is_refused(now: datetime) -> None:
    stage = a_stage_set(now)

    with pytest.raises(NotAllowedNow):
        resume_case(case_id=stage.case.pk, reason="Now.", actor=stage.chair, now=now)

    assert UseCase.objects.get(pk=stage.case.pk).status == "active"


def test_time_box_is_extended_once_by_at_most_half(now: datetime) -> None:
    stage = a_stage_set(now)
    extending = {"case_id": stage.case.pk, "reason": "The data came late.", "actor": stage.chair, "now": now}

    with pytest.raises(NotAllowedNow):
        extend_stage(days=15, **extending)
    spell = extend_stage(days=14, **extending)
    with pytest.raises(NotAllowedNow):
        extend_stage(days=1, **extending)

    assert spell.extension_days == 14
    assert StageSpell.objects.get(case=stage.case).extension_days == 14


def test_most_days_of_an_extension_are_the_playbooks(now: datetime) -> None:
    stage = a_stage_set(now)
    text = default_playbook_text().replace("extension_share: 1/2", "extension_share: 1/4")
    publish_playbook(text=text, actor=None, now=now)
    extending = {"case_id": stage.case.pk, "reason": "The data came late.", "actor": stage.chair, "now": now}

    with pytest.raises(NotAllowedNow, match="1 to 7 days, 25 %"):
        extend_stage(days=8, **extending)

    assert extend_stage(days=7, **extending).extension_days == 7


def test_chair_convenes_a_review_out_of_cycle_with_a_reason_and_nobody_else_does(now: datetime) -> None:
    stage = a_stage_set(now)
    convening = {"case_id": stage.case.pk, "now": now}

    for actor in (stage.owner, stage.officer, stage.members[0]):
        with pytest.raises(Forbidden):
            convene_review(reason="The cap is passed.", actor=actor, **convening)
    with pytest.raises(Invalid):
        convene_review(reason=" ", actor=stage.chair, **convening)
    assert GateReview.objects.count() == 0
    review = convene_review(reason=" The cap is passed. ", actor=stage.chair, **convening)

    assert (review.kind, review.convened_reason, review.state) == ("out_of_cycle", "The cap is passed.", "requested")
    with pytest.raises(NotAllowedNow):
        convene_review(reason="Once more.", actor=stage.chair, **convening)


def _notice(stage: StageSet, at: datetime, **fields: object) -> CostNotice:
    """A notice that the stage's cap is used up, under the plan in force."""
    plan = CostPlan.objects.get(case=stage.case)
    CostCap.objects.get_or_create(plan=plan, stage=0, defaults={"amount": 1000})
    usual = {"stage": 0, "percent": 100, "proposes_review": True, "noticed_at": at, **fields}
    return CostNoticeFactory(case=stage.case, plan=plan, **usual)


def _told() -> list[tuple[str, str]]:
    return list(
        Notification.objects.filter(kind="cost_notice").order_by("pk").values_list("user__username", "occasion")
    )


def test_review_that_cost_proposes_is_told_to_chair_and_deputy_once(now: datetime) -> None:
    stage = a_stage_set(now)
    _notice(stage, now)

    handed_in = [tell_reviews_proposed(now=now + timedelta(minutes=minute)) for minute in range(3)]

    assert handed_in == [2, 0, 0]
    assert sorted(_told()) == sorted((user.username, "review") for user in (stage.chair, stage.deputy))
    assert Notification.objects.first().url == f"/cases/{stage.case.reference}/reviews/#out-of-cycle"


@pytest.mark.parametrize("fields", [{"percent": 90, "proposes_review": False}, {"iteration": 2}])
def test_notice_that_proposes_nothing_or_stands_no_more_is_told_to_no_chair(fields: dict, now: datetime) -> None:
    stage = a_stage_set(now)
    _notice(stage, now, **fields)

    assert (tell_reviews_proposed(now=now), _told()) == (0, [])


def test_review_asked_for_since_ends_the_proposal_unless_it_was_withdrawn(now: datetime) -> None:
    stage = a_stage_set(now)
    notice = _notice(stage, now)
    review = convene_review(case_id=stage.case.pk, reason="The cap is passed.", actor=stage.chair, now=now)
    proposals = [proposing_notices([stage.case.pk], now=now)]
    withdraw(review_id=review.pk, reason="Later.", actor=stage.chair, now=now)
    proposals.append(proposing_notices([stage.case.pk], now=now))

    assert proposals == [[], [notice]]
