"""How sure a position is: draws from the ranges that assessors left around their ratings.

Each rating is drawn from the triangular distribution of (low, rating, high), apart from all others (Kotz & van Dorp,
Beyond Beta, 2004, chapter 1); a rating without a range stays as it is. Each draw goes through the scorecard's own
arithmetic: means, weights, knock-out caps, two decimals.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil
from typing import Any

import numpy as np
import numpy.typing as npt

from scoring.rules.playbook.scorecard import HIGHEST_RATING, LOWEST_RATING, ScorecardPolicy
from scoring.rules.scorecard import FEASIBILITY, VALUE, Rating, Scorecard

# The standard error of a chance from so many draws is at most 1.6 points of a hundred.
DRAWS = 1000
LOWER_QUANTILE, UPPER_QUANTILE = 0.05, 0.95
STORED = np.dtype("<u2")
# Ratings with a range taken at once: with 1,000 draws of 8 bytes each, 12 MB for every array of the way.
ROWS_AT_ONCE = 1500
# A mean is a sum of binary fractions; the limit it is compared with is decimal.
_SLACK = 1e-9
_DOUBLE_BITS = 11

Floats = npt.NDArray[np.float64]
Hundredths = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Uncertain:
    """A case whose axes both exist, with its ratings; equal `seed`s (256 bits as hexadecimal text) draw alike."""

    card: Scorecard
    ratings: tuple[Rating, ...]
    seed: str

    @property
    def counted(self) -> tuple[Rating, ...]:
        """Without the owner's."""
        return tuple(rating for rating in self.ratings if not rating.is_owner)

    @property
    def ranges(self) -> int:
        """How many counted ratings leave room."""
        return sum(_is_range(rating) for rating in self.counted)


@dataclass(frozen=True)
class Interval:
    """The 5 and 95 % quantiles."""

    low: Decimal
    high: Decimal


@dataclass(frozen=True)
class Sampled:
    """How sure a position is. `draws`: `DRAWS` priorities in hundredths (`STORED`), empty where there is no range."""

    value: Interval
    feasibility: Interval
    commit_chance: Decimal
    draws: bytes


def sample(policy: ScorecardPolicy, cases: Iterable[Uncertain]) -> Iterator[Sampled]:
    """One result per case, in their order. A case draws the same alone and among others, and memory stays bounded."""
    batch: list[Uncertain] = []
    rows = 0
    for case in cases:
        if batch and (rows + case.ranges > ROWS_AT_ONCE or not case.ranges):
            yield from _sample_batch(policy, batch)
            batch, rows = [], 0
        if case.ranges:
            batch.append(case)
            rows += case.ranges
        else:
            yield _certain(case.card)
    if batch:
        yield from _sample_batch(policy, batch)


def _is_range(rating: Rating) -> bool:
    return rating.low is not None and rating.low != rating.high


def _certain(card: Scorecard) -> Sampled:
    value, feasibility = card.value.score, card.feasibility.score
    if value is None or feasibility is None:
        raise ValueError("only a case with both axes has a position")
    chance = Decimal(card.quadrant == "commit")
    return Sampled(Interval(value, value), Interval(feasibility, feasibility), chance, b"")


