"""Every probe by the key of the criterion it computes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from scoring.rules.playbook.criteria import Criterion
from scoring.rules.playbook.whole import Playbook
from scoring.rules.probes.cost import cap_agreed, spend_within_cap, tco_estimated
from scoring.rules.probes.kpis import adoption, kpi_meets_threshold, slo_defined, slo_met, unit_cost_known
from scoring.rules.probes.outcome import (
    business_case,
    business_owner,
    kpi_baseline_target,
    problem_stated,
    scope_bounded,
    sponsor_confirmed,
    thresholds_preregistered,
)
from scoring.rules.probes.records import ProbeFacts
from scoring.rules.probes.use import operations_observed, training_delivered, user_feedback
from scoring.rules.probes.value import value_realised
from scoring.rules.readiness.answers import ProbeResult
from scoring.rules.vocabulary import COMPUTED

Probe: TypeAlias = Callable[[ProbeFacts, Playbook], ProbeResult]


PROBES_BY_KEY: Mapping[str, Probe] = {
    "problem_stated": problem_stated,
    "scope_bounded": scope_bounded,
    "business_owner": business_owner,
    "sponsor_confirmed": sponsor_confirmed,
    "business_case": business_case,
    "kpi_baseline_target": kpi_baseline_target,
    "thresholds_preregistered": thresholds_preregistered,
    "kpi_meets_threshold": kpi_meets_threshold,
    "cap_agreed": cap_agreed,
    "tco_estimated": tco_estimated,
    "spend_within_cap": spend_within_cap,
    "value_realised": value_realised,
    "operations_observed": operations_observed,
    "slo_defined": slo_defined,
    "slo_met": slo_met,
    "user_feedback": user_feedback,
    "training_delivered": training_delivered,
    "adoption": adoption,
    "unit_cost_known": unit_cost_known,
}

# The sections of `ProbeFacts` each probe reads. A change elsewhere does not run it again.
SECTIONS_BY_KEY: Mapping[str, tuple[str, ...]] = {
    "problem_stated": ("text",),
    "scope_bounded": ("scope",),
    "business_owner": ("team",),
    "sponsor_confirmed": ("team",),
    "business_case": ("business_case",),
    "kpi_baseline_target": ("kpis",),
    "thresholds_preregistered": ("kpis",),
    "kpi_meets_threshold": ("kpis",),
    "cap_agreed": ("cost_plan",),
    "tco_estimated": ("cost_plan",),
    "spend_within_cap": ("cost_plan", "costs", "horizon"),
    "value_realised": ("business_case", "benefits"),
    "operations_observed": ("operations",),
    "slo_defined": ("kpis",),
    "slo_met": ("kpis",),
    "user_feedback": ("feedback",),
    "training_delivered": ("training",),
    "adoption": ("kpis",),
    "unit_cost_known": ("kpis", "costs"),
}

# What answers of people and sign-offs are read from.
ANSWERS = "answers"


def sections_read(criterion: Criterion) -> frozenset[str]:
    """The sections of a case's records that the result of the criterion depends on."""
    return frozenset(SECTIONS_BY_KEY[criterion.key] if criterion.kind == COMPUTED else (ANSWERS,))


def run_probe(key: str, facts: ProbeFacts, playbook: Playbook) -> ProbeResult:
    """What the probe of a computed criterion finds. An unknown key raises KeyError; the playbook check refuses it."""
    return PROBES_BY_KEY[key](facts, playbook)
