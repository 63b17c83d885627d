"""The recommended outcome: which rule fires first, and with what behind it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gates.rules.verdict import _RULES, ClosingPlan, GateInputs, blocking_musts, recommend
from scoring.rules.readiness import CriterionResult
from scoring.rules.vocabulary import GATES, QUADRANTS, RECOMMENDATION_RULES, TIERS, VERDICTS
from tests.scoring.rules.examples import PLAIN_CASE, default_playbook, record, result

PLAYBOOK = default_playbook()
TODAY = date(2026, 3, 2)
KPI_FAILS = result("kpi_meets_threshold", "fail", records=(record("kpi"),))
OVER_CAP = result("spend_within_cap", "fail", code="cap_exceeded", records=(record("cap"),))
BREACH_SURE = result("spend_within_cap", "fail", code="cap_breach_sure", records=(record("cap"),))
OPEN_MUST = result("security_review", "not_enough_evidence")
CLOSABLE = [result(f"closable_{number}", "fail", closable=True) for number in range(3)]
WAIVED = result("incident_response", "waived")
PASSING = result("problem_stated")


def inputs(*results: CriterionResult, gate: int = 1, **changes: object) -> GateInputs:
    usual = GateInputs(gate, TODAY, PLAIN_CASE, 1, (PASSING, *results), quadrant="commit")
    return replace(usual, **changes)


def planned(*results: CriterionResult, days: int = 30) -> tuple[ClosingPlan, ...]:
    return tuple(ClosingPlan(item.key, 1, TODAY + timedelta(days=days)) for item in results)


def prohibited() -> dict[str, object]:
    return {"facts": replace(PLAIN_CASE, tier="prohibited")}


# Each row is a case in which its rule fires first, although everything below it would fire as well.
EVERYTHING_BAD = (KPI_FAILS, OPEN_MUST, WAIVED, *CLOSABLE)
PRECEDENCE = [
    (
        "stop",
        "tier_prohibited",
        inputs(*EVERYTHING_BAD, OVER_CAP, quadrant="decline", iteration=3, futile_kpis=(record(),), **prohibited()),
    ),
    ("stop", "kpi_futile", inputs(*EVERYTHING_BAD, OVER_CAP, quadrant="decline", iteration=3, futile_kpis=(record(),))),
    ("stop", "kpi_failed_over_cap", inputs(*EVERYTHING_BAD, OVER_CAP, quadrant="decline", iteration=3)),
    ("stop", "kpi_failed_late_iteration", inputs(*EVERYTHING_BAD, quadrant="decline", iteration=3)),
    ("stop", "scorecard_decline", inputs(*EVERYTHING_BAD, quadrant="decline", iteration=2)),
    ("stop", "time_box_silent", inputs(*EVERYTHING_BAD, quadrant="de_risk", overrun="stop")),
    (
        "pivot",
        "kpi_failed",
        inputs(*EVERYTHING_BAD, BREACH_SURE, quadrant="de_risk", blocking_dependencies=(record(),)),
    ),
    ("pivot", "scorecard_short_of_demand", inputs(OPEN_MUST, OVER_CAP, quadrant="de_risk")),
    ("pivot", "scorecard_short_of_demand", inputs(OPEN_MUST, gate=0, quadrant="fill_in")),
    ("pause", "cap_breached", inputs(OPEN_MUST, OVER_CAP, blocking_dependencies=(record(),))),
    ("pause", "cap_breach_sure", inputs(OPEN_MUST, BREACH_SURE, blocking_dependencies=(record(),))),
    ("pause", "blocked_outside_team", inputs(OPEN_MUST, blocking_dependencies=(record(),))),
    ("pause", "blocked_outside_team", inputs(OPEN_MUST, blocking_dependencies=(record(),), overrun="pause")),
    ("pause", "time_box_overrun", inputs(OPEN_MUST, WAIVED, quadrant=None, overrun="pause")),
    ("go", "all_musts_pass", inputs(overrun="stop")),
    ("conditional_go", "must_waived", inputs(WAIVED, overrun="pause")),
    ("not_ready", "must_open", inputs(OPEN_MUST, WAIVED, quadrant=None)),
    ("not_ready", "must_open", inputs(CLOSABLE[0])),
    ("not_ready", "must_open", inputs(*CLOSABLE, closing_plans=planned(*CLOSABLE))),
    ("not_ready", "scorecard_missing", inputs(WAIVED, quadrant=None)),
    ("conditional_go", "closable_open", inputs(WAIVED, *CLOSABLE[:2], closing_plans=planned(*CLOSABLE))),
    ("conditional_go", "must_waived", inputs(WAIVED)),
    ("go", "all_musts_pass", inputs()),
    ("go", "all_musts_pass", inputs(replace(OPEN_MUST, level="should"))),
    ("go", "all_musts_pass", inputs(replace(OPEN_MUST, verdict="not_applicable"))),
]


@pytest.mark.parametrize(("outcome", "rule", "given_inputs"), PRECEDENCE)
def test_first_rule_that_fires_is_recommended(outcome, rule, given_inputs):
    recommended = recommend(PLAYBOOK, given_inputs)

    assert (recommended.outcome, recommended.rule) == (outcome, rule)


def test_every_rule_has_a_row_and_a_function():
    assert {rule for _outcome, rule, _inputs in PRECEDENCE} == set(RECOMMENDATION_RULES) == set(_RULES)


@pytest.mark.parametrize("gate", [2, 3])
@pytest.mark.parametrize("quadrant", [None, "de_risk", "fill_in", "commit"])
def test_scorecard_is_not_asked_from_gate_2_on(gate, quadrant):
    assert recommend(PLAYBOOK, inputs(gate=gate, quadrant=quadrant)).outcome == "go"


@pytest.mark.parametrize("gate", GATES)
def test_declined_scorecard_stops_at_every_gate(gate):
    assert recommend(PLAYBOOK, inputs(gate=gate, quadrant="decline")).outcome == "stop"


@pytest.mark.parametrize(
    ("open_keys", "days", "blocking"),
    [
        ([0], 30, []),
        ([0], 31, [0]),
        ([0], -1, [0]),
        ([0], 0, []),
        ([0, 1], 30, []),
        ([0, 1, 2], 30, [0, 1, 2]),
    ],
)
def test_closable_musts_may_stay_open_with_a_plan_in_time_and_only_two(open_keys, days, blocking):
    still_open = [CLOSABLE[number] for number in open_keys]

    found = blocking_musts(inputs(*still_open, closing_plans=planned(*still_open, days=days)), PLAYBOOK)

    assert list(found) == [CLOSABLE[number] for number in blocking]


def test_must_that_is_not_closable_blocks_even_with_a_plan():
    assert blocking_musts(inputs(OPEN_MUST, closing_plans=planned(OPEN_MUST)), PLAYBOOK) == (OPEN_MUST,)


def test_recommendation_names_criteria_and_records():
    recommended = recommend(PLAYBOOK, inputs(KPI_FAILS, OVER_CAP))

    assert recommended.criteria == ("kpi_meets_threshold", "spend_within_cap")
    assert recommended.records == (record("kpi"), record("cap"))


some_results = st.lists(
    st.builds(
        lambda key, verdict, level, closable: result(key, verdict, level, closable=closable),
        st.sampled_from(["kpi_meets_threshold", "spend_within_cap", "a", "b", "c", "d"]),
        st.sampled_from(VERDICTS),
        st.sampled_from(["must", "should"]),
        st.booleans(),
    ),
    max_size=6,
    unique_by=lambda item: item.key,
)
some_inputs = st.builds(
    lambda results, gate, tier, iteration, quadrant: inputs(
        *results, gate=gate, facts=replace(PLAIN_CASE, tier=tier), iteration=iteration, quadrant=quadrant
    ),
    some_results,
    st.sampled_from(GATES),
    st.sampled_from(TIERS),
    st.integers(1, 4),
    st.none() | st.sampled_from(QUADRANTS),
)


@given(some_inputs)
def test_some_outcome_is_always_recommended(given_inputs):
    recommended = recommend(PLAYBOOK, given_inputs)

    assert (recommended.rule, recommended.outcome) in [(row.rule, row.outcome) for row in PLAYBOOK.recommendation.rules]
