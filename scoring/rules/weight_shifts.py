"""What becomes of a case when one weight of the scorecard moves: does its quadrant hold?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from scoring.rules.playbook.scorecard import ScorecardPolicy
from scoring.rules.scorecard import VALUE, AxisScore, Rating, Scorecard, axis_points, exact_means, quadrant_of

# By how many per cent each weight moves, alone.
MOVES = (-20, 20)


@dataclass(frozen=True)
class WeightShift:
    """When the weight of `criterion` moves by `percent`, its axis goes from `before` to `after`, into `quadrant`."""

    criterion: str
    percent: int
    axis: str
    before: Decimal
    after: Decimal
    quadrant: str


def weight_shifts(policy: ScorecardPolicy, card: Scorecard, ratings: Sequence[Rating]) -> tuple[WeightShift, ...]:
    """Every single move of a weight that changes the quadrant, in the playbook's order; exact like the score itself.

    Moving one weight and scaling all of its axis back to the old sum is dividing by the new sum, which the mean does.
    """
    return tuple(
        shift for axis in (card.value, card.feasibility) for shift in _shifts_of_axis(policy, card, axis, ratings)
    )


def _shifts_of_axis(
    policy: ScorecardPolicy, card: Scorecard, axis: AxisScore, ratings: Sequence[Rating]
) -> Iterator[WeightShift]:
    if axis.score is None or card.quadrant is None:
        return
    criteria = policy.of_axis(axis.axis)
    means = exact_means(criteria, ratings)
    weights = {criterion.key: Fraction(criterion.weight) for criterion in criteria}
    weighted, total = sum(weights[key] * means[key] for key in weights), sum(weights.values())
    for key, weight in weights.items():
        for percent in MOVES:
            more = weight * Fraction(percent, 100)
            mean = (weighted + more * means[key]) / (total + more)
            after = axis_points(policy, mean, is_capped=bool(axis.capped_by))
            quadrant = _with_axis(policy, card, axis.axis, after)
            if quadrant is not None and quadrant != card.quadrant:
                yield WeightShift(key, percent, axis.axis, axis.score, after, quadrant)


def _with_axis(policy: ScorecardPolicy, card: Scorecard, axis: str, score: Decimal) -> str | None:
    if axis == VALUE:
        return quadrant_of(policy, score, card.feasibility.score)
    return quadrant_of(policy, card.value.score, score)
