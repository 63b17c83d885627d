"""Service objectives, adoption and the cost of a unit, as KPIs show them."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from scoring.rules.costs.worth import Measured, Valued, unit_cost
from scoring.rules.playbook.whole import Playbook
from scoring.rules.probes.kpis.evidence import kpi_evidence, worst
from scoring.rules.probes.records import Kpi, ProbeFacts, Reading, Threshold
from scoring.rules.probes.results import missing, outdated, passed
from scoring.rules.readiness.answers import ProbeResult
from scoring.rules.reasons import Reason
from scoring.rules.vocabulary import LAST_GATE, PASS

OBJECTIVES = ("latency", "quality", "cost")
ADOPTION, COST_PER_UNIT, OUTCOME = "adoption", "cost_per_unit", "outcome"
PRIMARY = "primary"


def slo_defined(facts: ProbeFacts, playbook: Playbook) -> ProbeResult:
    """There is an objective for latency, quality and cost, each with a target or the threshold of the last gate."""
    objectives = _objectives(facts)
    lacking = [name for name in OBJECTIVES if not any(kpi.slo_of == name for kpi in objectives)]
    records = [kpi.record for kpi in objectives]
    if lacking:
        return missing("slo_missing", {"missing": lacking}, records=records)
    open_ended = [kpi.record.label for kpi in objectives if kpi.target is None and kpi.threshold_at(LAST_GATE) is None]
    if open_ended:
        return missing("slo_without_value", {"kpis": open_ended}, records=records)
    return passed("slo_defined", records=records)


def slo_met(facts: ProbeFacts, playbook: Playbook) -> ProbeResult:
    """The KPI of each objective meets its threshold by readings that are not older than the criterion is valid."""
    objectives = _objectives(facts)
    lacking = [name for name in OBJECTIVES if not any(kpi.slo_of == name for kpi in objectives)]
    if lacking:
        return missing("slo_missing", {"missing": lacking}, records=[kpi.record for kpi in objectives])
    days = playbook.criteria_by_key["slo_met"].valid_days
    judged = [kpi_evidence(kpi, facts, playbook.kpis, days=days).result for kpi in objectives]
    return worst(judged, facts.gate)


def adoption(facts: ProbeFacts, playbook: Playbook) -> ProbeResult:
    """The KPIs of adoption meet their threshold of this gate, else the next one that is registered."""
    kpis = [kpi for kpi in facts.kpis if kpi.kind == ADOPTION]
    if not kpis:
        return missing("adoption_kpi_missing")
    judged = [
        kpi_evidence(kpi, facts, playbook.kpis, threshold=_threshold_from(kpi, facts.gate)).result for kpi in kpis
    ]
    return worst(judged, facts.gate)


def unit_cost_known(facts: ProbeFacts, playbook: Playbook) -> ProbeResult:
    """The cost of a unit of outcome was measured, or follows from actual cost, within the criterion's validity."""
    days = playbook.criteria_by_key["unit_cost_known"].valid_days
    measured = _measured_cost(facts, days)
    if measured.verdict == PASS:
        return measured
    return _computed_cost(facts, days) or measured


def _measured_cost(facts: ProbeFacts, days: int | None) -> ProbeResult:
    kpis = [kpi for kpi in facts.kpis if kpi.kind == COST_PER_UNIT]
    if not kpis:
        return missing("unit_cost_kpi_missing")
    readings = [
        (reading, kpi)
        for kpi in kpis
        for reading in kpi.readings
        if reading.iteration == facts.iteration and reading.observed_to <= facts.now
    ]
    if not readings:
        return missing("unit_cost_not_measured", {"kpi": kpis[0].record.label}, records=[kpi.record for kpi in kpis])
    newest, kpi = max(readings, key=lambda pair: (pair[0].observed_to, str(pair[0].record.id)))
    expires_at = newest.observed_to + timedelta(days=days) if days else None
    records = [kpi.record, newest.record]
    if expires_at is not None and expires_at <= facts.now:
        return outdated("unit_cost_outdated", {"kpi": kpi.record.label, "days": days}, records=records)
    shown = {"kpi": kpi.record.label, "value": newest.value, "unit": kpi.unit}
    return passed("unit_cost_known", shown, records=records, changes_at=expires_at)


def _computed_cost(facts: ProbeFacts, days: int | None) -> ProbeResult | None:
    """Actual cost of the days on which the outcome was counted, by unit; None where that can not be told."""
    counted = sorted((kpi for kpi in facts.kpis if kpi.kind == OUTCOME), key=lambda kpi: kpi.role != PRIMARY)
    if not counted or days is None:
        return None
    outcome, today = counted[0], facts.now.astimezone(UTC).date()
    start = outcome.counts_from
    units = [
        _units(reading)
        for reading in outcome.readings
        if reading.iteration == facts.iteration and (start is None or reading.observed_from >= start)
    ]
    recent = [each for each in units if each.until > today - timedelta(days=days) and each.units > 0]
    valued = Valued(outcome.record, outcome.baseline, 1, None, tuple(recent))
    found = unit_cost(valued, facts.costs, today=today, valid_days=days)
    if isinstance(found, Reason):
        return None
    first_gone = min(each.until for each in recent) + timedelta(days=days)
    return passed(
        "unit_cost_computed",
        {"kpi": outcome.record.label, "value": found.amount, "units": found.units},
        records=[outcome.record],
        changes_at=datetime.combine(first_gone, time.min, UTC),
    )


def _units(reading: Reading) -> Measured:
    """Every sample of an outcome is one unit of it."""
    first, until = (moment.astimezone(UTC).date() for moment in (reading.observed_from, reading.observed_to))
    return Measured(reading.record, reading.value, reading.sample_size, first, max(until, first + timedelta(days=1)))


def _objectives(facts: ProbeFacts) -> list[Kpi]:
    return [kpi for kpi in facts.kpis if kpi.slo_of in OBJECTIVES]


def _threshold_from(kpi: Kpi, gate: int) -> Threshold | None:
    later = [threshold for threshold in kpi.thresholds if threshold.gate >= gate]
    return min(later, key=lambda threshold: threshold.gate, default=None)
