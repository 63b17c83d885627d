"""Every probe by the key of the criterion it computes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from scoring.rules.playbook.whole import Playbook
from scoring.rules.probes.cost import cap_agreed, spend_within_cap, tco_estimated
from scoring.rules.probes.kpis import kpi_meets_threshold
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
from scoring.rules.probes.results import missing
from scoring.rules.readiness.answers import ProbeResult

Probe: TypeAlias = Callable[[ProbeFacts, Playbook], ProbeResult]


def not_measured_yet(facts: ProbeFacts, playbook: Playbook) -> ProbeResult:
    """The answer of criteria whose records are not read yet: missing evidence, never a pass."""
    return missing("not_measured_yet")


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
    "value_realised": not_measured_yet,
    "operations_observed": not_measured_yet,
    "slo_defined": not_measured_yet,
    "slo_met": not_measured_yet,
    "user_feedback": not_measured_yet,
    "training_delivered": not_measured_yet,
    "adoption": not_measured_yet,
    "unit_cost_known": not_measured_yet,
}


def run_probe(key: str, facts: ProbeFacts, playbook: Playbook) -> ProbeResult:
    """What the probe of a computed criterion finds. An unknown key raises KeyError; the playbook check refuses it."""
    return PROBES_BY_KEY[key](facts, playbook)
