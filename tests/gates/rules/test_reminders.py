"""When whom to remind."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gates.rules.reminders import occasions_due
from tests.scoring.rules.examples import default_playbook

POLICY = default_playbook().reminders
DEADLINE = date(2026, 3, 20)


def due(days_left: int, sent: frozenset[str] = frozenset(), since: date | None = None) -> list[str]:
    today = DEADLINE - timedelta(days=days_left)
    return [occasion.key for occasion in occasions_due(DEADLINE, today, sent, POLICY, since)]


@pytest.mark.parametrize(
    ("days_left", "keys"),
    [
        (30, []),
        (8, []),
        (7, ["before-7"]),
        (6, ["before-7"]),
        (4, ["before-7"]),
        (3, ["before-3"]),
        (2, ["before-3"]),
        (1, ["before-1"]),
        (0, ["before-0"]),
        (-1, ["before-0"]),
        (-2, ["before-0"]),
        (-3, ["after-3"]),
        (-5, ["after-3"]),
        (-6, ["after-6"]),
        (-7, ["after-6", "chair-after-7"]),
        (-9, ["after-9", "chair-after-7"]),
        (-10, ["after-9", "chair-after-10"]),
        (-30, ["after-30", "chair-after-28"]),
    ],
)
def test_latest_occasion_is_due(days_left, keys):
    assert due(days_left) == keys


@pytest.mark.parametrize("days_left", [7, 5, 0, -3, -8])
def test_occasion_already_sent_is_not_due_again(days_left):
    assert due(days_left, frozenset(due(days_left))) == []


@pytest.mark.parametrize(("since_days", "keys"), [(9, ["before-7"]), (7, ["before-7"]), (6, []), (5, [])])
def test_occasion_before_the_duty_arose_is_left_out(since_days, keys):
    assert due(5, since=DEADLINE - timedelta(days=since_days)) == keys


def test_chair_is_told_apart_from_the_person():
    occasions = occasions_due(DEADLINE, DEADLINE + timedelta(days=7), (), POLICY)

    assert [(occasion.to_chair, occasion.days_left) for occasion in occasions] == [(False, -7), (True, -7)]


@given(st.sets(st.integers(-60, 20), min_size=1))
def test_no_occasion_is_ever_sent_twice_whenever_the_job_runs(run_days):
    sent: list[str] = []

    for days_left in sorted(run_days, reverse=True):
        for _run in range(3):
            sent += due(days_left, frozenset(sent))

    assert len(sent) == len(set(sent))


def test_job_that_runs_daily_sends_every_occasion_once():
    sent: list[str] = []

    for days_left in range(10, -11, -1):
        sent += due(days_left, frozenset(sent))

    assert sent == [
        "before-7", "before-3", "before-1", "before-0",
        "after-3", "after-6", "chair-after-7", "after-9", "chair-after-10",
    ]  # fmt: skip
