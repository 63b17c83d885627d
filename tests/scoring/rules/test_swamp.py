"""The signs that a case lingers, and when time alone brings the next one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from scoring.rules.detectors import FeedbackGiven, Hold, Turn, next_moment, swamp_signs
from scoring.rules.probes import TeamMember
from scoring.rules.reasons import Record
from tests.scoring.rules.detector_cases import BOX, DAY, PRIMARY, clean, team
from tests.scoring.rules.examples import NOW, default_playbook

OVER = replace(BOX, percent=121, ends_at=NOW - 9 * DAY)
HOLD = Record("hold", 1, "pause")
QUARTERLY = replace(PRIMARY, cadence_days=90, label_delay_days=5)


def _hold(ends_days_ago: int | None) -> Hold:
    return Hold(HOLD, NOW - 60 * DAY, None if ends_days_ago is None else NOW - ends_days_ago * DAY)


def _turns(*away: bool) -> tuple[Turn, ...]:
    return tuple(Turn(NOW - at * DAY, turned, Record("hold", at, "")) for at, turned in enumerate(away, 1))


def _left(role: str) -> tuple[TeamMember, ...]:
    return tuple(replace(member, user_active=member.role != role) for member in team("product_owner", "engineering"))


@pytest.mark.parametrize(
    ("changes", "kinds"),
    [
        ({}, []),
        ({"box": OVER}, ["past_time_box"]),
        ({"box": replace(OVER, ends_at=NOW)}, ["past_time_box"]),
        ({"box": OVER, "status": "in_review"}, []),
        ({"box": OVER, "status": "paused", "hold": _hold(-3)}, []),
        ({"box": None}, []),
        ({"last_act": NOW - 30 * DAY, "box": replace(BOX, entered_at=NOW - 35 * DAY)}, ["idle"]),
        ({"last_act": NOW - 30 * DAY}, []),
        ({"last_act": None, "box": replace(BOX, entered_at=NOW - 30 * DAY)}, ["idle"]),
        ({"last_act": NOW - 40 * DAY, "resumed_at": NOW - 2 * DAY, "box": None}, []),
        ({"last_act": NOW - 40 * DAY, "status": "in_review", "box": None}, ["idle"]),
        ({"last_act": NOW - 90 * DAY, "status": "paused", "hold": _hold(-3), "box": None}, []),
        ({"last_act": None, "box": None}, []),
        ({"status": "paused", "hold": _hold(1)}, ["past_revive_date"]),
        ({"status": "paused", "hold": _hold(0)}, ["past_revive_date"]),
        ({"status": "paused", "hold": _hold(-1)}, []),
        ({"status": "paused", "hold": _hold(None)}, []),
        ({"hold": _hold(1)}, []),
        ({"turns": _turns(True, True)}, ["repeated_turns"]),
        ({"turns": _turns(True, True, False)}, ["repeated_turns"]),
        ({"turns": _turns(False, True, True)}, []),
        ({"turns": _turns(True, False, True)}, []),
        ({"turns": _turns(True)}, []),
        ({"probe": {"team": _left("product_owner")}}, ["no_active_owner"]),
        ({"probe": {"team": _left("engineering")}}, []),
        ({"probe": {"team": ()}}, ["no_active_owner"]),
    ],
)
def test_swamp_signs_of_a_case(changes: dict[str, Any], kinds: list[str]) -> None:
    assert [sign.kind for sign in swamp_signs(clean(**changes), default_playbook())] == kinds


@pytest.mark.parametrize(
    ("kpis", "days", "kinds"),
    [
        ((PRIMARY,), 29, []),
        ((PRIMARY,), 30, ["idle"]),
        ((QUARTERLY,), 94, []),
        ((QUARTERLY,), 95, ["idle"]),
        ((QUARTERLY, PRIMARY), 30, ["idle"]),
        ((), 30, ["idle"]),
    ],
)
def test_silence_in_production_follows_the_cadence_of_its_kpis(
    kpis: tuple[Any, ...], days: int, kinds: list[str]
) -> None:
    facts = clean(3, probe={"kpis": kpis}, box=None, last_act=NOW - days * DAY)

    assert [sign.kind for sign in swamp_signs(facts, default_playbook())] == kinds


def test_sign_says_since_when_with_numbers_and_record() -> None:
    facts = clean(box=replace(OVER, entered_at=NOW - 90 * DAY), last_act=NOW - 33 * DAY)

    late, idle = swamp_signs(facts, default_playbook())

    assert (late.since, late.records) == (NOW - 9 * DAY, (BOX.record,))
    assert (idle.since, idle.params) == (NOW - 3 * DAY, {"days": 30, "last_act": NOW - 33 * DAY})


@pytest.mark.parametrize(
    ("changes", "moment"),
    [
        # 42 days end in 32: half is reached in 11 days, the readings stay fresh for 26, silence becomes one in 26.
        ({}, NOW + 11 * DAY),
        ({"box": replace(BOX, runs=False)}, NOW + 26 * DAY),
        ({"box": replace(BOX, ends_at=NOW + 3 * DAY)}, NOW + 3 * DAY),
        ({"status": "paused", "hold": _hold(-2), "box": replace(BOX, runs=False)}, NOW + 2 * DAY),
        ({"feedback": (FeedbackGiven(HOLD, NOW - 25 * DAY, None),)}, NOW + 5 * DAY),
        ({"probe": {"kpis": ()}, "box": None, "last_act": None}, None),
    ],
)
def test_next_moment_is_the_first_at_which_time_alone_changes_something(
    changes: dict[str, Any], moment: datetime | None
) -> None:
    assert next_moment(clean(**changes), default_playbook()) == moment
