"""A case in which no detector finds anything, for tests that spoil one thing at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from scoring.rules.detectors import Box, DetectorFacts
from scoring.rules.probes import (
    BusinessCase,
    Cap,
    CaseText,
    CostPlan,
    Estimate,
    Kpi,
    ProbeFacts,
    Reading,
    TeamMember,
    Threshold,
)
from scoring.rules.readiness import AnswerState
from scoring.rules.reasons import Record
from scoring.rules.vocabulary import COST_LINES
from tests.scoring.rules.examples import NOW, PLAIN_CASE, default_playbook, passing_answer, probe_facts

DAY = timedelta(days=1)
ROLES = ("product_owner", "business_owner", "engineering", "operations", "user_representative")
CASE = Record("use_case", 1, "UC-0001")
BOX = Box(Record("stage_spell", 1, "stage"), NOW - 10 * DAY, 24, NOW + 32 * DAY, 42)

PRIMARY = Kpi(
    Record("kpi", 1, "Hours"),
    role="primary",
    kind="outcome",
    unit="h",
    direction="lower",
    baseline=Decimal(40),
    target=Decimal(20),
)
ACCEPTANCE = Kpi(
    Record("kpi", 2, "Accuracy"),
    role="acceptance",
    kind="quality",
    unit="share",
    direction="higher",
    baseline=Decimal("0.60"),
    target=Decimal("0.90"),
    thresholds=(Threshold(1, Decimal("0.80")),),
)
BUSINESS = BusinessCase(
    Record("business_case", 1, "case"), NOW - 5 * DAY, Decimal(1000), Decimal(2400), Decimal(3000), Decimal(900), "4711"
)
PLAN = CostPlan(
    Record("cost_plan", 1, "v1"),
    caps=(
        Cap(Record("cost_cap", 3, "1000"), "stage", 0, Decimal(1000), NOW - 9 * DAY),
        Cap(Record("cost_cap", 1, "1000"), "stage", 1, Decimal(1000), NOW - 9 * DAY),
        Cap(Record("cost_cap", 2, "1000"), "stage", 2, Decimal(1000), NOW - 9 * DAY),
        Cap(Record("cost_plan", 1, "v1"), "run_rate", None, Decimal(90), NOW - 9 * DAY),
    ),
    estimates=tuple(Estimate(line, Decimal(9)) for line in COST_LINES),
    estimated_at=NOW - 9 * DAY,
)


def reading(value: str, days_ago: int = 4, **changes: Any) -> Reading:
    id_ = int(changes.pop("id_", 1))
    usual = Reading(
        record=Record("kpi_reading", id_, value),
        value=Decimal(value),
        sample_size=100,
        observed_from=NOW - (days_ago + 1) * DAY,
        observed_to=NOW - days_ago * DAY,
        iteration=1,
        set_key=f"set {id_}",
    )
    return replace(usual, **changes)


def team(*roles: str) -> tuple[TeamMember, ...]:
    return tuple(
        TeamMember(Record("team_member", at, role), role, confirmed_at=NOW - DAY) for at, role in enumerate(roles, 1)
    )


def answered() -> dict[str, AnswerState]:
    playbook = default_playbook()
    return {
        criterion.key: passing_answer(criterion.key, playbook)
        for criterion in playbook.criteria
        if criterion.kind != "C"
    }


def without(*keys: str) -> dict[str, AnswerState]:
    return {key: answer for key, answer in answered().items() if key not in keys}


def clean(stage: int = 1, **changes: Any) -> DetectorFacts:
    """A case in `stage` with nothing to find; `probe` changes what the probes read, the rest the facts themselves."""
    probe: dict[str, Any] = {
        "text": CaseText(CASE, "Claims are sorted by hand. " * 6, "Claims intake", "Twelve clerks"),
        "team": team(*ROLES),
        "kpis": (PRIMARY, replace(ACCEPTANCE, readings=(reading("0.70"), reading("0.71", id_=2)))),
        "business_case": BUSINESS,
        "cost_plan": PLAN,
        **changes.pop("probe", {}),
    }
    read: ProbeFacts = probe_facts(gate=stage, stage=stage, **probe)
    usual = DetectorFacts(
        now=NOW,
        status="active",
        title="Sorting claims by department",
        technology=("text classification",),
        probe=read,
        facts=PLAIN_CASE,
        answers=answered(),
        box=BOX,
        last_act=NOW - 4 * DAY,
    )
    return replace(usual, **changes)
