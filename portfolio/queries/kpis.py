"""KPIs with what is in force and what was measured."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from portfolio.models import Kpi, KpiDefinition, KpiReading, KpiThreshold, UseCase
from portfolio.rules.chart import Chart, chart_of

READINGS_SHOWN = 200


@dataclass(frozen=True)
class KpiView:
    """A KPI, its definition and thresholds in force, and its newest readings, newest first."""

    kpi: Kpi
    definition: KpiDefinition
    thresholds: tuple[KpiThreshold, ...]
    readings: tuple[KpiReading, ...]
    chart: Chart | None

    @property
    def counting(self) -> tuple[KpiReading, ...]:
        """The readings that were not corrected since."""
        return tuple(reading for reading in self.readings if reading.superseded_by_id is None)

    @property
    def latest(self) -> KpiReading | None:
        """The newest reading that counts."""
        return self.counting[0] if self.counting else None

    @property
    def has_eased_threshold(self) -> bool:
        """A threshold was made easier once."""
        return any(threshold.eased for threshold in self.thresholds)


def kpi_views(case: UseCase, *, key: str | None = None) -> list[KpiView]:
    """The KPIs of a case that are in use, the primary one first; four queries. `key` narrows to one."""
    kpis = with_measurements(Kpi.objects.filter(case=case, retired_at__isnull=True))
    if key is not None:
        kpis = kpis.filter(key=key)
    order = {"primary": 0, "acceptance": 1, "guardrail": 2}
    return sorted(_views(kpis), key=lambda view: (order.get(view.kpi.role, 3), view.kpi.name))


def with_measurements(kpis: QuerySet[Kpi]) -> QuerySet[Kpi]:
    """With the definition and thresholds in force, and the newest readings."""
    readings = KpiReading.objects.select_related("recorded_by").order_by("-observed_to", "-pk")
    return kpis.select_related("owner").prefetch_related(
        Prefetch("definitions", KpiDefinition.objects.filter(valid_until__isnull=True)),
        Prefetch("thresholds", KpiThreshold.objects.filter(superseded_at__isnull=True).order_by("gate")),
        Prefetch("readings", readings[:READINGS_SHOWN], to_attr="newest_readings"),
    )


def _views(kpis: Iterable[Kpi]) -> list[KpiView]:
    views = []
    for kpi in kpis:
        definition, readings = kpi.definitions.all()[0], tuple(vars(kpi)["newest_readings"])
        counting = [reading for reading in readings if reading.superseded_by_id is None]
        thresholds = tuple(kpi.thresholds.all())
        lines = {"baseline": definition.baseline, "target": definition.target}
        lines |= {f"gate{threshold.gate}": threshold.value for threshold in thresholds}
        points = [(reading.observed_to, reading.value, reading.error) for reading in reversed(counting)]
        views.append(KpiView(kpi, definition, thresholds, readings, chart_of(points, lines)))
    return views
