"""The order of the rules decides between neighbours, and what is missing never helps."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gates.rules.verdict import ClosingPlan, GateInputs, recommend
from scoring.rules.playbook import Playbook
from scoring.rules.readiness import readiness
from scoring.rules.vocabulary import GATES, QUADRANTS, TIERS, VERDICTS
from tests.gates.rules.test_verdict import (
    BREACH_SURE,
    CLOSABLE,
    KPI_FAILS,
    OPEN_MUST,
    OVER_CAP,
    PLAYBOOK,
    TODAY,
    WAIVED,
    inputs,
    planned,
    prohibited,
)
from tests.scoring.rules.examples import NOW, PLAIN_CASE, record, result

RULES = [row.rule for row in PLAYBOOK.recommendation.rules]
# Both rules of each row hold; nothing above the first does.
NEIGHBOURS = [
    ("tier_prohibited", "kpi_futile", inputs(futile_kpis=(record(),), **prohibited())),
    ("kpi_futile", "kpi_failed_over_cap", inputs(KPI_FAILS, OVER_CAP, futile_kpis=(record(),))),
    ("kpi_failed_over_cap", "kpi_failed_late_iteration", inputs(KPI_FAILS, OVER_CAP, iteration=3)),
    ("kpi_failed_late_iteration", "scorecard_decline", inputs(KPI_FAILS, iteration=3, quadrant="decline")),
    ("scorecard_decline", "time_box_silent", inputs(OPEN_MUST, quadrant="decline", overrun="stop")),
    ("time_box_silent", "kpi_failed", inputs(KPI_FAILS, OPEN_MUST, overrun="stop")),
    ("kpi_failed", "scorecard_short_of_demand", inputs(KPI_FAILS, quadrant="de_risk")),
    ("scorecard_short_of_demand", "cap_breached", inputs(OVER_CAP, quadrant="fill_in")),
    ("cap_breached", "blocked_outside_team", inputs(OVER_CAP, blocking_dependencies=(record(),))),
    ("cap_breach_sure", "blocked_outside_team", inputs(BREACH_SURE, blocking_dependencies=(record(),))),
    (
        "blocked_outside_team",
        "time_box_overrun",
        inputs(OPEN_MUST, blocking_dependencies=(record(),), overrun="pause"),
    ),
    ("time_box_overrun", "must_open", inputs(OPEN_MUST, overrun="pause")),
    ("must_open", "scorecard_missing", inputs(OPEN_MUST, quadrant=None)),
    ("scorecard_missing", "closable_open", inputs(CLOSABLE[0], closing_plans=planned(CLOSABLE[0]), quadrant=None)),
    ("closable_open", "must_waived", inputs(CLOSABLE[0], WAIVED, closing_plans=planned(CLOSABLE[0]))),
    ("must_waived", "all_musts_pass", inputs(WAIVED)),
]
# Spend is over the cap or not yet: both at once can not be.
NEVER_TOGETHER = ("cap_breached", "cap_breach_sure")
LENIENCY = {"go": 2, "conditional_go": 1}


def exchanged(first: str, second: str) -> Playbook:
    """The default playbook with two of its rules in each other's place."""
    policy = PLAYBOOK.recommendation
    by_rule = {row.rule: row for row in policy.rules}
    other = {first: second, second: first}
    rules = tuple(by_rule[other.get(rule, rule)] for rule in RULES)
    return replace(PLAYBOOK, recommendation=replace(policy, rules=rules))


@pytest.mark.parametrize(("first", "second", "both_hold"), NEIGHBOURS)
def test_of_two_rules_that_hold_the_one_above_is_recommended(first: str, second: str, both_hold: GateInputs) -> None:
    assert recommend(PLAYBOOK, both_hold).rule == first
    assert recommend(exchanged(first, second), both_hold).rule == second


def test_every_pair_of_neighbours_has_a_row() -> None:
    shown = {(first, second) for first, second, _inputs in NEIGHBOURS}

    assert set(pairwise(RULES)) - shown == {NEVER_TOGETHER}


@st.composite
def dossiers(draw: st.DrawFn) -> GateInputs:
    """A case at a gate, each criterion that counts there with some verdict, mostly a pass."""
    gate = draw(st.sampled_from(GATES))
    facts = replace(PLAIN_CASE, tier=draw(st.sampled_from(TIERS)))
    verdicts = st.sampled_from([*["pass"] * 30, *VERDICTS])
    spend = st.sampled_from(["cap_exceeded", "cap_breach_sure", "cost_lines_missing"])
    results = tuple(
        result(found.key, draw(verdicts), found.level, closable=found.closable, code=draw(spend))
        for found in readiness(PLAYBOOK, gate, facts, [], NOW).results
    )
    plans = draw(st.lists(st.sampled_from([found.key for found in results if found.closable]), max_size=3))
    asked = PLAYBOOK.gate(gate).scorecard is not None
    quadrants = st.sampled_from(["commit", "commit", "commit", *QUADRANTS, None])
    return GateInputs(
        gate,
        TODAY,
        facts,
        draw(st.integers(1, 4)),
        results,
        quadrant=draw(quadrants) if asked else None,
        closing_plans=tuple(ClosingPlan(key, 1, TODAY) for key in plans),
    )


@given(dossiers(), st.data())
def test_missing_evidence_never_makes_a_recommendation_more_lenient(before: GateInputs, data: st.DataObject) -> None:
    """Whatever loses its evidence, a case that was not let through is not let through afterwards."""
    lost = data.draw(st.sets(st.sampled_from([found.key for found in before.results]), max_size=8))
    results = tuple(
        replace(found, verdict="not_enough_evidence") if found.key in lost else found for found in before.results
    )
    quadrant = data.draw(st.sampled_from([before.quadrant, None]))

    after = recommend(PLAYBOOK, replace(before, results=results, quadrant=quadrant))

    earlier = recommend(PLAYBOOK, before)
    assert LENIENCY.get(after.outcome, 0) <= LENIENCY.get(earlier.outcome, 0)


@given(dossiers())
def test_case_that_passes_is_not_ready_without_any_one_of_its_musts(given_inputs: GateInputs) -> None:
    """So that the property above is about cases that can lose something."""
    passing = tuple(replace(found, verdict="pass") for found in given_inputs.results)
    facts = replace(given_inputs.facts, tier="minimal")
    whole = replace(given_inputs, results=passing, facts=facts, quadrant="commit")
    assert recommend(PLAYBOOK, whole).outcome == "go"

    for found in passing:
        if found.level == "must" and not found.closable:
            others = tuple(replace(one, verdict="not_enough_evidence") if one == found else one for one in passing)
            assert recommend(PLAYBOOK, replace(whole, results=others)).outcome == "not_ready"
