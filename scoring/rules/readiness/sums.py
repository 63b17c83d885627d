"""The score in whole numbers, and the part each criterion has in it.

The score is computed in whole hundredths of a point. Integers give the same result in Python and in SQL on either
database, and what a page shows adds up exactly: the overall score is the mean of the dimension scores as shown, and
the parts are cut from it so that none of the rounding is lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from scoring.rules.vocabulary import DIMENSIONS

FULL_SCORE = 100_00


@dataclass(frozen=True)
class Weighed:
    """A criterion that counts: its weight in hundredths, what it achieved in ten-thousandths."""

    key: str
    dimension: str
    weight: int
    achieved: int


@dataclass(frozen=True)
class Share:
    """Of the overall score, in hundredths: points, and points possible."""

    points: int
    possible: int


NO_SHARE = Share(0, 0)


@dataclass(frozen=True)
class DimensionSum:
    """R_d of one dimension and its share of the overall score, in hundredths."""

    dimension: str
    score: int
    share: Share


@dataclass(frozen=True)
class Sums:
    """The overall score in hundredths, the dimensions that have a criterion, and the share of each criterion."""

    overall: int
    dimensions: tuple[DimensionSum, ...]
    shares: Mapping[str, Share]


def overall_score(parts: Iterable[Weighed]) -> int:
    """The mean of the dimension scores, in hundredths; 0 when nothing counts."""
    scores = [_dimension_score(inside) for _dimension, inside in _by_dimension(parts)]
    return _mean(scores)


def sums(parts: Sequence[Weighed]) -> Sums:
    """The scores, and the shares that add up to them exactly. The order of the parts is that of the playbook."""
    groups = _by_dimension(parts)
    scores = [_dimension_score(inside) for _dimension, inside in groups]
    overall = _mean(scores)
    # What is reached and what is lost are cut apart, so that no rounding gives a part more than was possible.
    reached = _cut(overall, scores)
    lost = _cut(FULL_SCORE - overall, [FULL_SCORE - score for score in scores])
    shares: dict[str, Share] = {}
    dimensions = []
    for (dimension, inside), score, points, missed in zip(groups, scores, reached, lost, strict=True):
        dimensions.append(DimensionSum(dimension, score, Share(points, points + missed)))
        shares.update(_shares(inside, points, missed))
    return Sums(overall, tuple(dimensions), shares)


def _by_dimension(parts: Iterable[Weighed]) -> list[tuple[str, list[Weighed]]]:
    groups: dict[str, list[Weighed]] = {dimension: [] for dimension in DIMENSIONS}
    for part in parts:
        groups[part.dimension].append(part)
    return [(dimension, inside) for dimension, inside in groups.items() if inside]


def _dimension_score(parts: Sequence[Weighed]) -> int:
    """R_d = 100 · Σ w·a ÷ Σ w, in hundredths, rounded half up."""
    # Ten-thousandths of an achievement are already hundredths of a percent.
    return half_up(sum(part.weight * part.achieved for part in parts), sum(part.weight for part in parts))


def _mean(scores: Sequence[int]) -> int:
    return half_up(sum(scores), len(scores)) if scores else 0


def _shares(parts: Sequence[Weighed], points: int, missed: int) -> dict[str, Share]:
    reached = _cut(points, [part.weight * part.achieved for part in parts])
    lost = _cut(missed, [part.weight * (FULL_SCORE - part.achieved) for part in parts])
    return {part.key: Share(own, own + rest) for part, own, rest in zip(parts, reached, lost, strict=True)}


def _cut(total: int, shares: Sequence[int]) -> list[int]:
    """`total` cut in proportion to `shares` into whole parts that add up to it exactly; a share of 0 gets 0."""
    whole = sum(shares)
    if whole == 0:
        return [0] * len(shares)
    parts, passed, given = [], 0, 0
    for share in shares:
        passed += share
        upto = half_up(total * passed, whole)
        parts.append(upto - given)
        given = upto
    return parts


def half_up(numerator: int, denominator: int) -> int:
    """The whole number nearest to the quotient, a half upwards; the one rounding of every score."""
    return (2 * numerator + denominator) // (2 * denominator)
