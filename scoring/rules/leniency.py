"""Who rates above or below the others: the leniency of each assessor, with what few ratings can and can not tell.

Leniency is a tendency to rate higher or lower than peers rate the same things (Saal, Downey & Lahey, "Rating the
ratings", Psychological Bulletin 88, 1980). Ratings of one case hang together, so that cases are counted, not ratings.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import sqrt

from scoring.rules.quantiles import student_quantile

LENIENT, STRICT, LIKE_OTHERS, TOO_FEW = "lenient", "strict", "like_others", "too_few"
# With fewer cases a single odd one decides.
FEWEST_CASES = 5
_CONFIDENCE = Fraction(975, 1000)
_TWO_PLACES = Decimal("0.01")


@dataclass(frozen=True)
class Given:
    """One counted rating (1–5) of one criterion of one case."""

    case_id: int
    criterion: str
    assessor_id: int
    rating: int


@dataclass(frozen=True)
class Leniency:
    """Points on the scale of 1–5 by which an assessor rates above (below: negative) peers, over cases both rated.

    `low` and `high` bound it at 95 % (Student's t over the cases' means); None with fewer than two cases.
    """

    assessor_id: int
    points: Decimal
    low: Decimal | None
    high: Decimal | None
    cases: int
    ratings: int

    @property
    def reading(self) -> str:
        """`lenient` or `strict` when the bounds leave no other sign, `like_others`, or `too_few` to say."""
        if self.cases < FEWEST_CASES or self.low is None or self.high is None:
            return TOO_FEW
        if self.low > 0:
            return LENIENT
        return STRICT if self.high < 0 else LIKE_OTHERS


def leniencies(given: Iterable[Given]) -> tuple[Leniency, ...]:
    """Every assessor who rated something with others, the most lenient first."""
    gaps = _gaps(given)
    found = [_leniency(assessor_id, by_case) for assessor_id, by_case in gaps.items()]
    return tuple(sorted(found, key=lambda each: (-each.points, each.assessor_id)))


def _gaps(given: Iterable[Given]) -> Mapping[int, Mapping[int, list[Fraction]]]:
    """Each rating less the mean of the peers' on the same criterion and case, by assessor and case."""
    units: defaultdict[tuple[int, str], dict[int, int]] = defaultdict(dict)
    for each in given:
        units[each.case_id, each.criterion][each.assessor_id] = each.rating
    gaps: defaultdict[int, defaultdict[int, list[Fraction]]] = defaultdict(lambda: defaultdict(list))
    for (case_id, _criterion), ratings in units.items():
        total, others = sum(ratings.values()), len(ratings) - 1
        for assessor_id, rating in ratings.items() if others else ():
            gaps[assessor_id][case_id].append(rating - Fraction(total - rating, others))
    return gaps


def _leniency(assessor_id: int, by_case: Mapping[int, list[Fraction]]) -> Leniency:
    means = [sum(gaps, Fraction(0)) / len(gaps) for gaps in by_case.values()]
    mean = sum(means, Fraction(0)) / len(means)
    half = _half_width(means, mean)
    return Leniency(
        assessor_id=assessor_id,
        points=_rounded(float(mean)),
        low=None if half is None else _rounded(float(mean) - half),
        high=None if half is None else _rounded(float(mean) + half),
        cases=len(means),
        ratings=sum(len(gaps) for gaps in by_case.values()),
    )


def _half_width(means: list[Fraction], mean: Fraction) -> float | None:
    freedom = len(means) - 1
    if not freedom:
        return None
    variance = float(sum(((each - mean) ** 2 for each in means), Fraction(0)) / freedom)
    return float(student_quantile(_CONFIDENCE, freedom)) * sqrt(variance / len(means))


def _rounded(value: float) -> Decimal:
    return Decimal(repr(value)).quantize(_TWO_PLACES, rounding=ROUND_HALF_UP) + 0
