"""KPIs with the definition in force, thresholds and readings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import F, FilteredRelation, Q

from portfolio.models import Kpi, KpiReading, KpiThreshold
from scoring.queries.probe_facts.basics import CaseRow
from scoring.queries.probe_facts.periods import in_force, uncorrected
from scoring.rules import probes
from scoring.rules.probes.records import HIGHER
from scoring.rules.reasons import Record


@dataclass(frozen=True)
class _ThresholdRow:
    kpi_id: int
    gate: int
    value: Decimal
    old_value: Decimal | None
    set_at: datetime
    eased: bool
    superseded_at: datetime | None


def kpis_of(cases: Sequence[CaseRow], *, now: datetime) -> list[tuple[int, probes.Kpi]]:
    """KPIs not retired at `now`, with the case."""
    case_ids = [row.case.pk for row in cases]
    entered = {row.case.pk: row.entered_at for row in cases}
    thresholds = _thresholds(case_ids, now=now)
    readings = _readings(case_ids, now=now)
    kpis = []
    for kpi in _defined(case_ids, now=now):
        made = _kpi(kpi, entered[kpi.case_id])
        made = replace(
            made,
            thresholds=_in_force(thresholds.get(kpi.pk, []), made.direction, now),
            readings=tuple(readings.get(kpi.pk, [])),
        )
        kpis.append((kpi.case_id, made))
    return kpis


def _defined(case_ids: Sequence[int], *, now: datetime) -> list[Kpi]:
    definition_holds = Q(definitions__valid_from__lte=now) & (
        Q(definitions__valid_until__isnull=True) | Q(definitions__valid_until__gt=now)
    )
    fields = ("unit", "direction", "baseline", "target", "cadence_days", "label_delay_days", "warm_up_days")
    return list(
        Kpi.objects.filter(in_force(now, start="created_at", end="retired_at"), case__in=case_ids)
        .alias(definition=FilteredRelation("definitions", condition=definition_holds))
        .annotate(**{field: F(f"definition__{field}") for field in (*fields, "min_samples")})
        .order_by("pk")
    )


def _kpi(kpi: Kpi, entered_at: datetime | None) -> probes.Kpi:
    # The annotations of `_defined`; all are None together while the KPI has no definition.
    of = vars(kpi)
    warm_up = timedelta(days=of["warm_up_days"] or 0)
    return probes.Kpi(
        record=Record("kpi", kpi.pk, kpi.name),
        role=kpi.role,
        kind=kpi.kind,
        unit=of["unit"] or "",
        direction=of["direction"] or "",
        baseline=of["baseline"],
        target=of["target"],
        gates=frozenset(kpi.gates),
        slo_of=kpi.slo_of,
        cadence_days=of["cadence_days"] or 7,
        label_delay_days=of["label_delay_days"] or 0,
        min_samples=of["min_samples"],
        counts_from=entered_at + warm_up if entered_at and warm_up else None,
    )


def _thresholds(case_ids: Sequence[int], *, now: datetime) -> dict[int, list[_ThresholdRow]]:
    rows = (
        KpiThreshold.objects.filter(kpi__case__in=case_ids, set_at__lte=now)
        .order_by("set_at", "pk")
        .values_list("kpi_id", "gate", "value", "old_value", "set_at", "eased", "superseded_at")
    )
    found: dict[int, list[_ThresholdRow]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(_ThresholdRow(*row))
    return found


def _in_force(history: Sequence[_ThresholdRow], direction: str, now: datetime) -> tuple[probes.Threshold, ...]:
    return tuple(
        probes.Threshold(row.gate, row.value, _last_eased(history, row.gate, direction))
        for row in history
        if row.superseded_at is None or row.superseded_at > now
    )


def _last_eased(history: Sequence[_ThresholdRow], gate: int, direction: str) -> datetime | None:
    """When the threshold was last made easier; tightening it later does not move that moment."""
    moments = [
        row.set_at
        for row in history
        if row.gate == gate and row.eased and row.old_value is not None and _is_easier(row, row.old_value, direction)
    ]
    return max(moments, default=None)


def _is_easier(row: _ThresholdRow, old_value: Decimal, direction: str) -> bool:
    return row.value < old_value if direction == HIGHER else row.value > old_value


def _readings(case_ids: Sequence[int], *, now: datetime) -> dict[int, list[probes.Reading]]:
    """Readings of the present iteration; those without a sample size show nothing and are left in the database."""
    rows = (
        KpiReading.objects.filter(
            uncorrected(now), kpi__case__in=case_ids, iteration=F("kpi__case__iteration"), sample_size__gt=0
        )
        .order_by("pk")
        .values_list(
            "kpi_id",
            "pk",
            "value",
            "sample_size",
            "observed_from",
            "observed_to",
            "iteration",
            "error",
            "source",
            "raters",
        )
    )
    found: dict[int, list[probes.Reading]] = {}
    for kpi_id, pk, value, size, start, end, iteration, error, source, raters in rows:
        record = Record("kpi_reading", pk, f"{value.normalize():f} ({end:%Y-%m-%d})")
        reading = probes.Reading(record, value, size or 0, start, end, iteration, error, source, raters)
        found.setdefault(kpi_id, []).append(reading)
    return found
