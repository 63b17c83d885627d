"""Value and feasibility from the ratings of several assessors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from scoring.rules.playbook.scorecard import (
    HIGHEST_RATING,
    LOWEST_RATING,
    ScorecardCriterion,
    ScorecardPolicy,
)
from scoring.rules.reasons import Reason, Record

VALUE, FEASIBILITY = "value", "feasibility"
_TWO_PLACES = Decimal("0.01")


@dataclass(frozen=True)
class Rating:
    """The latest rating (1–5) an assessor gave to one criterion. The owner's is shown and never counted.

    `low` and `high` say how unsure the assessor is, both or neither.
    """

    record: Record
    criterion: str
    assessor_id: int
    rating: int
    discipline: str
    on_team: bool
    is_owner: bool
    rated_at: datetime
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True)
class CriterionScore:
    """What the assessors say of one criterion. `mean` is 1–5, None without a counted rating."""

    key: str
    mean: Decimal | None
    lowest: int | None
    highest: int | None
    ratings: tuple[Rating, ...]
    owner_rating: Rating | None
    disagreement: bool
    knocked_out: bool
    reasons: tuple[Reason, ...]

    @property
    def spread(self) -> int:
        """From the lowest to the highest counted rating."""
        return 0 if self.lowest is None or self.highest is None else self.highest - self.lowest


@dataclass(frozen=True)
class AxisScore:
    """One axis, 0–100 with two decimals; None with the `reasons` why not yet. `capped_by` names the knock-outs."""

    axis: str
    score: Decimal | None
    criteria: tuple[CriterionScore, ...]
    capped_by: tuple[str, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Scorecard:
    """Both axes and the quadrant they make: `commit`, `de_risk`, `fill_in`, `decline`, or None while one is missing."""

    value: AxisScore
    feasibility: AxisScore
    quadrant: str | None
    disagreements: tuple[str, ...]
    reasons: tuple[Reason, ...]

    @property
    def priority(self) -> Decimal | None:
        """By what cases are ranked: the mean of both axes, 0–100; None while one is missing."""
        if self.value.score is None or self.feasibility.score is None:
            return None
        return ((self.value.score + self.feasibility.score) / 2).quantize(_TWO_PLACES, rounding=ROUND_HALF_UP)


def scorecard(
    policy: ScorecardPolicy, ratings: Iterable[Rating], now: datetime, within_days: int | None = None
) -> Scorecard:
    """The scorecard at `now`; with `within_days`, ratings as old as that or older are left out."""
    since = now - timedelta(days=within_days) if within_days is not None else None
    recent = sorted(
        (rating for rating in ratings if since is None or rating.rated_at > since),
        key=lambda rating: (rating.criterion, rating.assessor_id),
    )
    value, feasibility = (_axis_score(policy, axis, recent) for axis in (VALUE, FEASIBILITY))
    disagreements = tuple(score.key for score in (*value.criteria, *feasibility.criteria) if score.disagreement)
    quadrant = quadrant_of(policy, value.score, feasibility.score)
    return Scorecard(value, feasibility, quadrant, disagreements, (*value.reasons, *feasibility.reasons))


def quadrant_of(policy: ScorecardPolicy, value: Decimal | None, feasibility: Decimal | None) -> str | None:
    """Which quadrant two axes make; None while one is missing."""
    if value is None or feasibility is None:
        return None
    quadrants = {(True, True): "commit", (True, False): "de_risk", (False, True): "fill_in", (False, False): "decline"}
    return quadrants[value >= policy.passing_score, feasibility >= policy.passing_score]


def _axis_score(policy: ScorecardPolicy, axis: str, ratings: Sequence[Rating]) -> AxisScore:
    criteria = policy.of_axis(axis)
    scores = tuple(_criterion_score(policy, criterion, ratings) for criterion in criteria)
    lacking = tuple(reason for score in scores for reason in score.reasons)
    if lacking:
        return AxisScore(axis, None, scores, (), lacking)
    capped_by = tuple(score.key for score in scores if score.knocked_out)
    means = exact_means(criteria, ratings)
    weighted = sum((Fraction(criterion.weight) * means[criterion.key] for criterion in criteria), Fraction(0))
    mean = weighted / sum(Fraction(criterion.weight) for criterion in criteria)
    score = axis_points(policy, mean, is_capped=bool(capped_by))
    caps = tuple(_cap_reason(policy, axis, key) for key in capped_by)
    return AxisScore(axis, score, scores, capped_by, caps)


def exact_means(criteria: Iterable[ScorecardCriterion], ratings: Iterable[Rating]) -> dict[str, Fraction]:
    """The mean (1–5) of the counted ratings of each criterion that has any."""
    given: dict[str, list[Rating]] = {criterion.key: [] for criterion in criteria}
    for rating in ratings:
        if not rating.is_owner and rating.criterion in given:
            given[rating.criterion].append(rating)
    return {key: _mean(of_criterion) for key, of_criterion in given.items() if of_criterion}


def axis_points(policy: ScorecardPolicy, mean: Fraction, *, is_capped: bool) -> Decimal:
    """A weighted mean (1–5) as 0–100 with two decimals; no more than the cap after a knock-out."""
    score = _two_places(100 * (mean - LOWEST_RATING) / (HIGHEST_RATING - LOWEST_RATING))
    return min(score, Decimal(policy.knock_out_cap).quantize(_TWO_PLACES)) if is_capped else score


def _cap_reason(policy: ScorecardPolicy, axis: str, key: str) -> Reason:
    shown = {"criterion": key, "below": policy.knock_out_below, "axis": axis, "cap": policy.knock_out_cap}
    return Reason("knocked_out", shown)


def _criterion_score(
    policy: ScorecardPolicy, criterion: ScorecardCriterion, ratings: Sequence[Rating]
) -> CriterionScore:
    of_criterion = [rating for rating in ratings if rating.criterion == criterion.key]
    counted = tuple(rating for rating in of_criterion if not rating.is_owner)
    mean = _mean(counted) if counted else None
    lowest = min((rating.rating for rating in counted), default=None)
    highest = max((rating.rating for rating in counted), default=None)
    return CriterionScore(
        key=criterion.key,
        mean=None if mean is None else _two_places(mean),
        lowest=lowest,
        highest=highest,
        ratings=counted,
        owner_rating=next((rating for rating in of_criterion if rating.is_owner), None),
        disagreement=lowest is not None and highest is not None and highest - lowest >= policy.disagreement_from,
        knocked_out=criterion.knock_out and mean is not None and mean < policy.knock_out_below,
        reasons=_lacking_ratings(policy, criterion.key, counted),
    )


def _lacking_ratings(policy: ScorecardPolicy, key: str, counted: Sequence[Rating]) -> tuple[Reason, ...]:
    """Why the ratings of a criterion are not enough; empty when they are."""
    assessors = len({rating.assessor_id for rating in counted})
    disciplines = len({rating.discipline for rating in counted})
    outside = len({rating.assessor_id for rating in counted if not rating.on_team})
    reasons = []
    if assessors < policy.assessors:
        needed = {"assessors": assessors, "needed": policy.assessors}
        reasons.append(Reason("too_few_assessors", {"criterion": key, **needed}))
    if disciplines < policy.disciplines:
        shown = {"criterion": key, "disciplines": disciplines, "needed": policy.disciplines}
        reasons.append(Reason("too_few_disciplines", shown))
    if outside < policy.from_outside_team:
        reasons.append(Reason("nobody_from_outside", {"criterion": key}))
    return tuple(reasons)


def _mean(ratings: Sequence[Rating]) -> Fraction:
    return Fraction(sum(rating.rating for rating in ratings), len(ratings))


def _two_places(value: Fraction) -> Decimal:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(_TWO_PLACES, rounding=ROUND_HALF_UP)
