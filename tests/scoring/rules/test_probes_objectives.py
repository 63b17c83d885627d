"""Service objectives, adoption and the cost of a unit."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from scoring.rules.costs.records import Cost
from scoring.rules.probes import Kpi, Reading, Threshold, run_probe
from scoring.rules.readiness import ProbeResult
from tests.scoring.rules.examples import NOW, default_playbook, probe_facts, record

DAY = timedelta(days=1)


def weekly(kpi_id: int, value: str = "1", *, days_ago: int = 1, **changes: object) -> tuple[Reading, ...]:
    """Five weekly readings, the newest so many days old."""
    newest = Reading(
        record=record("kpi_reading", 10 * kpi_id),
        value=Decimal(value),
        sample_size=100,
        observed_from=NOW - (days_ago + 7) * DAY,
        observed_to=NOW - days_ago * DAY,
        iteration=1,
        error=Decimal("0.01"),
    )
    return tuple(
        replace(
            newest,
            record=record("kpi_reading", 10 * kpi_id + week),
            observed_from=newest.observed_from - 7 * week * DAY,
            observed_to=newest.observed_to - 7 * week * DAY,
            **changes,
        )
        for week in range(5)
    )


def a_kpi(number: int = 1, **changes: object) -> Kpi:
    usual = Kpi(
        record("kpi", number, f"KPI {number}"),
        role="guardrail",
        kind="latency",
        unit="s",
        direction="lower",
        baseline=Decimal(6),
        target=Decimal(2),
        thresholds=(Threshold(3, Decimal(2)),),
        readings=weekly(number),
    )
    return replace(usual, **changes)


OBJECTIVES = tuple(a_kpi(number, slo_of=name) for number, name in enumerate(("latency", "quality", "cost"), 1))


def found(key: str, *kpis: Kpi, gate: int = 3) -> ProbeResult:
    return run_probe(key, probe_facts(gate=gate, stage=gate, kpis=kpis), default_playbook())


@pytest.mark.parametrize(
    ("kpis", "code", "missing"),
    [
        (OBJECTIVES, "slo_defined", None),
        (OBJECTIVES[:2], "slo_missing", ["cost"]),
        ((a_kpi(),), "slo_missing", ["latency", "quality", "cost"]),
        ((*OBJECTIVES[:2], replace(OBJECTIVES[2], target=None)), "slo_defined", None),
        ((*OBJECTIVES[:2], replace(OBJECTIVES[2], thresholds=())), "slo_defined", None),
        ((*OBJECTIVES[:2], replace(OBJECTIVES[2], thresholds=(), target=None)), "slo_without_value", None),
    ],
)
def test_slo_defined_asks_all_three_objectives_with_a_value(kpis, code, missing):
    result = found("slo_defined", *kpis, gate=2)

    assert (result.code, result.params.get("missing")) == (code, missing)
    assert result.verdict == ("pass" if code == "slo_defined" else "not_enough_evidence")


@pytest.mark.parametrize(
    ("third", "verdict"),
    [
        ({}, "pass"),
        ({"readings": weekly(3, "2.5")}, "fail"),
        ({"readings": ()}, "not_enough_evidence"),
        ({"thresholds": ()}, "not_enough_evidence"),
        # Objectives stay shown for 45 days, longer than a KPI at the gate.
        ({"readings": weekly(3, days_ago=44)}, "pass"),
        ({"readings": weekly(3, days_ago=45)}, "stale"),
        ({"slo_of": ""}, "not_enough_evidence"),
    ],
)
def test_slo_met_is_the_worst_of_the_objectives(third, verdict):
    assert found("slo_met", *OBJECTIVES[:2], replace(OBJECTIVES[2], **third)).verdict == verdict


def test_slo_met_changes_when_the_first_objective_gets_old():
    assert found("slo_met", *OBJECTIVES).changes_at == NOW + 44 * DAY


@pytest.mark.parametrize(
    ("gate", "changes", "verdict"),
    [
        (3, {}, "pass"),
        (2, {}, "pass"),
        (2, {"thresholds": (Threshold(2, Decimal("0.5")), Threshold(3, Decimal(2)))}, "fail"),
        (3, {"thresholds": (Threshold(2, Decimal(2)),)}, "not_enough_evidence"),
        (3, {"readings": weekly(1, "9")}, "fail"),
        (3, {"readings": weekly(1, days_ago=31)}, "stale"),
        (3, {"kind": "outcome"}, "not_enough_evidence"),
    ],
)
def test_adoption_meets_the_threshold_of_the_gate_or_of_the_next(gate, changes, verdict):
    adopted = a_kpi(kind="adoption")

    assert found("adoption", replace(adopted, **changes), gate=gate).verdict == verdict


@pytest.mark.parametrize(
    ("changes", "verdict", "code"),
    [
        ({}, "pass", "unit_cost_known"),
        ({"readings": weekly(1, days_ago=119)}, "pass", "unit_cost_known"),
        ({"readings": weekly(1, days_ago=120)}, "stale", "unit_cost_outdated"),
        ({"readings": weekly(1, sample_size=0)}, "pass", "unit_cost_known"),
        ({"readings": weekly(1, iteration=2)}, "not_enough_evidence", "unit_cost_not_measured"),
        ({"readings": ()}, "not_enough_evidence", "unit_cost_not_measured"),
        ({"kind": "outcome"}, "not_enough_evidence", "unit_cost_kpi_missing"),
    ],
)
def test_unit_cost_is_known_by_a_fresh_reading(changes, verdict, code):
    cost = a_kpi(kind="cost_per_unit")

    result = found("unit_cost_known", replace(cost, **changes), gate=2)

    assert (result.verdict, result.code) == (verdict, code)


def test_unit_cost_names_the_newest_reading_and_when_it_gets_old():
    result = found("unit_cost_known", a_kpi(kind="cost_per_unit"), gate=2)

    assert [item.id for item in result.records] == [1, 10]
    assert result.changes_at == NOW + 119 * DAY
    assert (result.params["value"], result.params["unit"]) == (1, "s")


def spent(amount: int, *, committed: bool = False) -> Cost:
    return Cost(
        record("cost_entry"),
        "inference",
        Decimal(amount),
        committed=committed,
        recurring=False,
        period_start=(NOW - 8 * DAY).date(),
        period_end=NOW.date(),
        in_stage=True,
    )


@pytest.mark.parametrize(
    ("kpi", "costs", "code"),
    [
        ({}, (spent(80),), "unit_cost_computed"),
        ({"kind": "quality"}, (spent(80),), "unit_cost_kpi_missing"),
        ({}, (), "unit_cost_kpi_missing"),
        ({}, (spent(80, committed=True),), "unit_cost_kpi_missing"),
        ({"readings": ()}, (spent(80),), "unit_cost_kpi_missing"),
        ({"readings": weekly(1, days_ago=125)}, (spent(80),), "unit_cost_kpi_missing"),
        ({"readings": weekly(1, iteration=2)}, (spent(80),), "unit_cost_kpi_missing"),
    ],
)
def test_unit_cost_follows_from_actual_cost_and_counted_outcome(kpi, costs, code):
    outcome = a_kpi(kind="outcome", role="primary", **kpi) if "kind" not in kpi else a_kpi(role="primary", **kpi)

    facts = probe_facts(gate=2, stage=2, kpis=(outcome,), costs=costs)

    assert run_probe("unit_cost_known", facts, default_playbook()).code == code


def test_computed_unit_cost_changes_when_its_first_reading_leaves_the_window():
    facts = probe_facts(gate=2, stage=2, kpis=(a_kpi(kind="outcome", role="primary"),), costs=(spent(80),))

    result = run_probe("unit_cost_known", facts, default_playbook())

    # Five weeks of 100 units; the oldest ended 29 days ago.
    assert result.params["units"] == 500
    assert result.changes_at == (NOW - 29 * DAY).replace(hour=0) + 120 * DAY
