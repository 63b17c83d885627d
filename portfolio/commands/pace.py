"""Setting how long each stage may take."""

from __future__ import annotations

from collections.abc import Mapping

from portfolio.models import StagePace


def set_time_boxes(days: Mapping[int, int | None]) -> None:
    """Time-boxes in days by stage, for spells that open from now on. Part of the caller's transaction and activity."""
    rows = [StagePace(stage=stage, time_box_days=limit) for stage, limit in sorted(days.items())]
    StagePace.objects.bulk_create(rows, update_conflicts=True, unique_fields=["stage"], update_fields=["time_box_days"])
