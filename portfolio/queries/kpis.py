"""KPIs with what is in force and what was measured."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from portfolio.models import Kpi, KpiDefinition, KpiReading, KpiThreshold, UseCase

READINGS_SHOWN = 200


@dataclass(frozen=True)
class KpiView:
    """A KPI, its definition, every threshold it ever had (oldest first) and its newest readings, newest first."""

    kpi: Kpi
    definition: KpiDefinition
    history: tuple[KpiThreshold, ...]
    readings: tuple[KpiReading, ...]

    @property
    def thresholds(self) -> tuple[KpiThreshold, ...]:
        """The thresholds in force, by gate."""
        return tuple(threshold for threshold in self.history if threshold.superseded_at is None)

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

    @property
    def has_late_threshold(self) -> bool:
        """A threshold was set or eased after the first reading of its stage."""
        return any(threshold.late for threshold in self.thresholds)


def kpi_views(case: UseCase, *, key: str | None = None) -> list[KpiView]:
    """The KPIs of a case that are in use, the primary one first; four queries. `key` narrows to one."""
    kpis = with_measurements(Kpi.objects.filter(case=case, retired_at__isnull=True))
    if key is not None:
        kpis = kpis.filter(key=key)
    order = {"primary": 0, "acceptance": 1, "guardrail": 2}
    return sorted(_views(kpis), key=lambda view: (order.get(view.kpi.role, 3), view.kpi.name))


def with_measurements(kpis: QuerySet[Kpi]) -> QuerySet[Kpi]:
    """With the definition in force, all thresholds, and the newest readings."""
    readings = KpiReading.objects.select_related("recorded_by").order_by("-observed_to", "-pk")
    return kpis.select_related("owner").prefetch_related(
        Prefetch("definitions", KpiDefinition.objects.filter(valid_until__isnull=True)),
        Prefetch("thresholds", KpiThreshold.objects.select_related("set_by").order_by("gate", "set_at", "pk")),
        Prefetch("readings", readings[:READINGS_SHOWN], to_attr="newest_readings"),
    )


def _views(kpis: Iterable[Kpi]) -> list[KpiView]:
    return [
        KpiView(kpi, kpi.definitions.all()[0], tuple(kpi.thresholds.all()), tuple(vars(kpi)["newest_readings"]))
        for kpi in kpis
    ]
