"""Which criteria count for which case at which gate."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scoring.rules.facts import CaseFacts, applies, asked
from scoring.rules.vocabulary import FACT_VALUES, GATES
from tests.scoring.rules.examples import PLAIN_CASE, default_playbook

NEVER = (None, None, None, None)
FROM_1 = (None, "must", "must", "must")
FROM_2 = (None, None, "must", "must")
FROM_3 = (None, None, None, "must")


@pytest.mark.parametrize(
    ("key", "changes", "levels"),
    [
        ("problem_stated", {}, ("must", "must", "must", "must")),
        ("value_realised", {}, (None, None, "should", "must")),
        ("labels_quality", {}, (None, "should", "should", "should")),
        ("versioned", {"delivery": "built"}, FROM_1),
        ("versioned", {"delivery": "configured"}, FROM_1),
        ("versioned", {"delivery": "api_model"}, NEVER),
        ("versioned", {"delivery": "bought"}, NEVER),
        ("versioned", {"delivery": "unknown"}, FROM_1),
        ("vendor_change_control", {"delivery": "bought"}, FROM_2),
        ("vendor_change_control", {"delivery": "built"}, NEVER),
        ("vendor_change_control", {"delivery": "unknown"}, FROM_2),
        ("model_refresh", {"delivery": "built"}, FROM_3),
        ("model_refresh", {"delivery": "configured"}, NEVER),
        ("vendor_assurance", {"delivery": "api_model"}, FROM_1),
        ("regulatory_check", {"tier": "minimal"}, NEVER),
        ("regulatory_check", {"tier": "limited"}, NEVER),
        ("regulatory_check", {"tier": "high"}, FROM_1),
        ("regulatory_check", {"tier": "prohibited"}, FROM_1),
        ("regulatory_check", {"tier": "unassessed"}, FROM_1),
        ("transparency", {"tier": "minimal"}, NEVER),
        ("transparency", {"tier": "limited"}, FROM_2),
        ("transparency", {"tier": "unassessed"}, FROM_2),
        ("privacy_assessment", {"personal_data": "no", "stage1_real_data": "yes"}, NEVER),
        ("privacy_assessment", {"personal_data": "yes", "stage1_real_data": "no"}, FROM_1),
        ("privacy_assessment", {"personal_data": "yes", "stage1_real_data": "yes"}, ("must",) * 4),
        ("privacy_assessment", {"personal_data": "unknown", "stage1_real_data": "no"}, FROM_1),
        ("privacy_assessment", {"personal_data": "unknown", "stage1_real_data": "unknown"}, ("must",) * 4),
        ("fairness_safety", {"affects_people": "no"}, FROM_2),
        ("fairness_safety", {"affects_people": "yes"}, FROM_2),
    ],
)
def test_criterion_counts_at_the_gates_its_rule_names(key, changes, levels):
    facts = replace(PLAIN_CASE, **changes)
    criterion = default_playbook().criteria_by_key[key]

    assert tuple(applies(criterion, facts, gate) for gate in GATES) == levels


def test_nothing_counts_in_the_dimension_workflow_at_gate_0():
    counting = {criterion.dimension for criterion in default_playbook().criteria if applies(criterion, CaseFacts(), 0)}

    assert counting == {"outcome", "data", "pipeline", "governance", "cost"}


def test_unknown_facts_ask_for_at_least_as_much_as_known_ones():
    criteria = default_playbook().criteria
    of_unknown = {criterion.key for criterion in criteria if applies(criterion, CaseFacts(), 3)}

    for fact, values in FACT_VALUES.items():
        for value in values:
            facts = replace(CaseFacts(), **{fact: value})
            assert {criterion.key for criterion in criteria if applies(criterion, facts, 3)} <= of_unknown


@pytest.mark.parametrize("fact", FACT_VALUES)
def test_fact_with_an_unknown_word_is_refused(fact):
    with pytest.raises(ValueError, match=fact):
        replace(PLAIN_CASE, **{fact: "perhaps"})


@pytest.mark.parametrize(("affects_people", "word"), [("yes", "bias"), ("unknown", "bias"), ("no", "Nobody")])
def test_fairness_asks_less_when_nobody_is_decided_about(affects_people, word):
    criterion = default_playbook().criteria_by_key["fairness_safety"]

    text = str(asked(criterion, replace(PLAIN_CASE, affects_people=affects_people)))

    assert word in text
