"""A gate through the browser’s eyes: request, sign, open, vote, close, decide, clear."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from gates.commands.reviews import open_voting
from gates.models import Decision, GateReview, SignOff, Vote
from pocgate.identity.models import User
from pocgate.identity.queries import SIGNED_IN_AT
from portfolio.models import UseCase
from scoring.models import CriterionAnswer
from tests.factories.identity import RoleGrantFactory
from tests.factories.portfolio import EvidenceFactory, EvidenceRevisionFactory
from tests.factories.stage_set import FUNDING_IN_BODY, SIGNED_AT_GATE_0, StageSet, a_stage_set

pytestmark = pytest.mark.django_db

Browser = Callable[[User], Client]


@pytest.fixture
def today() -> datetime:
    """Views read the clock, so their tests stand in the present."""
    return timezone.now()


def latest(stage: StageSet) -> GateReview:
    return GateReview.objects.get(case=stage.case)


def test_gate_from_request_to_decision_through_the_pages(today: datetime, signed_in: Browser) -> None:
    stage = a_stage_set(today)
    CriterionAnswer.objects.filter(criterion__in=SIGNED_AT_GATE_0).update(superseded_at=today)
    revision = EvidenceRevisionFactory(evidence=EvidenceFactory(case=stage.case), uploaded_at=today)
    reference = stage.case.reference
    owner, officer, chair = signed_in(stage.owner), signed_in(stage.officer), signed_in(stage.chair)

    tab = owner.get(f"/cases/{reference}/reviews/").content.decode()
    assert "Waits for compliance" in tab
    requested = owner.post(f"/cases/{reference}/reviews/request/")
    room = f"/reviews/{latest(stage).pk}/"
    assert requested["Location"] == room

    for key in (*SIGNED_AT_GATE_0, "preliminary_plan"):
        data = {f"{key}-state": "accepted", f"{key}-revision_ids": [revision.pk]}
        assert officer.post(f"/compliance/{reference}/{key}/", data).status_code == 302
    assert SignOff.objects.count() == 3

    closes_at = timezone.localtime(today + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
    assert chair.post(f"{room}open/", {"closes_at": closes_at}).status_code == 302
    for member in stage.members:
        assert signed_in(member).post(f"{room}vote/", {"outcome": "go", "seen_revision": 2}).status_code == 302
    assert chair.post(f"{room}close/").status_code == 302
    decided = chair.post(f"{room}decide/", {"outcome": "go", **FUNDING_IN_BODY})

    made = Decision.objects.get()
    assert decided["Location"] == f"/decisions/{made.reference}/"
    assert UseCase.objects.get(pk=stage.case.pk).stage == 1
    record = owner.get(decided["Location"]).content.decode()
    assert made.digest in record
    assert made.reference in owner.get("/decisions/").content.decode()


def test_go_is_asked_for_its_funding_and_other_outcomes_are_not(today: datetime, signed_in: Browser) -> None:
    stage = a_stage_set(today)
    review = stage.closed(today)
    chair = signed_in(stage.chair)
    room = f"/reviews/{review.pk}/"

    fields = chair.get(room).content.decode()
    unfunded = chair.post(f"{room}decide/", {"outcome": "go", "funding_amount": "40000"})
    body = {"outcome": "pause", "reason": "No data.", "reason_code": "data", "revive_trigger": "The feed is there."}
    paused = chair.post(f"{room}decide/", body)

    for label in ("Funding released", "Funding until", "People for it"):
        assert f"{label}</label>" in fields
    assert "What passes and gets no money is paused" in fields
    assert 'Release that is approved <span class="required-mark">optional' in fields
    assert unfunded.status_code == 422
    said = unfunded.content.decode()
    assert "A go states until when it is funded." in said
    assert "A go states how many people are given for it." in said
    assert "A go states the amount that is released." not in said
    assert paused.status_code == 302
    assert Decision.objects.get().outcome == "pause"


def test_room_shows_no_vote_of_others_and_reveals_them_after_the_close(today: datetime, signed_in: Browser) -> None:
    stage = a_stage_set(today)
    review = stage.voting(today)
    stage.vote(review, stage.members[0], "stop", today, rationale="A secret rationale.")
    pages = [f"/reviews/{review.pk}/", f"/reviews/{review.pk}/live/", f"/cases/{stage.case.reference}/activity/"]

    for viewer in (stage.chair, stage.members[1], stage.owner, stage.officer):
        for page in pages:
            assert "A secret rationale." not in signed_in(viewer).get(page).content.decode()
    own = signed_in(stage.members[0]).get(pages[0]).content.decode()
    stage.vote(review, stage.members[1], "stop", today)
    stage.vote(review, stage.members[2], "stop", today)
    signed_in(stage.chair).post(f"/reviews/{review.pk}/close/")

    assert "A secret rationale." in own
    assert "A secret rationale." in signed_in(stage.owner).get(pages[0]).content.decode()


def test_vote_page_shows_the_ballot_only_to_those_who_can_vote(today: datetime, signed_in: Browser) -> None:
    stage = a_stage_set(today)
    review = stage.voting(today)

    member = signed_in(stage.members[0]).get(f"/reviews/{review.pk}/").content.decode()
    owner = signed_in(stage.owner).get(f"/reviews/{review.pk}/").content.decode()

    assert "Cast my vote" in member
    assert "Cast my vote" not in owner


def test_vote_without_a_rationale_comes_back_with_what_was_typed(today: datetime, signed_in: Browser) -> None:
    stage = a_stage_set(today)
    review = stage.voting(today)
    data = {"outcome": "pause", "seen_revision": 2, "rationale": " ", "conditions": "Measure the labels"}

    answer = signed_in(stage.members[0]).post(f"/reviews/{review.pk}/vote/", data)

    assert answer.status_code == 422
    assert "Measure the labels" in answer.content.decode()
    assert Vote.objects.count() == 0


def test_vote_on_a_dossier_that_changed_is_refused_with_its_reason(today: datetime, signed_in: Browser) -> None:
    stage = a_stage_set(today)
    review = stage.voting(today)

    answer = signed_in(stage.members[0]).post(f"/reviews/{review.pk}/vote/", {"outcome": "go", "seen_revision": 1})

    assert answer.status_code == 409
    assert "The dossier changed to revision 2" in answer.content.decode()


def test_vote_with_an_old_sign_in_leads_to_the_sign_in_and_back(today: datetime, signed_in: Browser) -> None:
    stage = a_stage_set(today)
    review = stage.voting(today)
    client = signed_in(stage.members[0])
    session = client.session
    session[SIGNED_IN_AT] = (today - timedelta(days=2)).isoformat()
    session.save()

    answer = client.post(f"/reviews/{review.pk}/vote/", {"outcome": "go", "seen_revision": 2})

    assert (answer.status_code, answer["Location"].startswith("/sign-in/")) == (302, True)
    assert Vote.objects.count() == 0


def test_polled_part_answers_304_until_something_changes(today: datetime, signed_in: Browser) -> None:
    stage = a_stage_set(today)
    review = stage.voting(today)
    client = signed_in(stage.chair)
    address = f"/reviews/{review.pk}/live/"

    first = client.get(address)
    second = client.get(address, headers={"If-None-Match": first["ETag"]})
    stage.vote(review, stage.members[0], "go", today)
    third = client.get(address, headers={"If-None-Match": first["ETag"]})

    assert (first.status_code, second.status_code, third.status_code) == (200, 304, 200)
    assert "voted" in third.content.decode()


def test_polled_part_says_when_the_review_moved_on(today: datetime, signed_in: Browser) -> None:
    stage = a_stage_set(today)
    review = stage.request(today)
    client = signed_in(stage.members[0])
    page = client.get(f"/reviews/{review.pk}/").content.decode()
    token = page.partition("live/?seen=")[2][:12]

    before = client.get(f"/reviews/{review.pk}/live/?seen={token}").content.decode()
    closes_at = timezone.localtime(today + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
    signed_in(stage.chair).post(f"/reviews/{review.pk}/open/", {"closes_at": closes_at})
    after = client.get(f"/reviews/{review.pk}/live/?seen={token}").content.decode()

    assert ("data-room-moved" in before, "data-room-moved" in after) == (False, True)


def test_request_button_is_grey_with_reasons_while_something_is_missing(today: datetime, signed_in: Browser) -> None:
    stage = a_stage_set(today)
    CriterionAnswer.objects.filter(criterion="sources_mapped").update(superseded_at=today)

    page = signed_in(stage.owner).get(f"/cases/{stage.case.reference}/reviews/").content.decode()
    forced = signed_in(stage.owner).post(f"/cases/{stage.case.reference}/reviews/request/")

    assert "1 thing is missing" in page
    assert "The pre-check says not ready" in page
    assert 'class="btn btn-primary btn-lg" disabled' in page
    assert forced.status_code == 409
    assert GateReview.objects.count() == 0


def test_closable_must_can_be_planned_on_the_request_page(today: datetime, signed_in: Browser) -> None:
    stage = a_stage_set(today)
    CriterionAnswer.objects.filter(criterion="compute_mapped").update(superseded_at=today)
    due = (today + timedelta(days=10)).date().isoformat()
    data = {"compute_mapped-owner": stage.owner.pk, "compute_mapped-due": due}

    page = signed_in(stage.owner).get(f"/cases/{stage.case.reference}/reviews/").content.decode()
    answer = signed_in(stage.owner).post(f"/cases/{stage.case.reference}/reviews/request/", data)

    assert "May stay open under a conditional go" in page
    assert answer.status_code == 302
    assert latest(stage).dossiers.get().recommended == "conditional_go"


def test_stop_proposed_on_the_page_is_decided_by_the_chair_in_the_room(today: datetime, signed_in: Browser) -> None:
    stage = a_stage_set(today, ready=False)
    reason = {"reason": "Simple rules do it."}
    assert signed_in(stage.owner).post(f"/cases/{stage.case.reference}/reviews/stop/", reason).status_code == 302
    review = latest(stage)

    room = signed_in(stage.chair).get(f"/reviews/{review.pk}/").content.decode()
    data = {"outcome": "stop", "reason": "Agreed.", "reason_code": "problem_choice", "learning": "Rules first."}
    answer = signed_in(stage.chair).post(f"/reviews/{review.pk}/decide/", data)

    assert "The owner proposes to stop this case" in room
    assert answer.status_code == 302
    assert UseCase.objects.get(pk=stage.case.pk).status == "stopped"


def test_condition_is_cleared_on_the_record(today: datetime, signed_in: Browser) -> None:
    stage = a_stage_set(today)
    review = stage.closed(today, "conditional_go")
    data = {
        "outcome": "conditional_go",
        "reason": "Almost.",
        **FUNDING_IN_BODY,
        "condition_0_text": "Measure the labels",
        "condition_0_owner": stage.owner.pk,
        "condition_0_due": (today + timedelta(days=9)).date().isoformat(),
    }
    decided = signed_in(stage.chair).post(f"/reviews/{review.pk}/decide/", data)
    condition = Decision.objects.get().conditions.get()

    record = signed_in(stage.owner).get(decided["Location"]).content.decode()
    cleared = signed_in(stage.owner).post(f"/conditions/{condition.pk}/clear/", {"note": "See the report."})

    assert "Clear this condition" in record
    assert cleared.status_code == 302
    condition.refresh_from_db()
    assert condition.clearing_note == "See the report."


def test_dossier_is_handed_out_as_the_bytes_its_digest_is_of(today: datetime, signed_in: Browser) -> None:
    stage = a_stage_set(today)
    review = stage.voting(today)

    answer = signed_in(stage.owner).get(f"/reviews/{review.pk}/dossiers/1/dossier.json")

    assert answer.content.decode() == review.dossiers.get(revision=1).content
    assert json.loads(answer.content)["gate"] == 0
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_return_without_a_comment_comes_back_and_with_one_tells_the_owner(today: datetime, signed_in: Browser) -> None:
    stage = a_stage_set(today)
    address = f"/compliance/{stage.case.reference}/tier_confirmed/"
    client = signed_in(stage.officer)

    without = client.post(address, {"tier_confirmed-state": "returned"})
    with_one = client.post(address, {"tier_confirmed-state": "returned", "tier_confirmed-comment": "Which law?"})

    assert (without.status_code, with_one.status_code) == (422, 302)
    assert "Which law?" in client.get(f"/compliance/{stage.case.reference}/").content.decode()


def test_desk_queues_cases_in_review_by_due_date(today: datetime, signed_in: Browser) -> None:
    stage = a_stage_set(today)
    CriterionAnswer.objects.filter(criterion__in=SIGNED_AT_GATE_0).update(superseded_at=today)
    stage.request(today)

    page = signed_in(stage.officer).get("/compliance/").content.decode()

    assert stage.case.reference in page.partition("In review")[2]


def test_room_leaves_the_scorecard_out_for_who_still_has_to_rate(today: datetime, signed_in: Browser) -> None:
    stage = a_stage_set(today)
    review = stage.request(today)
    stranger = RoleGrantFactory(role="auditor").user
    room = f"/reviews/{review.pk}/"

    before = {who: signed_in(who).get(room).content.decode() for who in (stage.chair, stranger)}
    open_voting(review_id=review.pk, closes_at=today + timedelta(days=5), actor=stage.chair, now=today)
    after = signed_in(stage.chair).get(room).content.decode()

    assert "Rate the case first" in before[stage.chair]
    assert "Value and feasibility:" not in before[stage.chair]
    assert "Value and feasibility:" in before[stranger]
    assert "Value and feasibility:" in after
