"""The figures of gate health: each by hand, and their bounds whatever the rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gates.rules.health import (
    ConditionFact,
    DecisionFact,
    HealthFacts,
    ReadingFact,
    Share,
    gate_health,
    reading_minutes,
)

ASKED = datetime(2026, 3, 2, 9, tzinfo=UTC)
TODAY = date(2026, 6, 1)
GO = DecisionFact(
    gate=1,
    outcome="go",
    is_override=False,
    musts_open=0,
    musts_waived=0,
    requested_at=ASKED,
    decided_at=ASKED + timedelta(days=4),
    decide_by=date(2026, 3, 16),
    decided_on=date(2026, 3, 6),
    uploads=0,
    uploads_late=0,
)


def health(*decisions, conditions=(), readings=(), gate=None):
    return gate_health(HealthFacts(decisions, conditions, readings, TODAY), gate)


@pytest.mark.parametrize(
    ("figure", "decisions", "share"),
    [
        ("go_with_open_musts", [GO, replace(GO, musts_open=2)], Share(1, 2)),
        ("go_with_open_musts", [replace(GO, outcome="conditional_go", musts_open=2)], Share(0, 0)),
        ("with_waivers", [GO, replace(GO, outcome="conditional_go", musts_waived=1)], Share(1, 2)),
        ("with_waivers", [replace(GO, outcome="stop", musts_waived=1)], Share(0, 0)),
        ("overrides", [GO, replace(GO, outcome="pivot"), replace(GO, is_override=True)], Share(1, 3)),
        ("killed", [GO, replace(GO, outcome="stop"), replace(GO, outcome="pause")], Share(1, 3)),
        ("decided_late", [GO, replace(GO, decided_on=date(2026, 3, 17))], Share(1, 2)),
        ("decided_late", [replace(GO, decided_on=GO.decide_by)], Share(0, 1)),
        ("crammed", [replace(GO, uploads=7, uploads_late=7)], Share(0, 0)),
        ("crammed", [replace(GO, uploads=8, uploads_late=4)], Share(0, 1)),
        ("crammed", [replace(GO, uploads=8, uploads_late=5)], Share(1, 1)),
    ],
)
def test_share_counts_what_its_definition_says(figure, decisions, share):
    assert getattr(health(*decisions), figure) == share


@pytest.mark.parametrize(
    ("condition", "overdue", "late"),
    [
        (ConditionFact(1, date(2026, 5, 31), None), Share(1, 1), Share(0, 0)),
        (ConditionFact(1, TODAY, None), Share(0, 1), Share(0, 0)),
        (ConditionFact(1, date(2026, 5, 1), date(2026, 5, 1)), Share(0, 1), Share(0, 1)),
        (ConditionFact(1, date(2026, 5, 1), date(2026, 5, 2)), Share(0, 1), Share(1, 1)),
    ],
)
def test_condition_is_overdue_or_late_or_neither(condition, overdue, late):
    found = health(GO, conditions=[condition])

    assert (found.conditions_overdue, found.conditions_late) == (overdue, late)


def test_reading_time_is_from_opening_to_the_vote():
    opened = [None, ASKED, ASKED, ASKED + timedelta(hours=2)]
    voted = [ASKED, ASKED + timedelta(minutes=1), ASKED + timedelta(minutes=9), ASKED + timedelta(hours=1)]
    readings = [ReadingFact(1, *pair) for pair in zip(opened, voted, strict=True)]

    found = health(GO, readings=readings)

    assert [reading_minutes(fact) for fact in readings] == [None, 1, 9, None]
    assert (found.reading_minutes, found.skimmed, found.never_opened) == (5.0, Share(1, 2), Share(1, 4))


def test_gate_counts_its_own_rows_only_and_the_whole_counts_all():
    made = [GO, replace(GO, gate=2, outcome="stop"), replace(GO, gate=2)]

    assert (health(*made, gate=2).killed, health(*made).killed) == (Share(1, 2), Share(1, 3))


def test_nothing_decided_is_no_figure_rather_than_zero():
    found = health()

    assert (found.killed.percent, found.decision_days, found.reading_minutes) == (None, None, None)


facts = st.builds(
    replace,
    st.just(GO),
    gate=st.integers(0, 3),
    outcome=st.sampled_from(["go", "conditional_go", "pivot", "pause", "stop"]),
    is_override=st.booleans(),
    musts_open=st.integers(0, 3),
    musts_waived=st.integers(0, 3),
)


@given(st.lists(facts, max_size=20))
def test_gates_add_up_to_the_whole(made):
    whole = health(*made)
    parts = [health(*made, gate=gate) for gate in range(4)]

    for figure in ("go_with_open_musts", "with_waivers", "overrides", "killed"):
        share = getattr(whole, figure)
        assert share.part == sum(getattr(part, figure).part for part in parts)
        assert share.whole == sum(getattr(part, figure).whole for part in parts)
        assert 0 <= share.part <= share.whole
