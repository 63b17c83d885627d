"""Numbers turned into places on small drawings. Units are those of the drawing's view box."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from scoring.models import ReadinessPoint
from scoring.rules.scorecard import Scorecard

WIDTH, HEIGHT, MARGIN = 240.0, 56.0, 4.0
SIDE = 200.0


@dataclass(frozen=True)
class Sparkline:
    """A stepped line of the score over time, the bar, and the last point."""

    path: str
    bar_y: float
    last_x: float
    last_y: float
    first: Decimal
    last: Decimal


@dataclass(frozen=True)
class QuadrantDot:
    """Where the case stands among the quadrants, from top left. `bar` cuts from the left, `rest` from above."""

    x: float
    y: float
    bar: float
    rest: float


def sparkline(points: Sequence[ReadinessPoint], bar: int, *, until: datetime) -> Sparkline | None:
    """The history to `until`; None before there is any. A score holds until the next point, so the line is stepped."""
    if not points:
        return None
    start = points[0].at
    length = max((until - start).total_seconds(), 1.0)
    steps = []
    for index, point in enumerate(points):
        x = _across((point.at - start).total_seconds() / length)
        y = _down(point.overall)
        steps.append(f"M{x} {y}" if index == 0 else f"H{x}V{y}")
    last = points[-1]
    steps.append(f"H{_across(1.0)}")
    return Sparkline(
        "".join(steps), _down(Decimal(bar)), _across(1.0), _down(last.overall), points[0].overall, last.overall
    )


def quadrant_dot(card: Scorecard | None, passing_score: int) -> QuadrantDot | None:
    """Feasibility to the right, value upwards; None while an axis is missing."""
    if card is None or card.value.score is None or card.feasibility.score is None:
        return None
    across, up = float(card.feasibility.score), float(card.value.score)
    bar = round(passing_score / 100 * SIDE, 1)
    return QuadrantDot(
        x=round(across / 100 * SIDE, 1), y=round((100 - up) / 100 * SIDE, 1), bar=bar, rest=round(SIDE - bar, 1)
    )


def _across(share: float) -> float:
    return round(MARGIN + min(max(share, 0.0), 1.0) * (WIDTH - 2 * MARGIN), 1)


def _down(score: Decimal) -> float:
    return round(MARGIN + (100 - float(score)) / 100 * (HEIGHT - 2 * MARGIN), 1)
