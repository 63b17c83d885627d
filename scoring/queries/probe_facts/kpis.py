"""KPIs with the definition in force, thresholds and readings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import NamedTuple

from django.db.models import F, FilteredRelation, Q
from django.utils import timezone

from portfolio.models import Kpi, KpiReading, KpiThreshold
from portfolio.rules.kpis import MEAN, PROPORTION, whole_of
from scoring.queries.probe_facts.basics import CaseRow
from scoring.queries.probe_facts.periods import in_force, uncorrected
from scoring.rules import probes
from scoring.rules.probes.records import HIGHER
from scoring.rules.reasons import Record


class _ThresholdRow(NamedTuple):
    pk: int
    kpi_id: int
    gate: int
    value: Decimal
    old_value: Decimal | None
    set_at: datetime
    eased: bool
    late: bool
    readings_existed: bool
    reason: str
    superseded_at: datetime | None
    full_name: str | None
    username: str | None


_THRESHOLD = _ThresholdRow._fields[:-2]


def kpis_of(cases: Sequence[CaseRow], *, now: datetime) -> list[tuple[int, probes.Kpi]]:
    """KPIs not retired at `now`, with the case."""
    case_ids = [row.case.pk for row in cases]
    entered = {row.case.pk: row.entered_at for row in cases}
    thresholds = _thresholds(case_ids, now=now)
    readings = _readings({row.case.pk: row.case.iteration for row in cases}, now=now)
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
    names = ("unit", "direction", "baseline", "target", "cadence_days", "label_delay_days", "warm_up_days")
    more = ("min_samples", "statistic", "human_rated")
    return list(
        Kpi.objects.filter(in_force(now, start="created_at", end="retired_at"), case__in=case_ids)
        .alias(definition=FilteredRelation("definitions", condition=definition_holds))
        .annotate(**{name: F(f"definition__{name}") for name in (*names, *more)})
        .order_by("pk")
    )


def _kpi(kpi: Kpi, entered_at: datetime | None) -> probes.Kpi:
    # The annotations of `_defined`; all are None together while the KPI has no definition.
    of = vars(kpi)
    whole = whole_of(of["unit"] or "")
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
        human_rated=bool(of["human_rated"]),
        counts_from=_start_of_day(entered_at) + timedelta(days=of["warm_up_days"] or 0) if entered_at else None,
        statistic=of["statistic"] or (PROPORTION if whole else MEAN),
        whole=whole,
    )


def _start_of_day(moment: datetime) -> datetime:
    """A reading of whole days may begin at midnight of the day on which the stage began."""
    return timezone.localtime(moment, timezone.get_default_timezone()).replace(
        hour=0, minute=0, second=0, microsecond=0
    )


def _thresholds(case_ids: Sequence[int], *, now: datetime) -> dict[int, list[_ThresholdRow]]:
    rows = (
        KpiThreshold.objects.filter(kpi__case__in=case_ids, set_at__lte=now)
        .order_by("set_at", "pk")
        .values_list(*_THRESHOLD, "set_by__full_name", "set_by__username")
    )
    found: dict[int, list[_ThresholdRow]] = {}
    for row in map(_ThresholdRow._make, rows):
        found.setdefault(row.kpi_id, []).append(row)
    return found


def _in_force(history: Sequence[_ThresholdRow], direction: str, now: datetime) -> tuple[probes.Threshold, ...]:
    return tuple(
        _threshold(row, [other for other in history if other.gate == row.gate], direction)
        for row in history
        if row.superseded_at is None or row.superseded_at > now
    )


def _threshold(row: _ThresholdRow, history: Sequence[_ThresholdRow], direction: str) -> probes.Threshold:
    is_marked = row.eased or row.late
    return probes.Threshold(
        gate=row.gate,
        value=row.value,
        eased_at=_last_eased(history, direction),
        eased=row.eased,
        late=row.late,
        record=Record("kpi_threshold", row.pk, f"{row.value.normalize():f} ({row.set_at:%Y-%m-%d})"),
        changes=tuple(_change(other) for other in history) if is_marked else (),
    )


def _change(row: _ThresholdRow) -> probes.ThresholdChange:
    by = row.full_name or row.username or ""
    return probes.ThresholdChange(row.value, row.old_value, row.set_at, by, row.reason, row.readings_existed)


def _last_eased(history: Sequence[_ThresholdRow], direction: str) -> datetime | None:
    """When the threshold was last made easier; tightening it later does not move that moment."""
    moments = [
        row.set_at
        for row in history
        if row.eased and row.old_value is not None and _is_easier(row, row.old_value, direction)
    ]
    return max(moments, default=None)


def _is_easier(row: _ThresholdRow, old_value: Decimal, direction: str) -> bool:
    return row.value < old_value if direction == HIGHER else row.value > old_value


def _of_iteration(iterations: Mapping[int, int]) -> Q:
    """Few cases pivot, so that this is one condition for nearly all of them."""
    cases: dict[int, list[int]] = {}
    for case_id, iteration in iterations.items():
        cases.setdefault(iteration, []).append(case_id)
    conditions = [Q(kpi__case__in=ids, iteration=iteration) for iteration, ids in sorted(cases.items())]
    return reduce(or_, conditions, Q(pk__in=[]))


def _readings(iterations: Mapping[int, int], *, now: datetime) -> dict[int, list[probes.Reading]]:
    """Readings of each case's iteration."""
    rows = (
        KpiReading.objects.filter(uncorrected(now), _of_iteration(iterations))
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
            "agreement",
        )
    )
    found: dict[int, list[probes.Reading]] = {}
    for kpi_id, pk, value, size, start, end, iteration, error, source, raters, agreement in rows:
        record = Record("kpi_reading", pk, f"{value.normalize():f} ({end:%Y-%m-%d})")
        reading = probes.Reading(record, value, size or 0, start, end, iteration, error, source, raters, agreement)
        found.setdefault(kpi_id, []).append(reading)
    return found