def _sample_batch(policy: ScorecardPolicy, cases: Sequence[Uncertain]) -> Iterator[Sampled]:
    means = _drawn_means(policy, cases)
    value, feasibility = (_axis(policy, axis, means) for axis in (VALUE, FEASIBILITY))
    passing = 100 * policy.passing_score
    commits = ((value >= passing) & (feasibility >= passing)).mean(axis=1)
    priorities = ((value + feasibility + 1) // 2).astype(STORED)
    intervals = zip(_intervals(value), _intervals(feasibility), strict=True)
    for index, (of_value, of_feasibility) in enumerate(intervals):
        chance = Decimal(round(float(commits[index]) * DRAWS)).scaleb(-3)
        yield Sampled(of_value, of_feasibility, chance, priorities[index].tobytes())


def _drawn_means(policy: ScorecardPolicy, cases: Sequence[Uncertain]) -> Floats:
    """Means (1–5) by case, criterion and draw."""
    place = {criterion.key: index for index, criterion in enumerate(policy.criteria)}
    sums = np.zeros((len(cases) * len(place), DRAWS))
    counts = np.zeros((len(cases) * len(place), 1))
    ranged: list[tuple[int, Rating]] = []
    for index, case in enumerate(cases):
        for rating in sorted(case.counted, key=_order):
            slot = index * len(place) + place[rating.criterion]
            counts[slot] += 1
            if _is_range(rating):
                ranged.append((slot, rating))
            else:
                sums[slot] += rating.rating
    uniform = np.concatenate([_uniform(case.seed, case.ranges) for case in cases])
    slots = np.array([slot for slot, _rating in ranged])
    starts = np.flatnonzero(np.diff(slots, prepend=-1))
    sums[slots[starts]] += np.add.reduceat(_triangular([rating for _slot, rating in ranged], uniform), starts, axis=0)
    means: Floats = (sums / counts).reshape(len(cases), len(place), DRAWS)
    return means


def _order(rating: Rating) -> tuple[str, int]:
    return rating.criterion, rating.assessor_id


def _uniform(seed: str, rows: int) -> Floats:
    """Numbers from [0, 1) by row and draw. Raw bits, because NumPy keeps their stream over versions (NEP 19)."""
    bits = np.random.PCG64(int(seed, 16)).random_raw(rows * DRAWS)
    return np.asarray((bits >> np.uint64(_DOUBLE_BITS)) * 2.0**-53).reshape(rows, DRAWS)


def _triangular(ratings: Sequence[Rating], uniform: Floats) -> Floats:
    """The inverse of the triangular distribution function, by rating and draw."""
    low, mode, high = (
        np.array(values, dtype=float)[:, None]
        for values in (
            [rating.low for rating in ratings],
            [rating.rating for rating in ratings],
            [rating.high for rating in ratings],
        )
    )
    width = high - low
    rising = low + np.sqrt(uniform * width * (mode - low))
    falling = high - np.sqrt((1 - uniform) * width * (high - mode))
    return np.asarray(np.where(uniform * width < mode - low, rising, falling))


def _axis(policy: ScorecardPolicy, axis: str, means: Floats) -> Hundredths:
    """The axis in hundredths of a point by case and draw."""
    criteria = [(index, item) for index, item in enumerate(policy.criteria) if item.axis == axis]
    weights = np.array([float(item.weight) for _index, item in criteria])
    of_axis = means[:, [index for index, _item in criteria], :]
    scores = np.tensordot(weights / weights.sum(), of_axis, axes=(0, 1)) - LOWEST_RATING
    points = np.floor(scores * (10_000 / (HIGHEST_RATING - LOWEST_RATING)) + 0.5 + _SLACK).astype(np.int64)
    knock_outs = [place for place, (_index, item) in enumerate(criteria) if item.knock_out]
    knocked_out = (of_axis[:, knock_outs, :] < float(policy.knock_out_below) - _SLACK).any(axis=1)
    return np.asarray(np.where(knocked_out, np.minimum(points, 100 * policy.knock_out_cap), points))


def _intervals(points: Hundredths) -> Iterator[Interval]:
    for low, high in quantiles(points):
        yield Interval(Decimal(low).scaleb(-2), Decimal(high).scaleb(-2))


def quantiles(drawn: npt.NDArray[Any]) -> list[list[int]]:
    """The 5 and 95 % quantiles of each row of whole numbers: the least values that so many of the draws reach."""
    ends = [ceil(share * DRAWS) - 1 for share in (LOWER_QUANTILE, UPPER_QUANTILE)]
    found: list[list[int]] = np.partition(drawn, ends, axis=1)[:, ends].tolist()
    return found
