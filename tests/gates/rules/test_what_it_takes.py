"""The way that scoring names is one that the gate's own policy lets pass."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from gates.rules.verdict import ClosingPlan, GateInputs, recommend
from scoring.rules.explaining import ways
from scoring.rules.readiness import AnswerState, readiness
from scoring.rules.vocabulary import GATES
from tests.scoring.rules.examples import NOW, PLAIN_CASE, default_playbook, passing_answer

PLAYBOOK = default_playbook()
TODAY = NOW.date()


@given(st.sampled_from(GATES), st.sets(st.sampled_from(list(PLAYBOOK.criteria_by_key))))
@settings(deadline=None, max_examples=60)
def test_making_the_changes_named_leads_to_the_outcome_named(gate, shown):
    answers = [passing_answer(key, PLAYBOOK) for key in shown]
    before = readiness(PLAYBOOK, gate, PLAIN_CASE, answers, NOW)

    for way in ways(PLAYBOOK, before, PLAIN_CASE):
        plan = way.to_the_bar
        assert plan is not None
        made = [passing_answer(change.key, PLAYBOOK) for change in plan.changes]
        after = readiness(PLAYBOOK, gate, PLAIN_CASE, _joined(answers, made), NOW)
        closing = tuple(ClosingPlan(change.key, 1, TODAY + timedelta(days=30)) for change in plan.left_open)
        inputs = GateInputs(
            gate=gate,
            today=TODAY,
            facts=PLAIN_CASE,
            iteration=1,
            results=after.results,
            quadrant="commit",
            closing_plans=closing,
        )
        expected = "conditional_go" if plan.left_open else "go"
        assert recommend(PLAYBOOK, inputs).outcome == expected
        assert after.overall >= PLAYBOOK.gate(gate).readiness_bar


def _joined(answers: list[AnswerState], made: list[AnswerState]) -> list[AnswerState]:
    return list({answer.criterion: answer for answer in [*answers, *made]}.values())
