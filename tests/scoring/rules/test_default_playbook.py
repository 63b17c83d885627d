"""The shipped playbook says what it promises, row by row."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from scoring.rules.playbook import ApprovalShare, Criterion
from scoring.rules.probes import PROBES_BY_KEY
from scoring.rules.vocabulary import PROBES, RECOMMENDATION_RULES
from tests.scoring.rules.examples import default_playbook

# dimension, key, kind, levels with gates, only for, weight, valid days, closable or standing
CRITERIA = """
outcome problem_stated C must0 - 2 - -
outcome scope_bounded C must0 - 2 - -
outcome ai_justified A must0 - 1 - closable
outcome business_owner C must0 - 3 - standing
outcome sponsor_confirmed C must0 - 2 365 -
outcome business_case C must0 - 3 180 -
outcome kpi_baseline_target C must0 - 3 - -
outcome thresholds_preregistered C must0 - 2 - -
outcome kpi_meets_threshold C must1 - 3 - standing
outcome value_realised C should2,must3 - 3 180 closable
data sources_mapped A must0 - 2 365 -
data representative_sample A must1 - 3 180 -
data quality_tests A must1 - 2 180 closable
data labels_quality A should1 - 1 365 -
data quality_sla A must2 - 2 365 closable
data lineage A should2 - 2 365 -
data drift_schema_plan A must2 - 2 365 -
pipeline compute_mapped A must0 - 1 365 closable
pipeline early_evaluation A must1 - 2 180 -
pipeline production_path A must1 - 3 180 -
pipeline versioned A must1 built+configured 2 365 -
pipeline instrumented A should1 - 1 180 -
pipeline ci_cd A must2 built+configured 2 365 closable
pipeline vendor_change_control A must2 api_model+bought 2 180 -
pipeline operations_observed C must2 - 2 45 -
pipeline monitoring_alerts A must2 - 3 180 standing
pipeline drift_monitored A must2 - 2 90 closable
pipeline rollback_tested A must2 - 3 180 standing
pipeline scalable_infrastructure A should2 - 2 365 -
pipeline incident_response A must2 - 2 365 -
pipeline slo_defined C must2 - 2 - -
pipeline slo_met C must3 - 3 45 standing
pipeline observability A must3 - 2 180 closable
pipeline model_refresh A must3 built 2 365 closable
governance tier_confirmed S must0 - 3 365 standing
governance preliminary_plan A must0 - 2 365 -
governance privacy_screening S must0 - 2 365 -
governance privacy_assessment S must0,must1 real_data 3 365 standing
governance vendor_assurance S must1 api_model+bought 3 365 -
governance regulatory_check S must1 high 3 365 standing
governance fairness_safety S must2 - 3 180 standing
governance model_documentation S must2 - 2 365 -
governance security_review S must2 - 3 180 standing
governance transparency S must2 limited+high 2 365 -
workflow workflow_fit A should1 - 2 365 -
workflow pilot_design A must1 - 3 180 -
workflow exceptions_handled A must2 - 2 365 -
workflow interface_stable A must2 - 1 365 closable
workflow human_in_loop A must2 - 2 365 -
workflow user_feedback C must2 - 2 120 -
workflow training_plan A must2 - 2 365 closable
workflow training_delivered C must3 - 2 365 closable
workflow adoption C should2,must3 - 3 - -
workflow process_updated A must3 - 2 365 closable
workflow decommission_plan A must3 - 1 365 closable
cost cap_agreed C must0 - 3 - standing
cost tco_estimated C must1 - 3 180 -
cost spend_within_cap C must1 - 3 - standing
cost unit_cost_known C should2 - 2 120 -
cost optimisation_plan A should2 - 1 365 -
"""
CONDITIONS = {
    "-": [()],
    "real_data": [
        (("personal_data", ("yes",)), ("stage1_real_data", ("yes",))),
        (("personal_data", ("yes",)),),
    ],
    "built": [(("delivery", ("built",)),)],
    "built+configured": [(("delivery", ("built", "configured")),)],
    "api_model+bought": [(("delivery", ("api_model", "bought")),)],
    "high": [(("tier", ("high", "prohibited")),)],
    "limited+high": [(("tier", ("limited", "high", "prohibited")),)],
}
HALF = Fraction(1, 2)
MORE_THAN_HALF = ApprovalShare(HALF, False)
ROWS = [tuple(line.split()) for line in CRITERIA.split("\n") if line]


def test_criteria_of_the_default_playbook_are_those_of_the_table_in_order():
    assert [criterion.key for criterion in default_playbook().criteria] == [row[1] for row in ROWS]


@pytest.mark.parametrize("row", ROWS, ids=[row[1] for row in ROWS])
def test_criterion_of_the_default_playbook_matches_its_row(row):
    dimension, key, kind, levels, condition, weight, valid_days, flag = row

    criterion = default_playbook().criteria_by_key[key]

    assert (criterion.dimension, criterion.kind, criterion.weight) == (dimension, kind, Decimal(weight))
    assert criterion.valid_days == (None if valid_days == "-" else int(valid_days))
    assert (criterion.closable, criterion.standing) == (flag == "closable", flag == "standing")
    assert [f"{rule.level}{rule.gate}" for rule in criterion.counts] == levels.split(",")
    assert conditions(criterion) == CONDITIONS[condition] * (2 if condition == "-" and "," in levels else 1)


def conditions(criterion: Criterion) -> list[tuple[tuple[str, tuple[str, ...]], ...]]:
    return [tuple((condition.fact, condition.values) for condition in rule.when) for rule in criterion.counts]


def test_attested_criteria_name_a_verifier_and_others_do_not():
    named = {criterion.kind for criterion in default_playbook().criteria if criterion.verifier}
    unnamed = {criterion.kind for criterion in default_playbook().criteria if not criterion.verifier}

    assert (named, unnamed) == ({"A"}, {"C", "S"})


def test_every_probe_a_playbook_may_name_is_there():
    assert set(PROBES_BY_KEY) == set(PROBES)


@pytest.mark.parametrize(
    ("axis", "weights", "knock_outs"),
    [
        (
            "value",
            {"outcome_size": 35, "owner_commitment": 25, "strategic_fit": 20, "time_to_value": 20},
            {"outcome_size", "owner_commitment"},
        ),
        (
            "feasibility",
            {"data_readiness": 30, "technical_certainty": 25, "regulatory_ease": 20, "team": 15, "integration": 10},
            {"data_readiness", "technical_certainty", "regulatory_ease"},
        ),
    ],
)
def test_scorecard_axis_has_its_weights_and_knock_outs(axis, weights, knock_outs):
    criteria = default_playbook().scorecard.of_axis(axis)

    assert {criterion.key: criterion.weight for criterion in criteria} == weights
    assert {criterion.key for criterion in criteria if criterion.knock_out} == knock_outs


@pytest.mark.parametrize(
    ("gate", "column"),
    [
        (0, (70, HALF, MORE_THAN_HALF, "own_vote", ("compliance",))),
        (1, (85, HALF, MORE_THAN_HALF, "own_vote", ("compliance",))),
        (2, (90, Fraction(3, 5), ApprovalShare(Fraction(2, 3), True), "close", ("compliance", "security"))),
        (3, (90, HALF, MORE_THAN_HALF, "own_vote", ("compliance", "security"))),
    ],
)
def test_gate_policy_matches_its_column(gate, column):
    policy = default_playbook().gate(gate)

    assert (
        policy.readiness_bar,
        policy.quorum_share,
        policy.approval,
        policy.blind_until,
        policy.veto_roles,
    ) == column
    assert (policy.min_voters, policy.decide_within_working_days) == (3, 10)


def test_presence_grows_from_gate_to_gate():
    playbook = default_playbook()

    present = [[(asked.discipline, asked.tiers) for asked in playbook.gate(gate).presence] for gate in (0, 1, 2, 3)]

    both = [("business", ()), ("technical", ())]
    assert present[0] == both
    assert present[1] == [*both, ("compliance", ("limited", "high", "prohibited"))]
    assert present[2] == present[3] == [*both, ("compliance", ())]


def test_recommendation_tries_every_rule_and_is_total():
    rules = [(row.rule, row.outcome) for row in default_playbook().recommendation.rules]

    assert {rule for rule, _outcome in rules} == set(RECOMMENDATION_RULES)
    assert [outcome for _rule, outcome in rules] == (
        ["stop"] * 6 + ["pivot"] * 2 + ["pause"] * 4 + ["not_ready"] * 2 + ["conditional_go"] * 2 + ["go"]
    )


def test_pace_and_reminders_have_their_numbers():
    playbook = default_playbook()

    assert playbook.pace.time_box_days == (28, 42, 84)
    assert (playbook.pace.extension_share, playbook.pace.review_opens_at) == (Fraction(1, 2), Fraction(3, 2))
    assert playbook.reminders.before_days == (7, 3, 1, 0)
    assert (playbook.reminders.repeat_days, playbook.reminders.chair_after_days) == (3, 7)
    assert [playbook.operating_reviews.months_for(tier) for tier in ("high", "limited", "minimal")] == [3, 6, 6]
    assert len(playbook.costs.lines) == 9
