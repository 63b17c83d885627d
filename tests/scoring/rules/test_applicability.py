"""When each criterion of the shipped playbook counts, for every combination of the facts that switch it.

The table is written out from the description of the default playbook, not read from the file that ships.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest

from scoring.rules.facts import CaseFacts, applies
from scoring.rules.vocabulary import FACT_VALUES, GATES
from tests.scoring.rules.examples import default_playbook

PLAYBOOK = default_playbook()
EVERY_CASE = [CaseFacts(**dict(zip(FACT_VALUES, values, strict=True))) for values in product(*FACT_VALUES.values())]

# First gate as should, first gate as must; none where it never counts as that.
Levels = tuple[int | None, int | None]


def always(levels: Levels) -> Callable[[CaseFacts], Levels]:
    return lambda facts: levels


def only(condition: Callable[[CaseFacts], bool], levels: Levels) -> Callable[[CaseFacts], Levels]:
    return lambda facts: levels if condition(facts) else (None, None)


# What is not known asks for more: any way of delivery may be the one, personal data are there, the tier is high.
def made_here(facts: CaseFacts) -> bool:
    return facts.delivery in ("built", "configured", "unknown")


def built(facts: CaseFacts) -> bool:
    return facts.delivery in ("built", "unknown")


def from_a_vendor(facts: CaseFacts) -> bool:
    return facts.delivery in ("api_model", "bought", "unknown")


def at_least_high(facts: CaseFacts) -> bool:
    return facts.tier in ("high", "prohibited", "unassessed")


def at_least_limited(facts: CaseFacts) -> bool:
    return facts.tier in ("limited", "high", "prohibited", "unassessed")


def privacy_assessment(facts: CaseFacts) -> Levels:
    if facts.personal_data == "no":
        return None, None
    return (None, 1) if facts.stage1_real_data == "no" else (None, 0)


MUST_0, MUST_1, MUST_2, MUST_3 = ((None, gate) for gate in GATES)
SHOULD_1, SHOULD_2, SHOULD_2_MUST_3 = (1, None), (2, None), (2, 3)

COUNTS: dict[str, Callable[[CaseFacts], Levels]] = {
    "problem_stated": always(MUST_0),
    "scope_bounded": always(MUST_0),
    "ai_justified": always(MUST_0),
    "business_owner": always(MUST_0),
    "sponsor_confirmed": always(MUST_0),
    "business_case": always(MUST_0),
    "kpi_baseline_target": always(MUST_0),
    "thresholds_preregistered": always(MUST_0),
    "kpi_meets_threshold": always(MUST_1),
    "value_realised": always(SHOULD_2_MUST_3),
    "sources_mapped": always(MUST_0),
    "representative_sample": always(MUST_1),
    "quality_tests": always(MUST_1),
    "labels_quality": always(SHOULD_1),
    "quality_sla": always(MUST_2),
    "lineage": always(SHOULD_2),
    "drift_schema_plan": always(MUST_2),
    "compute_mapped": always(MUST_0),
    "early_evaluation": always(MUST_1),
    "production_path": always(MUST_1),
    "versioned": only(made_here, MUST_1),
    "instrumented": always(SHOULD_1),
    "ci_cd": only(made_here, MUST_2),
    "vendor_change_control": only(from_a_vendor, MUST_2),
    "operations_observed": always(MUST_2),
    "monitoring_alerts": always(MUST_2),
    "drift_monitored": always(MUST_2),
    "rollback_tested": always(MUST_2),
    "scalable_infrastructure": always(SHOULD_2),
    "incident_response": always(MUST_2),
    "slo_defined": always(MUST_2),
    "slo_met": always(MUST_3),
    "observability": always(MUST_3),
    "model_refresh": only(built, MUST_3),
    "tier_confirmed": always(MUST_0),
    "preliminary_plan": always(MUST_0),
    "privacy_screening": always(MUST_0),
    "privacy_assessment": privacy_assessment,
    "vendor_assurance": only(from_a_vendor, MUST_1),
    "regulatory_check": only(at_least_high, MUST_1),
    "fairness_safety": always(MUST_2),
    "model_documentation": always(MUST_2),
    "security_review": always(MUST_2),
    "transparency": only(at_least_limited, MUST_2),
    "workflow_fit": always(SHOULD_1),
    "pilot_design": always(MUST_1),
    "exceptions_handled": always(MUST_2),
    "interface_stable": always(MUST_2),
    "human_in_loop": always(MUST_2),
    "user_feedback": always(MUST_2),
    "training_plan": always(MUST_2),
    "training_delivered": always(MUST_3),
    "adoption": always(SHOULD_2_MUST_3),
    "process_updated": always(MUST_3),
    "decommission_plan": always(MUST_3),
    "cap_agreed": always(MUST_0),
    "tco_estimated": always(MUST_1),
    "spend_within_cap": always(MUST_1),
    "unit_cost_known": always(SHOULD_2),
    "optimisation_plan": always(SHOULD_2),
}


def expected(levels: Levels, gate: int) -> str | None:
    should_from, must_from = levels
    if must_from is not None and gate >= must_from:
        return "must"
    return "should" if should_from is not None and gate >= should_from else None


def test_table_names_every_criterion():
    assert list(COUNTS) == [criterion.key for criterion in PLAYBOOK.criteria]


@pytest.mark.parametrize("key", COUNTS)
def test_criterion_counts_for_every_case_at_every_gate_as_described(key):
    criterion = PLAYBOOK.criteria_by_key[key]

    wrong = [
        (facts, gate)
        for facts in EVERY_CASE
        for gate in GATES
        if applies(criterion, facts, gate) != expected(COUNTS[key](facts), gate)
    ]

    assert wrong == []
