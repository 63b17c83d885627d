"""KPIs with definitions, thresholds and readings."""

from __future__ import annotations

from pocgate.demo.plan.shapes import CasePlan, KpiPlan
from pocgate.demo.writing.portion import BATCH, Portion
from portfolio.models import Kpi, KpiDefinition, KpiReading, KpiThreshold, UseCase

Rows = list[tuple[CasePlan, UseCase, KpiPlan, Kpi]]


def write_kpis(portion: Portion) -> None:
    """Everything that is measured."""
    rows: Rows = [(plan, case, kpi, _kpi(portion, case, kpi)) for plan, case in portion.pairs() for kpi in plan.kpis]
    Kpi.objects.bulk_create([row for *_rest, row in rows], batch_size=BATCH)
    KpiDefinition.objects.bulk_create([_definition(kpi, row) for _plan, _case, kpi, row in rows], batch_size=BATCH)
    for plan, case, kpi, row in rows:
        after = {"name": kpi.name, "role": kpi.role}
        portion.tell("kpi.defined", ("kpi", row.pk), plan, case, at=kpi.created_at, by=kpi.owner, after=after)
    _write_thresholds(portion, rows)
    _write_readings(portion, rows)


def _kpi(portion: Portion, case: UseCase, kpi: KpiPlan) -> Kpi:
    return Kpi(
        case=case,
        key=kpi.key,
        name=kpi.name,
        role=kpi.role,
        kind=kpi.kind,
        slo_of=kpi.slo_of,
        gates=list(kpi.gates),
        owner_id=portion.person(kpi.owner),
        created_at=kpi.created_at,
    )


def _definition(kpi: KpiPlan, row: Kpi) -> KpiDefinition:
    return KpiDefinition(
        kpi=row,
        unit=kpi.unit,
        direction=kpi.direction,
        baseline=kpi.baseline,
        baseline_date=kpi.created_at.date(),
        baseline_source=kpi.baseline_source,
        target=kpi.target,
        target_date=kpi.target_date,
        cadence_days=kpi.cadence_days,
        min_samples=kpi.min_samples,
        valid_from=kpi.created_at,
        recorded_by_id=row.owner_id,
    )


def _write_thresholds(portion: Portion, rows: Rows) -> None:
    KpiThreshold.objects.bulk_create(
        [
            KpiThreshold(
                kpi=row,
                gate=threshold.gate,
                value=threshold.value,
                set_at=threshold.set_at,
                set_by_id=row.owner_id,
            )
            for _plan, _case, kpi, row in rows
            for threshold in kpi.thresholds
        ],
        batch_size=BATCH,
    )
    for plan, case, kpi, row in rows:
        for threshold in kpi.thresholds:
            after = {"gate": threshold.gate, "value": str(threshold.value), "eased": False}
            subject = ("kpi", row.pk)
            portion.tell("kpi.threshold_set", subject, plan, case, at=threshold.set_at, by=kpi.owner, after=after)


def _write_readings(portion: Portion, rows: Rows) -> None:
    KpiReading.objects.bulk_create(
        [
            KpiReading(
                kpi=row,
                iteration=reading.iteration,
                value=reading.value,
                sample_size=reading.sample_size,
                error=reading.error,
                observed_from=reading.observed_from,
                observed_to=reading.observed_to,
                method=reading.method,
                source=reading.source,
                recorded_at=reading.recorded_at,
                recorded_by_id=row.owner_id,
            )
            for _plan, _case, kpi, row in rows
            for reading in kpi.readings
        ],
        batch_size=BATCH,
    )
    for plan, case, kpi, row in rows:
        for reading in kpi.readings:
            after, subject = {"value": str(reading.value)}, ("kpi", row.pk)
            portion.tell("kpi.reading_recorded", subject, plan, case, at=reading.recorded_at, by=kpi.owner, after=after)
