"""Numbers turned into places on small drawings. Units are those of the drawing's view box."""

from __future__ import annotations

from dataclasses import dataclass

from scoring.rules.scorecard import Scorecard

SIDE = 200.0


@dataclass(frozen=True)
class QuadrantDot:
    """Where the case stands among the quadrants, from top left. `bar` cuts from the left, `rest` from above."""

    x: float
    y: float
    bar: float
    rest: float


def quadrant_dot(card: Scorecard | None, passing_score: int) -> QuadrantDot | None:
    """Feasibility to the right, value upwards; None while an axis is missing."""
    if card is None or card.value.score is None or card.feasibility.score is None:
        return None
    across, up = float(card.feasibility.score), float(card.value.score)
    bar = round(passing_score / 100 * SIDE, 1)
    return QuadrantDot(
        x=round(across / 100 * SIDE, 1), y=round((100 - up) / 100 * SIDE, 1), bar=bar, rest=round(SIDE - bar, 1)
    )
