"""Weak metrics: success that can not be measured, or is measured by a moved yardstick."""

from __future__ import annotations

from scoring.rules.detectors.facts import DetectorFacts, numbers_of
from scoring.rules.detectors.shapes import Signal, strong, weak
from scoring.rules.playbook.whole import Playbook
from scoring.rules.probes.kpis import judge_kpi
from scoring.rules.probes.outcome import kpis_counting_at
from scoring.rules.vocabulary import STALE

VERSION = 1


def signals(facts: DetectorFacts, playbook: Playbook) -> tuple[Signal, ...]:
    """No baseline or target, an eased threshold, stale readings, a target no better than the baseline."""
    from_stage = int(numbers_of(playbook, "weak_metrics")["from_stage"])
    return (
        _no_promise(facts, from_stage),
        _eased(facts),
        _stale(facts, playbook, from_stage),
        _target_is_baseline(facts),
    )


def _no_promise(facts: DetectorFacts, from_stage: int) -> Signal:
    primaries = [kpi for kpi in facts.probe.kpis if kpi.role == "primary"]
    lacking = [
        name
        for name, given in (
            ("primary_kpi", bool(primaries)),
            ("baseline", not primaries or all(kpi.baseline is not None for kpi in primaries)),
            ("target", not primaries or all(kpi.target is not None for kpi in primaries)),
        )
        if not given
    ]
    is_due = facts.stage >= from_stage
    holds = None if not is_due and not facts.probe.kpis else is_due and bool(lacking)
    records = [kpi.record for kpi in primaries] or [facts.case]
    return strong("no_baseline_or_target", holds, {"missing": lacking, "stage": facts.stage}, records)


def _eased(facts: DetectorFacts) -> Signal:
    holds = bool(facts.eased) if facts.probe.kpis or facts.eased else None
    return strong("threshold_eased", holds, {"count": len(facts.eased)}, facts.eased)


def _stale(facts: DetectorFacts, playbook: Playbook, from_stage: int) -> Signal:
    measured = [kpi for kpi in kpis_counting_at(facts.probe.kpis, facts.stage, playbook) if kpi.readings]
    if not measured:
        holds = False if facts.stage < from_stage and facts.probe.kpis else None
        return weak("readings_stale", holds, {})
    stale = [kpi for kpi in measured if judge_kpi(kpi, facts.probe, playbook.kpis).verdict == STALE]
    params = {"kpis": [kpi.record.label for kpi in stale]}
    return weak("readings_stale", bool(stale), params, [kpi.record for kpi in stale])


def _target_is_baseline(facts: DetectorFacts) -> Signal:
    promised = [
        kpi for kpi in facts.probe.kpis if kpi.role == "primary" and kpi.baseline is not None and kpi.target is not None
    ]
    level = [kpi for kpi in promised if kpi.target == kpi.baseline]
    params = {"kpis": [kpi.record.label for kpi in level]}
    return weak("target_is_baseline", bool(level) if promised else None, params, [kpi.record for kpi in level])
