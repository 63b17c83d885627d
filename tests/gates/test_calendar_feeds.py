"""Calendar feeds: what stands in them, how changes are told, who may read them, and that no token leaks."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import Mock
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
import vobject
from django.db import OperationalError
from django.test import Client

from gates.commands.calendars import digest_of, forget_entries, make_feed, revoke_feed, tell_calendar
from gates.commands.meetings import Sitting, cancel_meeting, change_meeting, plan_meeting
from gates.commands.reviews import close_voting
from gates.models import CalendarEntry, CalendarFeed, Condition, Meeting, Seat
from gates.queries.meetings import appointment_of
from gates.rules.calendar import Appointment, Happening, Told, calendar_of, feed_of
from pocgate.identity.models import User
from pocgate.kernel.errors import Invalid
from pocgate.kernel.logs import hide_secrets
from pocgate.kernel.models import Installation
from pocgate.ledger.models import Activity
from portfolio.models import StageSpell, TeamMember, UseCase
from tests.factories.gates import SeatFactory
from tests.factories.identity import UserFactory
from tests.factories.stage_set import StageSet, a_stage_set

pytestmark = pytest.mark.django_db
API = "/api/v1/calendar.ics"
DAY = timedelta(days=1)
HERE = "5f" * 16
HARD = "Gate; 0, “Straße” \\ of a title that has to be folded after seventy-five octets, in the middle of öööööööö"


def meeting(stage: StageSet, now: datetime, **values: Any) -> Any:
    sitting = Sitting(**{"title": HARD, "starts_at": now + DAY, "ends_at": now + 2 * DAY, "place": "Room; 2", **values})
    return plan_meeting(committee_id=stage.committee.pk, sitting=sitting, actor=stage.chair, now=now)


def read(feed: CalendarFeed, now: datetime, zone: str = "Europe/Berlin") -> dict[str, Any]:
    """The events by UID, as another library reads them."""
    body = feed_of("Mine", tell_calendar(feed_id=feed.pk, now=now), ZoneInfo(zone), HERE, now=now)
    return {event.uid.value: event for event in vobject.readOne(body.decode()).contents.get("vevent", [])}


def the_one(events: dict[str, Any], prefix: str) -> Any:
    return next(event for uid, event in events.items() if uid.startswith(prefix))


def test_member_sees_meetings_closing_votes_and_days_to_decide_by(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.voting(now, days=4)
    planned = meeting(stage, now)
    feed, _token = make_feed(committee_id=None, actor=stage.members[0], now=now)

    events = read(feed, now)

    assert set(events) == {f"vote-{review.pk}@{HERE}", f"decide-{review.pk}@{HERE}", f"{planned.uid}@{HERE}"}
    assert events[f"{planned.uid}@{HERE}"].summary.value == HARD
    assert events[f"vote-{review.pk}@{HERE}"].dtend.value == now + 4 * DAY
    assert events[f"decide-{review.pk}@{HERE}"].dtstart.value == review.decide_by


def test_owner_sees_time_box_and_planned_gate_of_the_case(now: datetime) -> None:
    stage = a_stage_set(now)
    StageSpell.objects.update(time_box_ends_at=now + 5 * DAY)
    UseCase.objects.update(target_gate_date=(now + 6 * DAY).date())
    feed, _token = make_feed(committee_id=None, actor=stage.owner, now=now)

    days = {uid.split("-")[0]: event.dtstart.value for uid, event in read(feed, now).items()}

    assert days == {"time": (now + 5 * DAY).date(), "gate": (now + 6 * DAY).date()}


def test_condition_of_a_case_one_may_no_longer_see_is_not_told(now: datetime) -> None:
    stage = a_stage_set(now)
    decision = stage.decide(stage.closed(now), "go", now)
    UseCase.objects.update(created_by=UserFactory())
    Condition.objects.create(decision=decision, text="Name the leak", owner=stage.owner, due_date=(now + DAY).date())
    feed, _token = make_feed(committee_id=None, actor=stage.owner, now=now)
    before = the_one(read(feed, now), "condition-")
    TeamMember.objects.filter(user=stage.owner).update(ended_at=now)

    after = the_one(read(feed, now), "condition-")
    fresh, _token = make_feed(committee_id=None, actor=stage.owner, now=now)

    assert (before.description.value, before.status.value) == ("Name the leak", "CONFIRMED")
    assert (after.description.value, after.status.value) == ("", "CANCELLED")
    assert "Name the leak" not in str(read(fresh, now))


def test_sequence_grows_with_each_change_and_stays_otherwise(now: datetime) -> None:
    stage = a_stage_set(now)
    planned = meeting(stage, now)
    feed, _token = make_feed(committee_id=stage.committee.pk, actor=stage.chair, now=now)
    told = [(the_one(read(feed, now), str(planned.uid)))]
    told.append(the_one(read(feed, now + DAY / 24), str(planned.uid)))
    later = Sitting("Moved", now + 3 * DAY, now + 4 * DAY)
    change_meeting(meeting_id=planned.pk, sitting=later, actor=stage.chair, now=now)
    told.append(the_one(read(feed, now + DAY / 12), str(planned.uid)))
    cancel_meeting(meeting_id=planned.pk, actor=stage.chair, now=now)
    told.append(the_one(read(feed, now + DAY / 8), str(planned.uid)))

    assert [int(event.sequence.value) for event in told] == [0, 0, 1, 2]
    assert [event.status.value for event in told] == ["CONFIRMED", "CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert told[0].dtstamp.value == told[1].dtstamp.value < told[2].dtstamp.value


def test_one_event_has_one_sequence_whatever_tells_it(now: datetime) -> None:
    stage = a_stage_set(now)
    review, planned = stage.request(now), meeting(stage, now)
    own, _token = make_feed(committee_id=None, actor=stage.chair, now=now)
    of_committee, _token = make_feed(committee_id=stage.committee.pk, actor=stage.chair, now=now)
    for days in (1, 2):
        sitting = Sitting(f"Moved {days}", now + (3 + days) * DAY, now + (4 + days) * DAY)
        change_meeting(meeting_id=planned.pk, sitting=sitting, actor=stage.chair, now=now)
        type(review).objects.filter(pk=review.pk).update(decide_by=(now + days * DAY).date())
        read(own, now)

    fresh, _token = make_feed(committee_id=None, actor=stage.chair, now=now)
    told = [read(feed, now) for feed in (own, of_committee, fresh)]
    file = calendar_of([appointment_of(Meeting.objects.get())], HERE)

    assert [int(the_one(events, "decide-").sequence.value) for events in told] == [1, 1, 1]
    sittings = [the_one(events, str(planned.uid)) for events in told] + [vobject.readOne(file.decode()).vevent]
    assert [int(event.sequence.value) for event in sittings] == [2, 2, 2, 2]
    assert len({(event.uid.value, event.description.value) for event in sittings}) == 1


def test_committee_feed_cancels_nothing_that_stands_in_others_alone(now: datetime) -> None:
    stage = a_stage_set(now)
    StageSpell.objects.update(time_box_ends_at=now + 5 * DAY)
    SeatFactory(committee=stage.committee, user=stage.owner, started_at=now - DAY)
    own, _token = make_feed(committee_id=None, actor=stage.owner, now=now)
    of_committee, _token = make_feed(committee_id=stage.committee.pk, actor=stage.owner, now=now)
    read(own, now)

    assert read(of_committee, now) == {}
    assert the_one(read(own, now), "time-box-").status.value == "CONFIRMED"


def test_who_takes_a_seat_again_is_told_the_meeting_anew(now: datetime) -> None:
    stage = a_stage_set(now)
    planned, member = meeting(stage, now), stage.members[0]
    feed, _token = make_feed(committee_id=None, actor=member, now=now)
    told = []
    for hours, ended_at in ((0, None), (1, now), (2, None)):
        Seat.objects.filter(user=member).update(ended_at=ended_at)
        told.append(the_one(read(feed, now + timedelta(hours=hours)), str(planned.uid)))

    assert [event.status.value for event in told] == ["CONFIRMED", "CANCELLED", "CONFIRMED"]
    # By RFC 5546, 2.1.5, the later stamp counts where the sequence is the same.
    assert [int(event.sequence.value) for event in told] == [0, 0, 0]
    assert told[0].dtstamp.value < told[1].dtstamp.value < told[2].dtstamp.value


def test_review_that_went_away_is_cancelled_and_comes_back_with_a_higher_sequence(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.request(now)
    feed, _token = make_feed(committee_id=None, actor=stage.chair, now=now)
    reviews = type(review).objects.filter(pk=review.pk)
    states = []
    for state in ("requested", "withdrawn", "requested"):
        reviews.update(state=state, withdrawn_at=now if state == "withdrawn" else None)
        event = the_one(read(feed, now), "decide-")
        states.append((event.status.value, int(event.sequence.value)))

    assert states == [("CONFIRMED", 0), ("CANCELLED", 1), ("CONFIRMED", 2)]
    reviews.update(state="withdrawn", withdrawn_at=now)
    read(feed, now)
    assert read(feed, now + 40 * DAY) == {}


def test_who_left_the_committee_sees_its_days_cancelled(now: datetime) -> None:
    stage = a_stage_set(now)
    stage.request(now)
    feed, _token = make_feed(committee_id=stage.committee.pk, actor=stage.members[0], now=now)
    read(feed, now)
    Seat.objects.filter(user=stage.members[0]).update(ended_at=now)

    assert {event.status.value for event in read(feed, now).values()} == {"CANCELLED"}


def test_vote_that_closed_as_planned_leaves_the_calendar_without_being_cancelled(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.voting(now, days=4)
    feed, _token = make_feed(committee_id=None, actor=stage.chair, now=now)
    read(feed, now)
    for member in stage.members:
        stage.vote(review, member, "go", now)
    close_voting(review_id=review.pk, actor=stage.chair, now=now + 4 * DAY)

    told = [read(feed, now + 4 * DAY + late) for late in (timedelta(minutes=1), 14 * DAY)]

    assert [[uid for uid in events if uid.startswith("vote-")] for events in told] == [[], []]


def test_vote_that_closed_early_is_cancelled(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.voting(now, days=4)
    feed, _token = make_feed(committee_id=None, actor=stage.chair, now=now)
    read(feed, now)
    for member in stage.members:
        stage.vote(review, member, "go", now)
    close_voting(review_id=review.pk, actor=stage.chair, now=now + DAY)

    assert the_one(read(feed, now + DAY), "vote-").status.value == "CANCELLED"
    # Its hour passes, and it stays crossed out.
    assert the_one(read(feed, now + 5 * DAY), "vote-").status.value == "CANCELLED"


def test_meeting_of_this_morning_is_cancelled_for_who_left_in_the_night_east_of_utc(
    now: datetime, settings: Any
) -> None:
    settings.TIME_ZONE = "Australia/Sydney"
    stage = a_stage_set(now)
    eight = datetime(2026, 12, 2, 8, 0, tzinfo=ZoneInfo("Australia/Sydney"))
    planned = meeting(stage, now, starts_at=eight, ends_at=eight + timedelta(hours=1))
    feed, _token = make_feed(committee_id=None, actor=stage.members[0], now=now)
    midnight = eight - timedelta(hours=8)
    read(feed, midnight)
    Seat.objects.filter(user=stage.members[0]).update(ended_at=midnight + timedelta(minutes=20))

    event = the_one(read(feed, midnight + timedelta(minutes=25)), str(planned.uid))

    assert event.status.value == "CANCELLED"
    # Who may not see it any more is told no more than a program needs to cross it out.
    assert (event.description.value, "location" in event.contents) == ("", False)


def test_day_is_over_with_its_midnight_here() -> None:
    day = Happening("x", "Decide", "2026-12-02", None, "", "")

    assert day.ends_at(ZoneInfo("Europe/Berlin")) == datetime(2026, 12, 2, 23, 0, tzinfo=UTC)


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin"])
@pytest.mark.parametrize("month", [1, 3, 7, 10])
def test_feed_keeps_the_rules_of_the_format(now: datetime, zone: str, month: int) -> None:
    stage = a_stage_set(now)
    at = datetime(2027, month, 28, 0, 30, tzinfo=UTC)
    meeting(stage, now, starts_at=at, ends_at=at + timedelta(hours=3))
    feed, _token = make_feed(committee_id=None, actor=stage.chair, now=now)

    body = feed_of(HARD, tell_calendar(feed_id=feed.pk, now=now), ZoneInfo(zone), HERE, now=now)

    lines = body.split(b"\r\n")
    assert lines[-1] == b""
    assert b"\n" not in b"".join(lines)
    assert max(map(len, lines)) <= 75
    calendar = vobject.readOne(body.decode())
    assert [each.tzid.value for each in calendar.contents["vtimezone"]] == [zone]
    event = calendar.contents["vevent"][0]
    assert (event.dtstart.value, event.dtend.value) == (at, at + timedelta(hours=3))
    assert (event.summary.value, event.location.value) == (HARD, "Room; 2")
    assert {"refresh-interval", "x-published-ttl", "method"} <= set(calendar.contents)


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin"])
def test_calendar_without_events_has_a_component_all_the_same(now: datetime, zone: str) -> None:
    body = feed_of("Mine", [], ZoneInfo(zone), HERE, now=now)

    assert next(iter(vobject.readOne(body.decode()).components())).tzid.value == zone


def test_control_characters_do_not_come_into_calendars(now: datetime) -> None:
    texts = {"title": "Bell \x07 and\x0b \x00\x1f\x7f", "description": "one\r\ntwo\tthree\x1b", "place": "\x08R"}
    day = Happening("x", starts="2026-12-02", ends=None, url="", **texts)
    own = Appointment(uuid4(), 0, starts_at=now, ends_at=now + DAY, url="", is_cancelled=False, changed_at=now, **texts)

    bodies = [
        feed_of("Mine\x07", [Told(day, 0, now)], ZoneInfo("UTC"), HERE, now=now),
        calendar_of([own], HERE),
    ]

    assert [set(body.replace(b"\r\n", b"")) & {*range(32), 127} - {9} for body in bodies] == [set(), set()]
    events = [vobject.readOne(body.decode()).vevent for body in bodies]
    assert [event.summary.value for event in events] == ["Bell  and "] * 2
    assert [event.description.value for event in events] == ["one\ntwo\tthree"] * 2


def test_case_without_a_stage_has_no_planned_gate(now: datetime) -> None:
    stage = a_stage_set(now)
    UseCase.objects.update(target_gate_date=(now + 6 * DAY).date(), stage=None)
    feed, _token = make_feed(committee_id=None, actor=stage.owner, now=now)

    assert not [uid for uid in read(feed, now) if uid.startswith("gate-")]


@pytest.mark.parametrize("given", ["{tag}", "W/{tag}", '"x", W/{tag}', "*"])
def test_address_answers_304_while_nothing_changed(now: datetime, given: str) -> None:
    stage = a_stage_set(now)
    stage.request(now)
    _feed, token = make_feed(committee_id=None, actor=stage.chair, now=now)

    first = Client().get(API, {"token": token})
    again = Client().get(API, {"token": token}, headers={"If-None-Match": given.format(tag=first["ETag"])})

    assert (first.status_code, first["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]


def test_two_installations_never_tell_of_different_events_by_one_uid(now: datetime) -> None:
    stage = a_stage_set(now)
    stage.voting(now)
    meeting(stage, now)
    _feed, token = make_feed(committee_id=None, actor=stage.chair, now=now)
    bodies = [Client().get(API, {"token": token}).content.decode()]
    Installation.objects.update(uid=uuid4())
    bodies.append(Client().get(API, {"token": token}).content.decode())

    uids = [{event.uid.value for event in vobject.readOne(body).contents["vevent"]} for body in bodies]

    assert [len(found) for found in uids] == [3, 3]
    assert uids[0].isdisjoint(uids[1])


def test_reading_while_the_database_is_busy_writing_is_answered_and_told_alike_later(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = a_stage_set(now)
    review = stage.request(now)
    feed, _token = make_feed(committee_id=None, actor=stage.chair, now=now)
    read(feed, now)
    type(review).objects.update(decide_by=(now + 9 * DAY).date())
    told = []
    with monkeypatch.context() as busy:
        busy.setattr("gates.commands.calendars.transaction.atomic", _locked)
        told.append(the_one(read(feed, now + DAY), "decide-"))
    unnoted = CalendarFeed.objects.get().last_read_at
    told.append(the_one(read(feed, now + DAY), "decide-"))

    assert [(int(event.sequence.value), event.dtstart.value) for event in told] == [(1, (now + 9 * DAY).date())] * 2
    assert (unnoted, CalendarFeed.objects.get().last_read_at) == (now, now + DAY)


def test_reading_what_did_not_change_waits_for_no_writer(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    feed, _token = make_feed(committee_id=None, actor=UserFactory(), now=now)
    read(feed, now)
    waits = Mock(side_effect=OperationalError)
    monkeypatch.setattr("gates.commands.calendars.transaction.atomic", waits)

    read(feed, now + timedelta(minutes=4))

    waits.assert_not_called()


def _locked() -> None:
    raise OperationalError("database is locked")


def test_events_are_forgotten_a_month_after_nothing_tells_them(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.request(now)
    for person in (stage.chair, *stage.members[:2]):
        feed, _token = make_feed(committee_id=None, actor=person, now=now)
        read(feed, now)
        if person != stage.chair:
            revoke_feed(feed_id=feed.pk, actor=person, now=now)
    make_feed(committee_id=None, actor=stage.members[0], now=now)
    kept = [_holders_after_forgetting(now + 30 * DAY), _holders_after_forgetting(now + 32 * DAY)]
    type(review).objects.update(state="withdrawn", withdrawn_at=now)
    read(CalendarFeed.objects.get(user=stage.chair), now)
    kept += [_holders_after_forgetting(now + 60 * DAY), _holders_after_forgetting(now + 62 * DAY)]

    chair, again, revoked = (person.pk for person in (stage.chair, *stage.members[:2]))
    assert kept == [{chair, again, revoked}, {chair, again}, {chair, again}, {again}]


def _holders_after_forgetting(at: datetime) -> set[int]:
    forget_entries(now=at)
    return set(CalendarEntry.objects.values_list("user", flat=True))


def test_revoked_replaced_unknown_and_closed_are_not_found(now: datetime) -> None:
    person, other = UserFactory(), UserFactory()
    _old, replaced = make_feed(committee_id=None, actor=person, now=now)
    feed, revoked = make_feed(committee_id=None, actor=person, now=now)
    revoke_feed(feed_id=feed.pk, actor=person, now=now)
    _feed, closed = make_feed(committee_id=None, actor=other, now=now)
    User.objects.filter(pk=other.pk).update(is_active=False)

    codes = [Client().get(API, {"token": token}).status_code for token in (replaced, revoked, closed, "x")]

    assert codes == [404, 404, 404, 404]
    assert Client().get(API).status_code == 404


def test_committee_without_a_seat_can_not_be_followed(now: datetime) -> None:
    seat = SeatFactory()

    with pytest.raises(Invalid):
        make_feed(committee_id=seat.committee_id, actor=UserFactory(), now=now)

    assert CalendarFeed.objects.count() == 0


def test_token_stands_neither_in_the_database_nor_in_activity_nor_in_logs(
    now: datetime, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    person = UserFactory()
    with caplog.at_level(logging.INFO):
        feed, token = make_feed(committee_id=None, actor=person, now=now)
        Client().get(API, {"token": token})
        Client().get(API, {"token": token + "x"})

    assert feed.digest == digest_of(token)
    assert token not in json.dumps(list(Activity.objects.values("before", "after", "subject_id")), default=str)
    written = "".join(logging.getLogger().handlers[0].format(record) for record in caplog.records)
    assert token not in written + capsys.readouterr().out + capsys.readouterr().err


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("GET /api/v1/calendar.ics?token=abc-_1 HTTP/1.1", "GET /api/v1/calendar.ics?token=… HTTP/1.1"),
        ("/x?a=1&token=abc&b=2", "/x?a=1&token=…&b=2"),
        ("POST /notifications/unsubscribe/abc:1/", "POST /notifications/unsubscribe/…/"),
        ("no secret", "no secret"),
    ],
)
def test_log_line_keeps_the_address_without_its_secret(written: str, shown: str) -> None:
    assert hide_secrets(None, "info", {"request": written, "code": 200}) == {"request": shown, "code": 200}


def test_page_makes_shows_once_and_revokes(now: datetime, signed_in: Callable[[User], Client]) -> None:
    seat = SeatFactory()
    browser = signed_in(seat.user)

    first = browser.get("/calendars/")
    made = browser.post("/calendars/new/", {"committee": seat.committee_id})
    feed = CalendarFeed.objects.get()

    address = made.context["address"]
    # Said beside the button once there is a link that it would end.
    warning = "A new link ends this one at once: programs that use it get nothing more."
    assert (first.content.decode().count(warning), made.content.decode().count(warning)) == (0, 1)
    assert address in made.content.decode()
    assert address not in browser.get("/calendars/").content.decode()
    assert Client().get(address.partition("//")[2].partition("/")[1] + address.split("/", 3)[3]).status_code == 200
    assert signed_in(UserFactory()).post(f"/calendars/{feed.pk}/revoke/").status_code == 404
    assert browser.post(f"/calendars/{feed.pk}/revoke/").status_code == 302
    assert browser.post("/calendars/new/", {"committee": "x"}).status_code == 422
    assert CalendarFeed.objects.filter(revoked_at__isnull=True).count() == 0
