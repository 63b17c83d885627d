"""Probes of feedback, operation and training."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.rules.probes import Feedback, Figure, Training, run_probe
from scoring.rules.readiness import ProbeResult
from tests.scoring.rules.examples import NOW, default_playbook, probe_facts, record

DAY = timedelta(days=1)
FIGURES = ("throughput", "latency", "error_rate", "availability")


def found(key: str, *, now: datetime = NOW, **facts: object) -> ProbeResult:
    return run_probe(key, probe_facts(gate=2, now=now, **facts), default_playbook())


def said(*days_ago: int, answered: int | None = None) -> tuple[Feedback, ...]:
    """Feedback so many days ago, of which the first `answered` are answered, all without it."""
    count = len(days_ago) if answered is None else answered
    return tuple(
        Feedback(record("feedback", place), NOW - days * DAY, place < count) for place, days in enumerate(days_ago)
    )


@pytest.mark.parametrize(
    ("feedback", "verdict", "achievement", "code"),
    [
        ((), "not_enough_evidence", "0", "feedback_missing"),
        (said(1, 2, 3, 4, 5), "pass", "1", "feedback_answered"),
        (said(1, 2, 3, 4, 5, answered=4), "pass", "1", "feedback_answered"),
        (said(1, 2, 3, 4, 5, answered=3), "fail", "0.75", "feedback_unanswered"),
        (said(1, 2, 3, 4, 5, answered=0), "fail", "0", "feedback_unanswered"),
        (said(1, 2, 3, 4), "not_enough_evidence", "0.8", "feedback_too_little"),
        (said(1, 2, 3, 4, answered=2), "not_enough_evidence", "0.5", "feedback_too_little"),
        (said(1, 2, 3, 4, 89), "pass", "1", "feedback_answered"),
        (said(1, 2, 3, 4, 90), "not_enough_evidence", "0.8", "feedback_too_little"),
        (said(100, 101, 102, 103, 104), "not_enough_evidence", "0", "feedback_too_little"),
        (said(120, 121, 122, 123, 124), "stale", "0", "feedback_outdated"),
    ],
)
def test_user_feedback(feedback, verdict, achievement, code):
    result = found("user_feedback", feedback=feedback)

    assert (result.verdict, result.achievement, result.code) == (verdict, Decimal(achievement), code)


def test_user_feedback_names_what_is_unanswered():
    result = found("user_feedback", feedback=said(1, 2, 3, 4, 5, answered=3))

    assert [each.id for each in result.records] == [3, 4]
    assert dict(result.params) == {"answered": 3, "received": 5, "percent": 80}


def test_user_feedback_holds_until_too_little_is_left():
    # The two oldest may leave; with the third, only four are left.
    result = found("user_feedback", feedback=said(1, 2, 3, 4, 60, 70, 80))

    assert result.changes_at == NOW + 30 * DAY
    assert [each.id for each in result.records] == [0, 1, 2, 3, 4]


def test_user_feedback_falls_when_an_answered_one_leaves():
    # Eight of ten are answered; without the oldest it is seven of nine.
    feedback = tuple(
        Feedback(record("feedback", days), NOW - days * DAY, days > 2) for days in (1, 2, 3, 4, 5, 6, 7, 8, 9, 80)
    )

    result = found("user_feedback", feedback=feedback)

    assert (result.verdict, result.changes_at) == ("pass", NOW + 10 * DAY)


ages = st.lists(st.tuples(st.integers(0, 150), st.booleans()), max_size=12)


@given(ages)
def test_user_feedback_changes_at_no_moment_before_the_one_it_names(given_ages):
    feedback = tuple(
        Feedback(record("feedback", place), NOW - days * DAY, answered)
        for place, (days, answered) in enumerate(given_ages)
    )
    result = found("user_feedback", feedback=feedback)

    if result.changes_at is None:
        assert found("user_feedback", feedback=feedback, now=NOW + 1000 * DAY) == result
        return
    assert result.changes_at > NOW
    assert found("user_feedback", feedback=feedback, now=result.changes_at - DAY / 24) == result
    assert found("user_feedback", feedback=feedback, now=result.changes_at) != result


@given(ages, st.integers(0, 150))
def test_one_more_answered_feedback_never_makes_it_worse(given_ages, days):
    feedback = tuple(
        Feedback(record("feedback", place), NOW - age * DAY, answered)
        for place, (age, answered) in enumerate(given_ages)
    )
    more = (*feedback, Feedback(record("feedback", 99), NOW - days * DAY, True))

    before, after = found("user_feedback", feedback=feedback), found("user_feedback", feedback=more)

    assert after.achievement >= before.achievement


def figures(**days_ago: int) -> tuple[Figure, ...]:
    return tuple(
        Figure(record("operations_reading", place), figure, NOW - days * DAY)
        for place, (figure, days) in enumerate(days_ago.items())
    )


@pytest.mark.parametrize(
    ("days_ago", "verdict", "achievement", "code", "lacking"),
    [
        ({}, "not_enough_evidence", "0", "operations_missing", list(FIGURES)),
        (dict.fromkeys(FIGURES, 44), "pass", "1", "operations_observed", None),
        ({**dict.fromkeys(FIGURES, 1), "latency": 45}, "stale", "0.75", "operations_outdated", ["latency"]),
        (dict.fromkeys(FIGURES, 45), "stale", "0", "operations_outdated", list(FIGURES)),
        (
            *({"throughput": 1, "latency": 1, "error_rate": 60},),
            *("not_enough_evidence", "0.5", "operations_missing", ["availability"]),
        ),
    ],
)
def test_operations_observed(days_ago, verdict, achievement, code, lacking):
    result = found("operations_observed", operations=figures(**days_ago))

    assert (result.verdict, result.achievement, result.code) == (verdict, Decimal(achievement), code)
    assert result.params.get("missing") == lacking


def test_operations_observed_holds_until_the_first_figure_is_too_old():
    days_ago = {"throughput": 1, "latency": 20, "error_rate": 5, "availability": 5}
    readings = (*figures(**days_ago), Figure(record("operations_reading", 9), "latency", NOW - 40 * DAY))

    result = found("operations_observed", operations=readings)

    assert result.changes_at == NOW + 25 * DAY
    assert [each.id for each in result.records] == [0, 1, 2, 3]


def session(days: int, planned: int = 20, trained: int | None = None, id_: int = 1) -> Training:
    """A session whose day ends so many days from now."""
    return Training(record("training_session", id_), NOW + days * DAY, planned, trained)


@pytest.mark.parametrize(
    ("sessions", "verdict", "achievement", "code"),
    [
        ((), "not_enough_evidence", "0", "training_missing"),
        ((session(5),), "not_enough_evidence", "0", "training_not_held"),
        ((session(-5),), "not_enough_evidence", "0", "training_not_held"),
        ((session(-5, 20, 20),), "pass", "1", "training_delivered"),
        ((session(-5, 20, 18),), "pass", "1", "training_delivered"),
        ((session(-5, 20, 9),), "fail", "0.5", "training_incomplete"),
        ((session(-5, 20, 0),), "fail", "0", "training_incomplete"),
        ((session(-5, 0, 3),), "pass", "1", "training_delivered"),
        ((session(-9, 20, 9), session(-5, 0, 9)), "pass", "1", "training_delivered"),
        ((session(-9, 20, 20), session(-5, 20)), "fail", "0.5556", "training_incomplete"),
        ((session(-9, 20, 20), session(5, 20)), "pass", "1", "training_delivered"),
        ((session(-400, 20, 0), session(-5, 20, 20)), "pass", "1", "training_delivered"),
        ((session(-365, 20, 20),), "stale", "0", "training_outdated"),
        ((session(-364, 20, 20),), "pass", "1", "training_delivered"),
    ],
)
def test_training_delivered(sessions, verdict, achievement, code):
    result = found("training_delivered", training=sessions)

    assert (result.verdict, result.achievement, result.code) == (verdict, Decimal(achievement), code)


@pytest.mark.parametrize(
    ("sessions", "days"),
    [
        ((session(-5, 20, 20),), 360),
        ((session(-5, 20, 20), session(9)), 9),
        ((session(-400, 20, 20), session(-5, 20, 20)), 360),
    ],
)
def test_training_delivered_holds_until_the_next_session_is_due_or_the_newest_too_old(sessions, days):
    assert found("training_delivered", training=sessions).changes_at == NOW + days * DAY
