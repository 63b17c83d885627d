"""Asking for a gate: everything that stands in the way, and what a request leaves behind."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from gates.commands.reviews import Request, open_voting, request_review, withdraw
from gates.models import Dossier, GateReview
from gates.queries.precheck import precheck
from gates.rules.verdict import ClosingPlan
from pocgate.inbox.models import Notification
from pocgate.kernel.errors import Forbidden, Invalid, NotAllowedNow
from pocgate.ledger.models import Activity
from portfolio.models import UseCase
from scoring.models import CriterionAnswer
from tests.factories.identity import UserFactory
from tests.factories.portfolio import TeamMemberFactory, UseCaseFactory
from tests.factories.stage_set import SIGNED_AT_GATE_0, a_stage_set

pytestmark = pytest.mark.django_db


def codes(refused: Any) -> list[str]:
    return [blocker.code for blocker in refused.value.blockers]


def test_request_freezes_the_first_revision_and_takes_the_case_into_review(now: datetime) -> None:
    stage = a_stage_set(now)

    review = stage.request(now)

    case = UseCase.objects.get(pk=stage.case.pk)
    assert (case.status, case.stage, case.governed_at) == ("in_review", 0, now)
    assert (review.state, review.gate, review.status_before) == ("requested", 0, "active")
    assert review.decide_by.isoformat() == "2026-12-07"
    dossier = Dossier.objects.get(review=review)
    assert (dossier.revision, dossier.recommended, dossier.rule) == (1, "go", "all_musts_pass")
    assert hashlib.sha256(dossier.content.encode()).hexdigest() == dossier.digest
    content = json.loads(dossier.content)
    assert content["case"]["reference"] == case.reference
    assert content["scorecard"]["quadrant"] == "commit"
    assert content["changes"] is None
    verbs = list(Activity.objects.filter(case_id=case.pk).order_by("sequence").values_list("verb", flat=True))
    assert verbs == ["review.requested", "review.dossier_frozen", "case.entered_review"]


def test_request_tells_chair_deputy_and_compliance(now: datetime) -> None:
    stage = a_stage_set(now)

    stage.request(now)

    told = set(Notification.objects.filter(kind="review_requested").values_list("user", flat=True))
    assert told == {stage.chair.pk, stage.deputy.pk, stage.officer.pk}


def test_request_of_a_case_that_is_not_ready_lists_who_mends_what_and_changes_nothing(
    now: datetime, sent_tasks: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    stage = a_stage_set(now)
    CriterionAnswer.objects.filter(criterion__in=["sources_mapped", "tier_confirmed"]).update(superseded_at=now)

    with django_capture_on_commit_callbacks(execute=True), pytest.raises(NotAllowedNow) as refused:
        stage.request(now)

    assert codes(refused) == ["not_ready", "must_open", "must_open"]
    missing = [(blocker.params["criterion"], blocker.params["who"]) for blocker in refused.value.blockers[1:]]
    assert missing == [("sources_mapped", "team"), ("tier_confirmed", "compliance")]
    assert UseCase.objects.get(pk=stage.case.pk).status == "active"
    assert [model.objects.count() for model in (GateReview, Dossier, Activity, Notification)] == [0, 0, 0, 0]
    assert sent_tasks == []


def test_request_may_be_made_while_only_compliance_is_waited_for(now: datetime) -> None:
    stage = a_stage_set(now)
    CriterionAnswer.objects.filter(criterion__in=SIGNED_AT_GATE_0).update(superseded_at=now)

    review = stage.request(now)
    with pytest.raises(NotAllowedNow) as refused:
        open_voting(review_id=review.pk, closes_at=now + timedelta(days=3), actor=stage.chair, now=now)

    assert review.dossiers.get().recommended == "not_ready"
    assert codes(refused) == ["not_ready", "must_open", "must_open"]


def test_chair_convenes_what_is_not_ready_only_with_a_reason(now: datetime) -> None:
    stage = a_stage_set(now, ready=False)

    with pytest.raises(NotAllowedNow) as refused:
        request_review(case_id=stage.case.pk, request=Request(), actor=stage.chair, now=now)
    review = request_review(
        case_id=stage.case.pk,
        request=Request(convened_reason="The board asked for it."),
        actor=stage.chair,
        now=now,
    )

    assert codes(refused) == ["reason_missing"]
    assert review.convened_reason == "The board asked for it."
    assert review.dossiers.get().recommended == "not_ready"


def test_request_by_somebody_else_is_forbidden(now: datetime) -> None:
    stage = a_stage_set(now)

    with pytest.raises(Forbidden):
        request_review(case_id=stage.case.pk, request=Request(), actor=stage.members[0], now=now)


def test_second_request_is_refused_while_a_review_is_open(now: datetime) -> None:
    stage = a_stage_set(now)
    stage.request(now)

    with pytest.raises(NotAllowedNow) as refused:
        stage.request(now)

    assert codes(refused) == ["review_open"]
    assert GateReview.objects.count() == 1


def test_request_without_committee_or_with_unknown_stage_is_refused(now: datetime) -> None:
    stage = a_stage_set(now)
    stage.committee.dissolved_at = now
    stage.committee.save()
    unknown = UseCaseFactory(stage=None)
    owner = TeamMemberFactory(case=unknown).user

    with pytest.raises(NotAllowedNow) as without_committee:
        stage.request(now)
    with pytest.raises(NotAllowedNow) as without_stage:
        request_review(case_id=unknown.pk, request=Request(), actor=owner, now=now)

    assert codes(without_committee) == ["no_committee"]
    assert "stage_unknown" in codes(without_stage)


@pytest.mark.parametrize(("status", "code"), [("stopped", "out_of_cycle_only"), ("retired", "case_status")])
def test_request_of_an_ended_case_is_refused(now: datetime, status: str, code: str) -> None:
    stage = a_stage_set(now)
    UseCase.objects.filter(pk=stage.case.pk).update(status=status)

    with pytest.raises(NotAllowedNow) as refused:
        stage.request(now)

    assert code in codes(refused)


def test_request_with_a_plan_for_a_closable_must_recommends_a_conditional_go(now: datetime) -> None:
    stage = a_stage_set(now)
    CriterionAnswer.objects.filter(criterion="compute_mapped").update(superseded_at=now)
    plan = ClosingPlan("compute_mapped", stage.owner.pk, (now + timedelta(days=20)).date())

    before = precheck(stage.case, actor=stage.owner, now=now)
    review = stage.request(now, plans=(plan,))

    assert before.evaluation is not None
    assert before.evaluation.recommended.outcome == "not_ready"
    assert review.dossiers.get().recommended == "conditional_go"


def test_stop_proposed_out_of_cycle_waits_for_no_readiness(now: datetime) -> None:
    stage = a_stage_set(now, ready=False)

    review = stage.request(now, kind="out_of_cycle", proposal="stop")

    assert (review.kind, review.proposal) == ("out_of_cycle", "stop")


def test_request_with_unknown_kind_or_proposal_is_invalid(now: datetime) -> None:
    stage = a_stage_set(now)

    with pytest.raises(Invalid) as refused:
        stage.request(now, kind="yearly", proposal="pause")

    assert [problem.pointer for problem in refused.value.problems] == ["kind", "proposal"]


def test_owner_withdraws_before_the_vote_and_the_case_goes_back(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.request(now)

    withdrawn = withdraw(review_id=review.pk, reason="", actor=stage.owner, now=now + timedelta(days=1))

    assert withdrawn.state == "withdrawn"
    assert UseCase.objects.get(pk=stage.case.pk).status == "active"


def test_owner_cannot_withdraw_once_the_vote_is_open_but_the_chair_can_with_a_reason(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.voting(now)

    with pytest.raises(NotAllowedNow) as by_owner:
        withdraw(review_id=review.pk, reason="Changed my mind", actor=stage.owner, now=now)
    with pytest.raises(NotAllowedNow) as without_reason:
        withdraw(review_id=review.pk, reason=" ", actor=stage.chair, now=now)
    withdraw(review_id=review.pk, reason="The vendor left.", actor=stage.chair, now=now)

    assert codes(by_owner) == ["not_yours_to_withdraw"]
    assert codes(without_reason) == ["reason_missing"]
    case = UseCase.objects.get(pk=stage.case.pk)
    assert (case.status, case.records_locked_at) == ("active", None)


def test_withdrawal_by_a_stranger_is_refused(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.request(now)

    with pytest.raises(NotAllowedNow) as refused:
        withdraw(review_id=review.pk, reason="No", actor=UserFactory(), now=now)

    assert codes(refused) == ["not_yours_to_withdraw"]
