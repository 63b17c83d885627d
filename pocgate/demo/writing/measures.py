"""KPIs with definitions, thresholds and readings."""

from __future__ import annotations

from pocgate.demo.plan.shapes import CasePlan, KpiPlan
from pocgate.demo.writing.portion import Portion
from pocgate.kernel.bulk import Row, write_rows
from portfolio.models import Kpi, KpiDefinition, KpiReading, KpiThreshold, UseCase

Found = list[tuple[CasePlan, UseCase, KpiPlan, int]]


def write_kpis(portion: Portion) -> None:
    """Everything that is measured."""
    planned = [(plan, case, kpi) for plan, case in portion.pairs() for kpi in plan.kpis]
    keys = write_rows(Kpi, [_kpi(portion, case, kpi) for _plan, case, kpi in planned])
    found = [(plan, case, kpi, key) for (plan, case, kpi), key in zip(planned, keys, strict=True)]
    write_rows(KpiDefinition, [_definition(portion, kpi, key) for _plan, _case, kpi, key in found])
    for plan, case, kpi, key in found:
        after = {"name": kpi.name, "role": kpi.role}
        portion.tell("kpi.defined", ("kpi", key), plan, case, at=kpi.created_at, by=kpi.owner, after=after)
    _write_thresholds(portion, found)
    _write_readings(portion, found)


def _kpi(portion: Portion, case: UseCase, kpi: KpiPlan) -> Row:
    return {
        "case_id": case.pk,
        "key": kpi.key,
        "name": kpi.name,
        "role": kpi.role,
        "kind": kpi.kind,
        "slo_of": kpi.slo_of,
        "gates": list(kpi.gates),
        "owner_id": portion.person(kpi.owner),
        "created_at": kpi.created_at,
    }


def _definition(portion: Portion, kpi: KpiPlan, key: int) -> Row:
    return {
        "kpi_id": key,
        "unit": kpi.unit,
        "direction": kpi.direction,
        "money_per_unit": kpi.money_per_unit,
        "baseline": kpi.baseline,
        "baseline_date": kpi.created_at.date(),
        "baseline_source": kpi.baseline_source,
        "target": kpi.target,
        "target_date": kpi.target_date,
        "cadence_days": kpi.cadence_days,
        "min_samples": kpi.min_samples,
        "valid_from": kpi.created_at,
        "recorded_by_id": portion.person(kpi.owner),
    }


def _write_thresholds(portion: Portion, found: Found) -> None:
    write_rows(
        KpiThreshold,
        [
            {"kpi_id": key, **vars(threshold), "set_by_id": portion.person(kpi.owner)}
            for _plan, _case, kpi, key in found
            for threshold in kpi.thresholds
        ],
    )
    for plan, case, kpi, key in found:
        for threshold in kpi.thresholds:
            after = {"gate": threshold.gate, "value": str(threshold.value), "eased": False}
            at = threshold.set_at
            portion.tell("kpi.threshold_set", ("kpi", key), plan, case, at=at, by=kpi.owner, after=after)


def _write_readings(portion: Portion, found: Found) -> None:
    write_rows(
        KpiReading,
        [
            {"kpi_id": key, **vars(reading), "recorded_by_id": portion.person(kpi.owner)}
            for _plan, _case, kpi, key in found
            for reading in kpi.readings
        ],
    )
    for plan, case, kpi, key in found:
        for reading in kpi.readings:
            after, at = {"value": str(reading.value)}, reading.recorded_at
            portion.tell("kpi.reading_recorded", ("kpi", key), plan, case, at=at, by=kpi.owner, after=after)
