"""How many cases stand where: one GROUP BY over stage, status, tier and department, rolled up here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

from django.db.models import Count

from portfolio.enums import Stage, Status, Tier
from portfolio.models import UseCaseQuerySet

UNKNOWN = "unknown"
OPEN = (Status.ACTIVE.value, Status.IN_REVIEW.value, Status.PAUSED.value)
HIGH_TIERS = (Tier.HIGH.value, Tier.PROHIBITED.value)
STAGE_KEYS = (*(str(stage) for stage in Stage.values), UNKNOWN)


class Place(NamedTuple):
    """Where a case stands."""

    stage: int | None
    status: str
    tier: str
    department: str | None


Places = Counter[Place]


def places(cases: UseCaseQuerySet) -> Places:
    """The number of cases at each place."""
    grouped = (
        cases.order_by()
        .values_list("stage", "status", "tier", "department__name")
        .annotate(number_of_cases=Count("pk"))
    )
    return Counter({Place(*place): count for *place, count in grouped})


def counted(found: Places) -> dict[str, Any]:
    """`by_stage` counts open cases alone; `by_stage_and_status` every case, so that each sum can be checked."""
    by_stage, by_status, by_tier = dict.fromkeys(STAGE_KEYS, 0), dict.fromkeys(Status.values, 0), _tiers()
    matrix: dict[str, dict[str, int]] = {stage: dict.fromkeys(Status.values, 0) for stage in STAGE_KEYS}
    for place, count in found.items():
        stage = UNKNOWN if place.stage is None else str(place.stage)
        by_status[place.status] += count
        matrix[stage][place.status] += count
        by_tier[place.tier] = by_tier.get(place.tier, 0) + count
        by_stage[stage] += count if place.status in OPEN else 0
    return {
        "total": sum(found.values()),
        "open": sum(by_stage.values()),
        "by_stage": by_stage,
        "by_status": by_status,
        "by_stage_and_status": matrix,
        "by_tier": by_tier,
        "by_department": _departments(found),
    }


def _tiers() -> dict[str, int]:
    return dict.fromkeys(Tier.values, 0)


def _departments(found: Mapping[Place, int]) -> list[dict[str, Any]]:
    rows: dict[str | None, dict[str, Any]] = {}
    for place, count in found.items():
        row = rows.setdefault(place.department, {"department": place.department, "total": 0, "open": 0, "high": 0})
        row["total"] += count
        row["open"] += count if place.status in OPEN else 0
        row["high"] += count if place.tier in HIGH_TIERS else 0
    return sorted(rows.values(), key=lambda row: (row["department"] is None, (row["department"] or "").casefold()))
