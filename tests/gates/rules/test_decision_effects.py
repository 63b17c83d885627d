"""What a decision does to its case, and working days."""

from __future__ import annotations

from datetime import date

import pytest

from gates.rules.deadlines import after_working_days
from gates.rules.effects import CaseEffect, case_effect
from scoring.rules.vocabulary import OUTCOMES


@pytest.mark.parametrize("stage", [0, 1, 2, 3])
@pytest.mark.parametrize("outcome", ["go", "conditional_go"])
def test_approval_promotes_up_to_stage_3_and_only_at_a_scheduled_review(outcome, stage):
    promoted = CaseEffect(stage + 1, "active", False, "promoted") if stage < 3 else CaseEffect(3, "active", False, None)

    assert case_effect(outcome, stage, "scheduled") == promoted
    assert case_effect(outcome, stage, "out_of_cycle") == CaseEffect(stage, "active", False, None)


@pytest.mark.parametrize(("stage", "to", "after"), [(2, None, 2), (2, 2, 2), (2, 1, 1), (3, 0, 0)])
def test_pivot_starts_a_new_iteration_in_the_same_or_an_earlier_stage(stage, to, after):
    assert case_effect("pivot", stage, "scheduled", to) == CaseEffect(after, "active", True, "pivoted")


def test_pivot_to_a_later_stage_is_an_error():
    with pytest.raises(ValueError, match="stage 1 to stage 2"):
        case_effect("pivot", 1, "scheduled", 2)


@pytest.mark.parametrize(
    ("outcome", "stage", "effect"),
    [
        ("pause", 1, CaseEffect(1, "paused", False, None)),
        ("pause", 3, CaseEffect(3, "paused", False, None)),
        ("stop", 0, CaseEffect(0, "stopped", False, "stopped")),
        ("stop", 3, CaseEffect(3, "retired", False, "retired")),
    ],
)
def test_pause_and_stop_keep_the_stage(outcome, stage, effect):
    assert case_effect(outcome, stage, "scheduled") == effect


def test_every_outcome_has_an_effect_and_others_are_errors():
    assert all(case_effect(outcome, 1, "scheduled") for outcome in OUTCOMES)
    with pytest.raises(ValueError, match="not_ready"):
        case_effect("not_ready", 1, "scheduled")


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (date(2026, 3, 2), 0, date(2026, 3, 2)),
        (date(2026, 3, 2), 1, date(2026, 3, 3)),
        (date(2026, 3, 6), 1, date(2026, 3, 9)),
        (date(2026, 3, 7), 1, date(2026, 3, 9)),
        (date(2026, 3, 2), 5, date(2026, 3, 9)),
        (date(2026, 3, 2), 10, date(2026, 3, 16)),
    ],
)
def test_working_days_leave_out_weekends(start, days, end):
    assert after_working_days(start, days) == end
