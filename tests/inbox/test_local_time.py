"""Local hours across daylight saving: one digest a day, at the hour, wherever the clock jumps."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocgate.inbox.rules.local_time import Quiet, Rhythm, after_quiet, digest_due, moment_of, next_digest_at

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
LORD_HOWE, KATHMANDU = ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Asia/Kathmandu")
BEIRUT, APIA = ZoneInfo("Asia/Beirut"), ZoneInfo("Pacific/Apia")
ZONES = [BERLIN, NEW_YORK, LORD_HOWE, KATHMANDU, BEIRUT]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "day", "at", "expected"),
    [
        # 08:00 on both sides of the change, spring and autumn.
        (BERLIN, date(2026, 3, 28), time(8), "2026-03-28T07:00"),
        (BERLIN, date(2026, 3, 29), time(8), "2026-03-29T06:00"),
        (BERLIN, date(2026, 10, 24), time(8), "2026-10-24T06:00"),
        (BERLIN, date(2026, 10, 25), time(8), "2026-10-25T07:00"),
        (NEW_YORK, date(2026, 3, 7), time(8), "2026-03-07T13:00"),
        (NEW_YORK, date(2026, 3, 8), time(8), "2026-03-08T12:00"),
        (NEW_YORK, date(2026, 10, 31), time(8), "2026-10-31T12:00"),
        (NEW_YORK, date(2026, 11, 1), time(8), "2026-11-01T13:00"),
        (LORD_HOWE, date(2026, 4, 4), time(8), "2026-04-03T21:00"),
        (LORD_HOWE, date(2026, 4, 5), time(8), "2026-04-04T21:30"),
        (LORD_HOWE, date(2026, 10, 3), time(8), "2026-10-02T21:30"),
        (LORD_HOWE, date(2026, 10, 4), time(8), "2026-10-03T21:00"),
        (KATHMANDU, date(2026, 3, 29), time(8), "2026-03-29T02:15"),
        # The skipped hour: the first moment after the gap, whatever minute of the gap is asked for.
        (BERLIN, date(2026, 3, 29), time(2), "2026-03-29T01:00"),
        (BERLIN, date(2026, 3, 29), time(2, 30), "2026-03-29T01:00"),
        (NEW_YORK, date(2026, 3, 8), time(2, 59), "2026-03-08T07:00"),
        (LORD_HOWE, date(2026, 10, 4), time(2, 15), "2026-10-03T15:30"),
        (BEIRUT, date(2026, 3, 29), time(0), "2026-03-28T22:00"),
        # The doubled hour: its first time.
        (BERLIN, date(2026, 10, 25), time(2, 30), "2026-10-25T00:30"),
        (NEW_YORK, date(2026, 11, 1), time(1), "2026-11-01T05:00"),
        (LORD_HOWE, date(2026, 4, 5), time(1, 45), "2026-04-04T14:45"),
    ],
)
def test_moment_of_a_local_hour_is_its_first_moment(zone: ZoneInfo, day: date, at: time, expected: str) -> None:
    assert moment_of(day, at, zone) == utc(expected)


@pytest.mark.parametrize("zone", ZONES, ids=str)
@pytest.mark.parametrize("at", [time(0), time(1), time(2), time(3), time(8), time(23)], ids=str)
def test_worker_that_looks_each_quarter_hour_sends_one_digest_a_local_day(zone: ZoneInfo, at: time) -> None:
    rhythm, sent = Rhythm(zone, at), []
    moment, last = utc("2026-01-01T00:00"), utc("2027-01-01T00:00")

    while moment < last:
        day = digest_due(rhythm, now=moment)
        if day is not None and day not in sent:
            assert moment - moment_of(day, at, zone) < timedelta(minutes=15) or not sent
            sent.append(day)
        moment += timedelta(minutes=15)

    assert sent == [sent[0] + timedelta(days=step) for step in range(len(sent))]
    assert len(sent) >= 365


def test_worker_that_was_away_for_days_sends_one_digest() -> None:
    rhythm = Rhythm(BERLIN, time(8))

    due = {digest_due(rhythm, now=utc("2026-06-15T09:00") + timedelta(minutes=minutes)) for minutes in range(600)}

    assert due == {date(2026, 6, 15)}


def test_late_digest_gives_way_when_the_next_one_is_near() -> None:
    rhythm = Rhythm(BERLIN, time(8))

    assert digest_due(rhythm, now=utc("2026-06-15T23:30")) == date(2026, 6, 15)
    assert digest_due(rhythm, now=utc("2026-06-16T01:00")) is None
    assert digest_due(rhythm, now=utc("2026-06-16T06:00")) == date(2026, 6, 16)


def test_weekly_digest_comes_on_its_day_and_late_on_the_days_after() -> None:
    rhythm = Rhythm(NEW_YORK, time(8), weekday=0)

    assert digest_due(rhythm, now=utc("2026-11-02T12:59")) is None
    assert digest_due(rhythm, now=utc("2026-11-02T13:00")) == date(2026, 11, 2)
    assert digest_due(rhythm, now=utc("2026-11-05T13:00")) == date(2026, 11, 2)
    assert next_digest_at(rhythm, now=utc("2026-10-30T12:00")) == utc("2026-11-02T13:00")


def test_clock_that_jumps_forth_and_back_names_each_day_once() -> None:
    rhythm, sent = Rhythm(BERLIN, time(8)), []

    for moment in ("2026-06-15T06:05", "2026-06-16T06:05", "2026-06-15T06:10", "2026-06-15T05:00", "2026-06-16T06:00"):
        day = digest_due(rhythm, now=utc(moment))
        if day is not None and day not in sent:
            sent.append(day)

    assert sent == [date(2026, 6, 15), date(2026, 6, 16)]


def test_day_that_the_calendar_skips_has_no_digest_of_its_own() -> None:
    rhythm = Rhythm(APIA, time(8))

    due = {digest_due(rhythm, now=utc("2011-12-29T18:00") + timedelta(minutes=30 * step)) for step in range(96)}

    assert due - {None} == {date(2011, 12, 29), date(2011, 12, 31)}


@pytest.mark.parametrize(
    ("quiet", "now", "expected"),
    [
        (Quiet(time(20), time(7)), "2026-03-28T18:59", "2026-03-28T18:59"),
        (Quiet(time(20), time(7)), "2026-03-28T19:00", "2026-03-29T05:00"),
        (Quiet(time(20), time(7)), "2026-03-29T04:59", "2026-03-29T05:00"),
        (Quiet(time(20), time(7)), "2026-03-29T05:00", "2026-03-29T05:00"),
        (Quiet(time(12), time(13)), "2026-06-15T10:30", "2026-06-15T11:00"),
        # The quiet hours end at 02:45, which comes twice that night: the second one is meant once the first is over.
        (Quiet(time(20), time(2, 45)), "2026-10-25T01:30", "2026-10-25T01:45"),
        (Quiet(time(20), time(2, 45)), "2026-10-25T00:30", "2026-10-25T00:45"),
    ],
)
def test_mail_of_quiet_hours_waits_until_they_end(quiet: Quiet, now: str, expected: str) -> None:
    assert after_quiet(quiet, BERLIN, now=utc(now)) == utc(expected)


@given(
    st.sampled_from(ZONES),
    st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1)),  # noqa: DTZ001 - the strategy adds no zone
    st.times(),
    st.sampled_from([None, 0, 3, 6]),
)
def test_due_digest_is_past_and_the_next_one_ahead(
    zone: ZoneInfo, moment: datetime, at: time, weekday: int | None
) -> None:
    rhythm, now = Rhythm(zone, at.replace(second=0, microsecond=0), weekday), moment.replace(tzinfo=UTC)

    day, ahead = digest_due(rhythm, now=now), next_digest_at(rhythm, now=now)

    assert ahead > now
    assert day is None or moment_of(day, rhythm.at, zone) <= now
    assert after_quiet(Quiet(time(22), time(6)), zone, now=now) >= now
