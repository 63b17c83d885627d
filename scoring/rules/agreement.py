"""How far assessors agree with each other: Krippendorff's alpha for ordinal data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import combinations

RELIABLE, TENTATIVE, LOW, CANNOT_TELL = "reliable", "tentative", "low", "cannot_tell"
# Krippendorff, Content Analysis (2004), p. 241: rely on alpha from .800, conclude tentatively from .667.
RELIABLE_FROM, TENTATIVE_FROM = Decimal("0.800"), Decimal("0.667")
# Under this many units the coefficient swings with every single rating.
FEWEST_UNITS = 30

Pair = tuple[int, int]


@dataclass(frozen=True)
class Agreement:
    """Alpha to three decimals: 1 agrees fully, 0 is chance; None where all ratings are the same, or none is paired.

    `units` were rated at least twice and hold `ratings` ratings.
    """

    alpha: Decimal | None
    units: int
    ratings: int

    @property
    def reading(self) -> str:
        """`reliable`, `tentative`, `low`, or `cannot_tell`."""
        if self.alpha is None:
            return CANNOT_TELL
        if self.alpha >= RELIABLE_FROM:
            return RELIABLE
        return TENTATIVE if self.alpha >= TENTATIVE_FROM else LOW

    @property
    def is_thin(self) -> bool:
        """Whether too little was rated twice to lean on the number."""
        return self.units < FEWEST_UNITS


def agreement(units: Iterable[Sequence[int]]) -> Agreement:
    """Alpha over units, each with the ratings its assessors gave; missing ones are simply not there.

    Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), section D: a unit's coincidences count
    1 ÷ (its ratings − 1) each, and δ² of two ordinal values is (Σ n from one to the other − half of both)². Exact until
    it is rounded.
    """
    patterns = Counter(tuple(sorted(ratings)) for ratings in units if len(ratings) > 1)
    observed, totals = _coincidences(patterns)
    ratings = sum(totals.values())
    return Agreement(_alpha(observed, totals, ratings), patterns.total(), ratings)


def _coincidences(patterns: Mapping[tuple[int, ...], int]) -> tuple[Mapping[Pair, Fraction], Mapping[int, int]]:
    """Observed coincidences of each pair of unlike values (lower first), and how often each value occurs."""
    observed: Counter[Pair] = Counter()
    totals: Counter[int] = Counter()
    for pattern, times in patterns.items():
        counts = Counter(pattern)
        for value, count in counts.items():
            totals[value] += count * times
        for lower, higher in combinations(sorted(counts), 2):
            share = Fraction(counts[lower] * counts[higher] * times, len(pattern) - 1)
            observed[lower, higher] += share  # type: ignore[assignment]
    return observed, totals  # type: ignore[return-value]


def _alpha(observed: Mapping[Pair, Fraction], totals: Mapping[int, int], ratings: int) -> Decimal | None:
    distances = {pair: _squared_distance(totals, *pair) for pair in combinations(sorted(totals), 2)}
    expected = sum(totals[lower] * totals[higher] * distance for (lower, higher), distance in distances.items())
    if not expected:
        return None
    seen = sum((observed.get(pair, Fraction(0)) * distance for pair, distance in distances.items()), Fraction(0))
    alpha = 1 - (ratings - 1) * seen / expected
    exact = Decimal(alpha.numerator) / Decimal(alpha.denominator)
    return exact.quantize(Decimal("0.001"), rounding=ROUND_HALF_UP)


def _squared_distance(totals: Mapping[int, int], lower: int, higher: int) -> Fraction:
    between = sum(count for value, count in totals.items() if lower <= value <= higher)
    return (between - Fraction(totals[lower] + totals[higher], 2)) ** 2
