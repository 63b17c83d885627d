"""Meetings and papers over the API: everything that the pages can do, for the same people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gates.models import GateReview, Meeting, Seat
from tests.api.conftest import API, Caller
from tests.api.contract import assert_as_described
from tests.factories.gates import CommitteeFactory, SeatFactory
from tests.factories.stage_set import StageSet, a_stage_set

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def now() -> datetime:
    """The API reads the clock."""
    return datetime.now(UTC)


@pytest.fixture
def stage(now: datetime) -> StageSet:
    return a_stage_set(now)


@pytest.fixture
def review(stage: StageSet, now: datetime) -> GateReview:
    return stage.request(now)


def sent(client: Any, path: str, body: Any, described: str, method: str = "post", **headers: str) -> tuple[int, Any]:
    answer = getattr(client, method)(f"{API}/{path}", body, content_type=JSON, headers=headers)
    return answer.status_code, assert_as_described(answer, described, method)


def planned(client: Any, stage: StageSet, now: datetime, **changes: Any) -> tuple[int, Any]:
    begins = now + timedelta(days=3)
    body = {
        "committee": stage.committee.pk,
        "title": "December gate",
        "starts_at": begins.isoformat(),
        "ends_at": (begins + timedelta(hours=2)).isoformat(),
        "place": "Room 4",
    }
    return sent(client, "meetings", body | changes, "meetings")


def test_meeting_from_plan_to_minutes_over_rest(
    caller: Caller, stage: StageSet, review: GateReview, now: datetime
) -> None:
    chair, member = caller(stage.chair), caller(stage.members[0])
    status, made = planned(chair, stage, now)
    path, of = f"meetings/{made['id']}", "meetings/{meeting_id}"
    assert (status, made["state"], made["place"]) == (201, "planned", "Room 4")

    _, put = sent(chair, f"{path}/agenda", {"review": review.pk, "minutes": 20}, f"{of}/agenda")
    (item,) = put["items"]
    assert (item["review"], item["reference"], item["minutes"]) == (review.pk, stage.case.reference, 20)
    moved_of = f"{of}/agenda/{{item_id}}/move"
    assert sent(chair, f"{path}/agenda/{item['id']}/move", {"steps": -1}, moved_of)[0] == 200
    _, answered = sent(member, f"{path}/attendance", {"answer": "yes"}, f"{of}/attendance")
    said = {seat["username"]: seat["answer"] for seat in answered["seats"]}
    assert said[stage.members[0].username] == "yes"
    assert answered["items"][0]["quorum"]["coming"] == 1

    assert sent(chair, f"{path}/start", {}, f"{of}/start")[1]["state"] == "running"
    noted = {"general": "All went well.", "items": [{"item": item["id"], "text": "Go."}]}
    _, minuted = sent(chair, f"{path}/minutes", noted, f"{of}/minutes")
    assert (minuted["noted"], minuted["items"][0]["noted"]) == ("All went well.", "Go.")
    _, kept = sent(chair, f"{path}/minutes", {"items": []}, f"{of}/minutes")
    assert kept["noted"] == "All went well."
    seat = Seat.objects.get(committee=stage.committee, user=stage.members[0])
    _, held = sent(chair, f"{path}/end", {"present": [seat.pk]}, f"{of}/end")
    came = {each["username"]: each["answer"] for each in held["seats"]}
    assert (held["state"], came[stage.members[0].username], came[stage.deputy.username]) == (
        "held",
        "present",
        "absent",
    )

    paper = chair.get(f"{API}/{path}/minutes.pdf")
    assert (paper["Content-Type"], paper.content[:5]) == ("application/pdf", b"%PDF-")


def test_meetings_are_listed_to_their_committee_and_filtered(caller: Caller, stage: StageSet, now: datetime) -> None:
    chair, other = caller(stage.chair), SeatFactory(committee=CommitteeFactory(gate=1)).user
    _, first = planned(chair, stage, now)
    _, second = planned(chair, stage, now)
    sent(chair, f"meetings/{first['id']}/cancellation", {}, "meetings/{meeting_id}/cancellation")

    def listed(person: Any, query: str = "") -> list[int]:
        rows = assert_as_described(caller(person).get(f"{API}/meetings{query}"), "meetings")["results"]
        return [row["id"] for row in rows]

    assert listed(stage.members[0]) == [second["id"], first["id"]]
    assert listed(stage.members[0], "?state=cancelled") == [first["id"]]
    assert listed(stage.members[0], f"?committee={stage.committee.pk + 1000}") == []
    assert (listed(other), listed(stage.owner)) == ([], [])
    assert caller(other).get(f"{API}/meetings/{first['id']}").status_code == 404


def test_meeting_is_changed_by_who_read_it_last(caller: Caller, stage: StageSet, now: datetime) -> None:
    chair = caller(stage.chair)
    _, made = planned(chair, stage, now)
    path, of = f"meetings/{made['id']}", "meetings/{meeting_id}"
    tag = chair.get(f"{API}/{path}")["ETag"]

    status, changed = sent(chair, path, {"place": "Room 9"}, of, "patch", **{"If-Match": tag})
    stale, _ = sent(chair, path, {"place": "Room 1"}, of, "patch", **{"If-Match": tag})
    unseen, _ = sent(chair, path, {"place": "Room 1"}, of, "patch")

    assert (status, changed["place"], changed["title"]) == (200, "Room 9", "December gate")
    assert (stale, unseen, Meeting.objects.get().place) == (412, 428, "Room 9")


@pytest.mark.parametrize(
    ("who", "path", "body", "status", "code"),
    [
        ("chair", "agenda", {"review": 2_000_000}, 422, "unknown_value"),
        ("chair", "agenda", {"review": 1, "minutes": 481}, 422, "max_value"),
        ("chair", "agenda/2000000/removal", {}, 409, "item_gone"),
        ("chair", "minutes", {"general": "Early."}, 409, "meeting_state"),
        ("chair", "start", {}, 409, "agenda_empty"),
        ("members", "attendance", {"answer": "perhaps"}, 422, "unknown_value"),
        ("members", "start", {}, 403, "chair_only"),
        ("members", "cancellation", {}, 403, "chair_only"),
        ("members", "minutes", {"colour": "red"}, 422, "unknown_member"),
    ],
)
def test_act_that_can_not_be_done_is_refused_with_its_reason(
    *, caller: Caller, stage: StageSet, now: datetime, who: str, path: str, body: Any, status: int, code: str
) -> None:
    _, made = planned(caller(stage.chair), stage, now)
    person = stage.chair if who == "chair" else stage.members[0]

    answer = caller(person).post(f"{API}/meetings/{made['id']}/{path}", body, content_type=JSON)

    assert (answer.status_code, [error["code"] for error in answer.json()["errors"]]) == (status, [code])
    assert Meeting.objects.get().state == "planned"


def test_meeting_in_the_past_or_of_another_committee_is_refused(caller: Caller, stage: StageSet, now: datetime) -> None:
    before = (now - timedelta(days=3)).isoformat()

    past, problem = planned(caller(stage.chair), stage, now, starts_at=before)
    others, _ = planned(caller(stage.chair), stage, now, committee=CommitteeFactory(gate=1).pk)

    assert (past, [error["code"] for error in problem["errors"]]) == (422, ["in_the_past"])
    assert (others, Meeting.objects.count()) == (403, 0)


def test_meeting_calendar_and_pack_are_files(
    caller: Caller, stage: StageSet, review: GateReview, now: datetime
) -> None:
    auditor = caller()
    _, made = planned(caller(stage.chair), stage, now)
    sent(caller(stage.chair), f"meetings/{made['id']}/agenda", {"review": review.pk}, "meetings/{meeting_id}/agenda")

    calendar = auditor.get(f"{API}/meetings/{made['id']}/calendar.ics")
    pack = auditor.get(f"{API}/meetings/{made['id']}/pack.pdf")

    assert calendar["Content-Type"] == "text/calendar; charset=utf-8"
    assert b"SUMMARY:December gate" in calendar.content
    assert (pack["Content-Type"], pack.content[:5]) == ("application/pdf", b"%PDF-")
    assert auditor.get(f"{API}/meetings/{made['id']}/minutes.pdf").status_code == 404


def test_dossier_and_decision_are_printed_and_dossiers_compared(caller: Caller, stage: StageSet, now: datetime) -> None:
    auditor = caller()
    decision = stage.decide(stage.closed(now), "go", now + timedelta(milliseconds=1))
    review = f"{API}/reviews/{decision.review_id}"

    once, again = auditor.get(f"{review}/dossier.pdf"), auditor.get(f"{review}/dossier.pdf")
    found = assert_as_described(auditor.get(f"{review}/dossier/difference"), "reviews/{review_id}/dossier/difference")
    record = auditor.get(f"{API}/decisions/{decision.reference}/decision.pdf")

    assert once.content[:5] == b"%PDF-"
    assert once.content == again.content
    assert record.content[:5] == b"%PDF-"
    assert (found["before"]["revision"], found["after"]["revision"]) == (1, 2)
    assert found["after"]["digest"] == decision.digest
    assert auditor.get(f"{review}/dossier/difference?since=gate").status_code == 404
    assert auditor.get(f"{review}/dossier/difference?before=9").status_code == 404
    assert auditor.get(f"{review}/dossier.pdf?revision=9").status_code == 404
    assert auditor.get(f"{review}/dossier.pdf?revision=zero").status_code == 422
