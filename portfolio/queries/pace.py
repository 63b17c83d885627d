"""How long each stage may take, as whoever publishes the policy has set it."""

from __future__ import annotations

from collections.abc import Mapping

from portfolio.models import StagePace

# Before any policy was published: four, six and twelve weeks, and none for a case in production.
DEFAULT_TIME_BOXES: Mapping[int, int | None] = {0: 28, 1: 42, 2: 84, 3: None}


def time_box_days(stage: int) -> int | None:
    """The time-box of the stage in days; None where it has none."""
    pace = StagePace.objects.filter(stage=stage).first()
    return DEFAULT_TIME_BOXES[stage] if pace is None else pace.time_box_days
