"""What moved a score, part by part, adding up exactly."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.rules.explaining import part_changes, waterfall
from scoring.rules.readiness import AnswerState, readiness
from scoring.rules.vocabulary import GATES
from tests.scoring.rules.examples import NOW, PLAIN_CASE, default_playbook, passing_answer, passing_answers
from tests.scoring.rules.strategies import answer_lists, facts_strategy

PLAYBOOK = default_playbook()


gates = st.sampled_from(GATES)


@given(st.tuples(answer_lists(), answer_lists()), st.tuples(gates, gates), st.tuples(facts_strategy, facts_strategy))
@settings(deadline=None)
def test_steps_and_their_parts_add_up_to_the_difference(said, at_gates, switched_by):
    (old, new), (gate, next_gate), (facts, next_facts) = said, at_gates, switched_by
    start = readiness(PLAYBOOK, gate, facts, old, NOW)
    moved = readiness(PLAYBOOK, next_gate, facts, old, NOW)
    switched = readiness(PLAYBOOK, next_gate, next_facts, old, NOW)
    end = readiness(PLAYBOOK, next_gate, next_facts, new, NOW)

    found = waterfall(start, [("gate", moved), ("facts", switched), ("records", end)])

    assert (found.start, found.end) == (start.overall, end.overall)
    assert found.start + sum(step.points for step in found.steps) == found.end
    for step in found.steps:
        assert sum(part.points for part in step.parts) == step.points


def test_part_that_is_shown_and_one_that_is_lost_are_named_with_their_points():
    before = readiness(PLAYBOOK, 0, PLAIN_CASE, [passing_answer("sources_mapped", PLAYBOOK)], NOW)
    after = readiness(PLAYBOOK, 0, PLAIN_CASE, [passing_answer("compute_mapped", PLAYBOOK)], NOW)

    changes = {change.key: (change.change, change.points) for change in part_changes(before, after)}

    assert changes == {
        "sources_mapped": ("verdict", Decimal("-20.00")),
        "compute_mapped": ("verdict", Decimal("20.00")),
    }


def test_part_that_enters_and_one_that_leaves_are_told_apart():
    answers = passing_answers(PLAYBOOK)
    vendor = replace(PLAIN_CASE, delivery="bought")

    changes = part_changes(
        readiness(PLAYBOOK, 1, PLAIN_CASE, answers, NOW), readiness(PLAYBOOK, 1, vendor, answers, NOW)
    )

    kinds = {change.key: change.change for change in changes}
    assert (kinds["versioned"], kinds["vendor_assurance"]) == ("left", "entered")
    assert {kind for key, kind in kinds.items() if key not in ("versioned", "vendor_assurance")} == {"share"}


def test_half_more_of_the_same_verdict_is_a_change_of_achievement():
    unverified = replace(passing_answer("human_in_loop", PLAYBOOK), verified_at=None, verified_by_id=None)
    silent = replace(unverified, evidence=())

    changes = part_changes(
        readiness(PLAYBOOK, 2, PLAIN_CASE, [silent], NOW), readiness(PLAYBOOK, 2, PLAIN_CASE, [unverified], NOW)
    )

    assert [(change.key, change.change) for change in changes] == [("human_in_loop", "achievement")]


def test_nothing_changed_is_no_step():
    same = readiness(PLAYBOOK, 0, PLAIN_CASE, [AnswerState("sources_mapped")], NOW)

    assert waterfall(same, [("gate", same), ("records", same)]).steps == ()
