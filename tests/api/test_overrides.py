"""Overrides, corrections, conditions, triggers and committees over REST do what the pages do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from gates.models import Decision, OverrideRequest, ReviveTrigger, Seat
from pocgate.identity.models import User
from portfolio.models import EvidenceRevision
from tests.api.conftest import API, Caller
from tests.api.contract import assert_as_described
from tests.factories.gates import CommitteeFactory
from tests.factories.identity import RoleGrantFactory, UserFactory
from tests.factories.stage_set import FUNDING_IN_BODY, StageSet, a_stage_set

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def stage() -> StageSet:
    return a_stage_set(datetime.now(UTC))


def post(client: Client, path: str, body: dict[str, Any], described: str) -> Any:
    answer = client.post(f"{API}/{path}", body, content_type=JSON)
    return answer.status_code, assert_as_described(answer, described, "post")


def test_override_is_asked_for_and_signed_by_two(stage: StageSet, caller: Caller) -> None:
    review = stage.closed(datetime.now(UTC), "conditional_go")
    chair, second = caller(stage.chair), caller(stage.members[2])
    body = {"outcome": "go", "reason": "To learn.", **FUNDING_IN_BODY}

    asked = post(chair, f"reviews/{review.pk}/overrides", body, "reviews/{review_id}/overrides")
    override = asked[1]["id"]
    alone = chair.post(f"{API}/overrides/{override}/signature", {}, content_type=JSON)
    path = "overrides/{override_id}/signature"
    signed = post(second, f"overrides/{override}/signature", {}, path)
    listed = assert_as_described(chair.get(f"{API}/overrides?state=signed&review={review.pk}"), "overrides")
    read = assert_as_described(chair.get(f"{API}/overrides/{override}"), "overrides/{override_id}")

    assert (asked[0], asked[1]["passes_over"], asked[1]["state"]) == (201, ["tally"], "pending")
    assert alone.status_code == 409
    assert (signed[0], signed[1]["is_override"], signed[1]["outcome"]) == (201, True, "go")
    assert listed["results"] == [read]
    assert (read["settled_by"], read["decision"]) == (stage.members[2].username, signed[1]["number"])


@pytest.mark.parametrize(("act", "who"), [("refusal", 2), ("withdrawal", None)])
def test_override_is_refused_or_taken_back_with_a_note(
    act: str, who: int | None, stage: StageSet, caller: Caller
) -> None:
    review = stage.closed(datetime.now(UTC), "conditional_go")
    person: User = stage.chair if who is None else stage.members[who]
    caller(stage.chair).post(
        f"{API}/reviews/{review.pk}/overrides",
        {"outcome": "go", "reason": "To learn.", **FUNDING_IN_BODY},
        content_type=JSON,
    )
    override = OverrideRequest.objects.get()

    path = f"overrides/{override.pk}/{act}"
    status, body = post(caller(person), path, {"note": "Not so."}, f"overrides/{{override_id}}/{act}")

    assert (status, body["note"], body["settled_by"]) == (200, "Not so.", person.username)
    assert Decision.objects.count() == 0


def test_decision_is_corrected_and_says_all_that_it_holds(stage: StageSet, caller: Caller) -> None:
    decision = stage.decide(stage.closed(datetime.now(UTC)), "go", datetime.now(UTC), funding_people=2)
    chair = caller(stage.chair)
    body = {"note": "A digit was lost.", "funding_people": "3"}

    path = f"decisions/{decision.reference}/correction"
    status, made = post(chair, path, body, "decisions/{number}/correction")
    old = assert_as_described(chair.get(f"{API}/decisions/{decision.reference}"), "decisions/{number}")
    fixed = chair.post(f"{API}/decisions/{made['number']}/correction", {**body, "outcome": "stop"}, content_type=JSON)

    assert (status, made["corrects"], made["funding_people"]) == (201, decision.reference, "3.00")
    assert (old["corrected_by"], old["funding_people"]) == (made["number"], "2.00")
    assert [row["gate"] for row in made["thresholds"]] == [1, 1]
    assert fixed.status_code == 422


def test_condition_is_cleared_with_its_evidence(stage: StageSet, caller: Caller) -> None:
    now = datetime.now(UTC)
    review = stage.closed(now, "conditional_go")
    due = (now + timedelta(days=9)).date().isoformat()
    terms = {"text": "Measure it", "owner": stage.owner.username, "due_date": due}
    body = {"outcome": "conditional_go", "reason": "Almost.", "conditions": [terms], **FUNDING_IN_BODY}
    _status, made = post(caller(stage.chair), f"reviews/{review.pk}/decision", body, "reviews/{review_id}/decision")
    revision = EvidenceRevision.objects.filter(evidence__case=stage.case).earliest("pk")
    owner, condition = caller(stage.owner), made["conditions"][0]["id"]
    path, described = f"conditions/{condition}/clearing", "conditions/{condition_id}/clearing"

    foreign = owner.post(f"{API}/{path}", {"note": "Done.", "evidence": 2**31 - 1}, content_type=JSON)
    status, cleared = post(owner, path, {"note": "Done.", "evidence": revision.pk}, described)
    again = owner.post(f"{API}/{path}", {"note": "Done."}, content_type=JSON)

    assert foreign.status_code == 422
    assert (status, cleared["cleared_by"], cleared["clearing_note"]) == (200, stage.owner.username, "Done.")
    assert cleared["clearing_evidence"]["sha256"] == revision.sha256
    assert again.status_code == 409


def test_trigger_of_a_stop_is_reported(stage: StageSet, caller: Caller) -> None:
    now = datetime.now(UTC)
    terms = {"reason": "No.", "reason_code": "external", "learning": "Little.", "revive_trigger": "A law passes."}
    stage.decide(stage.closed(now, "stop"), "stop", now, **terms)
    trigger, owner = ReviveTrigger.objects.get(), caller(stage.owner)
    base = f"use-cases/{stage.case.reference}/revive-triggers"

    described = "use-cases/{ref}/revive-triggers/{trigger_id}/report"
    status, body = post(owner, f"{base}/{trigger.pk}/report", {"note": "Gazette."}, described)
    listed = assert_as_described(owner.get(f"{API}/{base}"), "use-cases/{ref}/revive-triggers")

    assert (status, body["fired_by"], body["note"]) == (200, stage.owner.username, "Gazette.")
    assert listed["results"] == [body]


def test_administrator_keeps_committees(caller: Caller) -> None:
    admin, person = caller(RoleGrantFactory(role="admin").user), UserFactory()
    committee = CommitteeFactory(gate=2)
    seat = {"username": person.username, "role": "member", "discipline": "finance", "ends_at": "2999-12-31T00:00:00Z"}

    created, made = post(admin, "committees", {"name": "Gate 1", "gate": 1}, "committees")
    given, body = post(admin, f"committees/{made['id']}/seats", seat, "committees/{committee_id}/seats")
    stranger = post(
        admin, f"committees/{made['id']}/seats", {**seat, "username": "nobody"}, "committees/{committee_id}/seats"
    )
    listed = assert_as_described(admin.get(f"{API}/committees"), "committees")
    ended, _body = post(admin, f"seats/{body['id']}/end", {}, "seats/{seat_id}/end")
    gone = admin.post(f"{API}/committees/{committee.pk}/dissolution", {}, content_type=JSON)

    assert (created, given, body["ends_at"]) == (201, 201, "2999-12-31T00:00:00+00:00")
    assert stranger[0] == 422
    assert [row["seats"] for row in listed["results"]] == [[body], []]
    assert ended == 200
    assert Seat.objects.filter(ended_at__lt=datetime.now(UTC)).count() == 1
    assert gone.status_code == 204
