"""Reminders while the clock jumps, and around the nights on which it is changed: none twice, none left out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gates.commands.reminders import remind
from pocgate.inbox.models import Notification
from portfolio.models import StageSpell
from tests.factories.portfolio import StageSpellFactory, TeamMemberFactory, UseCaseFactory

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
BERLIN = ZoneInfo("Europe/Berlin")
EVERY = ["before-7", "before-3", "before-1", "before-0", "after-3"]


def time_box_ending(at: datetime) -> None:
    case = UseCaseFactory(stage=1)
    TeamMemberFactory(case=case, role="product_owner")
    StageSpellFactory(case=case, stage=1, entered_at=at - 90 * DAY, time_box_days=None)
    StageSpell.objects.filter(case=case).update(time_box_ends_at=at)


def told() -> list[str]:
    rows = Notification.objects.filter(kind="time_box_ending").order_by("pk")
    return [occasion.partition(" ")[2] for occasion in rows.values_list("occasion", flat=True)]


@pytest.mark.parametrize("back", [HOUR, DAY])
def test_clock_set_back_tells_nothing_twice(now: datetime, back: timedelta) -> None:
    time_box_ending(now + 7 * DAY)

    for days in (0, 4, 6, 7, 10):
        for at in (now + days * DAY, now + days * DAY - back, now + days * DAY):
            remind(now=at)

    assert told() == EVERY


def test_clock_set_forward_and_right_again_leaves_nothing_out(now: datetime) -> None:
    time_box_ending(now + 8 * DAY)

    for days in (0, 3, 0, 1, 5, 8, 5, 7, 8, 11):
        remind(now=now + days * DAY)

    assert sorted(told()) == sorted(EVERY)


def test_outage_is_made_up_for_by_the_latest_alone(now: datetime) -> None:
    time_box_ending(now + 7 * DAY)

    for days in (0, 6, 10):
        remind(now=now + days * DAY)

    assert told() == ["before-7", "before-1", "after-3"]


@pytest.mark.parametrize("night", ["2027-03-28 00:30", "2027-10-31 23:30"])
def test_night_of_the_change_neither_doubles_nor_skips_a_day(settings: Any, night: str) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    change = datetime.fromisoformat(night).replace(tzinfo=BERLIN)
    time_box_ending(change)

    first_told: dict[str, str] = {}
    for days in range(-9, 5):
        for clock in ((0, 5), (23, 55)):
            local = (change + timedelta(days=days)).replace(hour=clock[0], minute=clock[1], tzinfo=BERLIN)
            remind(now=local.astimezone(UTC))
            for occasion in told():
                first_told.setdefault(occasion, f"{local:%Y-%m-%d %H:%M}")

    assert told() == EVERY
    expected = {"before-7": -7, "before-3": -3, "before-1": -1, "before-0": 0, "after-3": 3}
    assert first_told == {key: f"{change + timedelta(days=days):%Y-%m-%d} 00:05" for key, days in expected.items()}
