"""The fixed words that rules understand; a playbook combines them and cannot invent new ones."""

from __future__ import annotations

from collections.abc import Mapping

DIMENSIONS = ("outcome", "data", "pipeline", "governance", "workflow", "cost")
AXES = ("value", "feasibility")
QUADRANTS = ("commit", "de_risk", "fill_in", "decline")

GATES = (0, 1, 2, 3)
LAST_GATE = 3

COMPUTED, ATTESTED, SIGNED = "C", "A", "S"
KINDS = (COMPUTED, ATTESTED, SIGNED)
MUST, SHOULD = "must", "should"
LEVELS = (MUST, SHOULD)
EFFORTS = ("S", "M", "L")

# Everyone who may be asked to verify an attested answer: never its author.
VERIFIER_ROLES = ("data_owner", "operations", "user_representative", "security", "compliance")
SEAT_ROLES = ("chair", "deputy", "member", "compliance", "security", "finance")
DISCIPLINES = ("business", "technical", "compliance", "security", "finance")

# Cautious last: a decision may leave the tally only towards the end of this row.
OUTCOMES = ("go", "conditional_go", "pivot", "pause", "stop")
ABSTAIN = "abstain"
NOT_READY = "not_ready"

TIERS = ("unassessed", "minimal", "limited", "high", "prohibited")

PASS, FAIL, STALE, NOT_ENOUGH_EVIDENCE = "pass", "fail", "stale", "not_enough_evidence"
RETURNED, WAIVED, NOT_APPLICABLE = "returned", "waived", "not_applicable"
VERDICTS = (PASS, FAIL, STALE, NOT_ENOUGH_EVIDENCE, RETURNED, WAIVED, NOT_APPLICABLE)
# A must with one of these does not stand in the way of a gate.
SATISFYING_VERDICTS = frozenset({PASS, WAIVED, NOT_APPLICABLE})

MET, PARTLY, NOT_MET, UNANSWERED = "met", "partly", "not_met", "unanswered"
IMPORTED_ANSWERS = ("in_progress", "planned", "waived", "precluded", "withheld")
ANSWERS = (MET, PARTLY, NOT_MET, NOT_APPLICABLE, UNANSWERED)

ACCEPTED, OUTDATED = "accepted", "outdated"
SIGN_OFF_STATES = (ACCEPTED, RETURNED, OUTDATED)

# What each fact of a case may be. `unknown` is always allowed, because an imported case knows little about itself.
FACT_VALUES: Mapping[str, tuple[str, ...]] = {
    "delivery": ("built", "configured", "api_model", "bought", "unknown"),
    "personal_data": ("yes", "no", "unknown"),
    "affects_people": ("yes", "no", "unknown"),
    "tier": TIERS,
    "stage1_real_data": ("yes", "no", "unknown"),
}

# What an unknown fact counts as: always the reading that asks for more.
COUNTS_AS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "delivery": {"unknown": ("built", "configured", "api_model", "bought")},
    "personal_data": {"unknown": ("yes",)},
    "affects_people": {"unknown": ("yes",)},
    "tier": {"unassessed": ("high",)},
    "stage1_real_data": {"unknown": ("yes",)},
}

COST_LINES = (
    "licences",
    "people",
    "inference",
    "storage",
    "model_training",
    "human_oversight",
    "monitoring",
    "integration",
    "change_training",
)
ROOT_CAUSES = ("value", "data", "infrastructure", "governance", "problem_choice", "organisation", "cost")
OTHER_CAUSES = ("priority", "superseded", "duplicate", "external")

KPI_PURPOSES = ("acceptance", "primary", "guardrail", "slo", "adoption")

PROBES = (
    "problem_stated",
    "scope_bounded",
    "business_owner",
    "sponsor_confirmed",
    "business_case",
    "kpi_baseline_target",
    "thresholds_preregistered",
    "kpi_meets_threshold",
    "value_realised",
    "operations_observed",
    "slo_defined",
    "slo_met",
    "user_feedback",
    "training_delivered",
    "adoption",
    "cap_agreed",
    "tco_estimated",
    "spend_within_cap",
    "unit_cost_known",
)

RECOMMENDATION_RULES = (
    "tier_prohibited",
    "kpi_futile",
    "kpi_failed_over_cap",
    "kpi_failed_late_iteration",
    "scorecard_decline",
    "time_box_silent",
    "kpi_failed",
    "scorecard_short_of_demand",
    "cap_breached",
    "cap_breach_sure",
    "blocked_outside_team",
    "time_box_overrun",
    "scorecard_missing",
    "must_open",
    "closable_open",
    "must_waived",
    "all_musts_pass",
)

DETECTORS = (
    "sandbox_heroics",
    "hype_chasing",
    "governance_later",
    "cost_blindness",
    "no_change_management",
    "weak_metrics",
    "gold_plating",
)
