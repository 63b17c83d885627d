"""Meetings: planned, answered, led, minuted; told once; read by a calendar that shares no code with the writer."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime, timedelta
from fractions import Fraction

import pypdf
import pytest
import vobject
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from gates.commands import meetings as acts
from gates.commands.meetings import Sitting, plan_meeting, send_packs
from gates.models import Meeting, MeetingAttendance
from gates.queries.meetings import agenda_of, appointment_of
from gates.rules.agenda import ALLOWED, Place, forecast, meeting_blockers, moved
from gates.rules.calendar import calendar_of
from pocgate.identity.models import User
from pocgate.inbox.models import Notification
from pocgate.kernel.errors import Forbidden, Invalid, NotAllowedNow
from tests.factories.identity import UserFactory
from tests.factories.stage_set import StageSet, a_stage_set

HARD = "Gate; 0, “Straße” \\ with a very long title that has to be folded somewhere after seventy-five octets — ö" * 2


def planned(stage: StageSet, now: datetime, title: str = "Gate 0 in December") -> Meeting:
    sitting = Sitting(title, now + timedelta(hours=20), now + timedelta(hours=22), "Room 4; second floor, left")
    return plan_meeting(committee_id=stage.committee.pk, sitting=sitting, actor=stage.chair, now=now)


def with_item(stage: StageSet, meeting: Meeting, now: datetime) -> int:
    review = stage.request(now)
    given = {"meeting_id": meeting.pk, "review_id": review.pk, "duration": 20}
    return acts.put_on_agenda(**given, actor=stage.chair, now=now).pk


def calendar_read(meeting: Meeting) -> tuple[bytes, object]:
    written = calendar_of([appointment_of(meeting)], "5f" * 16)
    return written, vobject.readOne(written.decode())


@pytest.mark.parametrize("act", sorted(ALLOWED))
@pytest.mark.parametrize("state", ["planned", "running", "held", "cancelled"])
def test_each_act_is_possible_in_its_states_alone(act: str, state: str) -> None:
    assert (meeting_blockers(act, state) == []) is (state in ALLOWED[act])


@given(st.lists(st.integers(), unique=True, min_size=1, max_size=8), st.data(), st.integers(-10, 10))
def test_moving_keeps_every_item_and_stops_at_both_ends(order: list[int], data: st.DataObject, steps: int) -> None:
    item = data.draw(st.sampled_from(order))

    after = moved(order, item, steps)

    assert sorted(after) == sorted(order)
    assert after.index(item) == max(0, min(len(order) - 1, order.index(item) + steps))
    assert [each for each in after if each != item] == [each for each in order if each != item]


def test_forecast_counts_conflicts_out_and_names_who_is_missing() -> None:
    places = [
        Place("yes", True, ("business",)),
        Place("maybe", True, ("technical",)),
        Place("yes", False, ("finance",)),
    ]

    found = forecast(places, Fraction(1, 2), 2, ("business", "technical"))

    assert (found.able, found.coming, found.unsure, found.needed) == (2, 1, 1, 2)
    assert found.absent == ("technical",)
    assert found.state == "open"
    assert forecast(places[:1], Fraction(1, 2), 3, ()).state == "unlikely"
    assert forecast([places[0]] * 3, Fraction(1, 2), 3, ("business",)).state == "likely"


@pytest.mark.django_db
def test_plan_tells_every_member_once_and_only_the_chair_can(now: datetime) -> None:
    stage = a_stage_set(now)

    meeting = planned(stage, now)

    told = set(Notification.objects.filter(kind="meeting").values_list("user", flat=True))
    assert told == set(stage.committee.seats.values_list("user", flat=True))
    sitting = Sitting("Mine", now + timedelta(days=1), now + timedelta(days=2))
    for person in (stage.members[0], stage.owner):
        with pytest.raises(Forbidden):
            plan_meeting(committee_id=stage.committee.pk, sitting=sitting, actor=person, now=now)
    wrong = Sitting(" ", now - timedelta(days=1), now - timedelta(days=2))
    with pytest.raises(Invalid) as refused:
        acts.change_meeting(meeting_id=meeting.pk, sitting=wrong, actor=stage.chair, now=now)
    assert {problem.pointer for problem in refused.value.problems} == {"title", "ends_at", "starts_at"}


@pytest.mark.django_db
def test_meeting_from_plan_to_minutes(now: datetime) -> None:
    stage = a_stage_set(now)
    meeting = planned(stage, now)
    item = with_item(stage, meeting, now)
    led = {"meeting_id": meeting.pk, "actor": stage.chair, "now": now}
    acts.answer_meeting(meeting_id=meeting.pk, answer="yes", actor=stage.members[0], now=now)
    acts.answer_meeting(meeting_id=meeting.pk, answer="no", actor=stage.members[0], now=now)
    assert MeetingAttendance.objects.get().answer == "no"

    acts.start_meeting(**led)
    acts.note_minutes(minutes={item: "Data came late."}, general="Short.", **led)
    seat = stage.committee.seats.get(user=stage.members[0])
    held = acts.finish_meeting(present=frozenset({seat.pk}), **led)

    assert (held.state, held.minutes, held.items.get().minutes) == ("held", "Short.", "Data came late.")
    assert MeetingAttendance.objects.get(seat=seat).answer == "present"
    assert MeetingAttendance.objects.filter(answer="absent").count() == stage.committee.seats.count() - 1
    with pytest.raises(NotAllowedNow):
        acts.note_minutes(minutes={item: "Otherwise."}, general="", **led)


@pytest.mark.django_db
def test_only_open_reviews_of_the_committee_come_on_the_agenda_once(now: datetime) -> None:
    stage = a_stage_set(now)
    meeting = planned(stage, now)
    with_item(stage, meeting, now)
    review = meeting.items.get().review_id

    for wrong in (review, 0):
        with pytest.raises(Invalid):
            acts.put_on_agenda(meeting_id=meeting.pk, review_id=wrong, duration=5, actor=stage.chair, now=now)
    assert agenda_of(Meeting.objects.get(), now=now)[0].starts_at == meeting.starts_at


@pytest.mark.django_db
def test_pack_is_told_once_the_day_before_whatever_runs_twice(now: datetime) -> None:
    stage = a_stage_set(now)
    meeting = planned(stage, now)

    assert send_packs(now=now - timedelta(hours=5)) == 0
    assert [send_packs(now=now), send_packs(now=now)] == [1, 0]

    packs = Notification.objects.filter(kind="meeting", occasion="pack-0")
    assert packs.count() == stage.committee.seats.count()
    assert {row.url for row in packs} == {f"/meetings/{meeting.pk}/pack.pdf"}


@pytest.mark.django_db
def test_calendar_keeps_its_uid_and_raises_its_sequence(now: datetime) -> None:
    stage = a_stage_set(now)
    meeting = planned(stage, now, HARD[:200])
    with_item(stage, meeting, now)
    written, first = calendar_read(Meeting.objects.get())
    later = Sitting("Later", now + timedelta(days=3), now + timedelta(days=4), "Elsewhere")
    acts.change_meeting(meeting_id=meeting.pk, sitting=later, actor=stage.chair, now=now)
    _bytes, second = calendar_read(Meeting.objects.get())
    acts.cancel_meeting(meeting_id=meeting.pk, actor=stage.chair, now=now)
    _bytes, third = calendar_read(Meeting.objects.get())

    assert all(len(line) <= 75 for line in written.split(b"\r\n"))
    assert first.vevent.summary.value == HARD[:200].strip()
    assert first.vevent.location.value == "Room 4; second floor, left"
    assert f"Gate 0: {stage.case.reference}" in first.vevent.description.value
    assert first.vevent.dtstart.value == now + timedelta(hours=20)
    assert second.vevent.dtend.value == now + timedelta(days=4)
    assert first.vevent.uid.value == second.vevent.uid.value == third.vevent.uid.value
    assert [each.vevent.sequence.value for each in (first, second, third)] == ["0", "1", "2"]
    assert [each.method.value for each in (first, second, third)] == ["PUBLISH", "PUBLISH", "CANCEL"]
    assert third.vevent.status.value == "CANCELLED"


@pytest.mark.django_db
def test_pages_of_a_meeting_for_its_members_alone(signed_in: Callable[[User], Client]) -> None:
    now = timezone.now()
    stage = a_stage_set(now)
    meeting = planned(stage, now)
    item = with_item(stage, meeting, now)
    chair, member = signed_in(stage.chair), signed_in(stage.members[0])
    at = f"/meetings/{meeting.pk}/"

    pages = {path: member.get(f"{at}{path}") for path in ("", "present/1/", "calendar.ics")}
    stranger = signed_in(UserFactory())

    assert {path: page.status_code for path, page in pages.items()} == {"": 200, "present/1/": 200, "calendar.ics": 200}
    assert "quorum" in pages[""].content.decode()
    assert [stranger.get(f"{at}{path}").status_code for path in ("", "pack.pdf", "calendar.ics")] == [404, 404, 404]
    assert member.get(f"{at}present/2/").status_code == 404
    assert member.post(f"{at}acts/start/").status_code == 403
    assert member.post(f"{at}acts/nothing/").status_code == 404
    assert member.post(f"{at}acts/answer/", {"answer": "yes"}).status_code == 302
    assert chair.post(f"{at}acts/start/").status_code == 302
    assert chair.post(f"{at}acts/note/", {f"item_{item}": "#panic(1)", "general": "Fine."}).status_code == 302
    assert chair.post(f"{at}acts/finish/", {"present": [1]}).status_code == 302
    minutes = member.get(f"{at}minutes.pdf")
    text = "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(minutes.content)).pages)
    assert "#panic(1)" in text
    assert "Fine." in text
    assert member.get("/meetings/").status_code == 200
