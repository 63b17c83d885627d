"""The readiness score of a case for a gate, and the part each criterion has in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from scoring.rules.facts import CaseFacts, applies
from scoring.rules.playbook.whole import Playbook
from scoring.rules.readiness.answers import AnswerState
from scoring.rules.readiness.criterion import CriterionResult, evaluate_criterion
from scoring.rules.vocabulary import DIMENSIONS, MUST, SHOULD

# The score is computed in whole hundredths of a point. Integers give the same result in Python and in SQL on either
# database, and what a page shows adds up exactly: the overall score is the mean of the dimension scores as shown, and
# the parts are cut from it so that none of the rounding is lost.
_FULL_SCORE = 100_00


@dataclass(frozen=True)
class DimensionScore:
    """R_d of one dimension, 0–100 with two decimals, and the points it brings to the overall score."""

    dimension: str
    score: Decimal
    points: Decimal
    points_possible: Decimal
    parts: tuple[CriterionResult, ...]


@dataclass(frozen=True)
class Readiness:
    """Readiness for a gate. `overall` is 0–100 with two decimals and equals the sum of all parts' points.

    `dimensions` holds those with at least one criterion in the sum; `results` every criterion that counts at the gate,
    in the order of the playbook, those not applicable included. `changes_at` is the next moment at which time alone
    may change anything here.
    """

    gate: int
    overall: Decimal
    dimensions: tuple[DimensionScore, ...]
    results: tuple[CriterionResult, ...]
    musts_open: tuple[str, ...]
    should_open: tuple[str, ...]
    changes_at: datetime | None


def readiness(
    playbook: Playbook, gate: int, facts: CaseFacts, answers: Iterable[AnswerState], now: datetime
) -> Readiness:
    """How ready a case with these facts and answers is for the gate at `now`.

    A criterion without an answer counts as unanswered; answers to criteria that do not count are ignored.
    """
    results = _evaluate(playbook, gate, facts, answers, now)
    dimensions, overall = _score(results)
    spread = {part.key: part for dimension in dimensions for part in dimension.parts}
    results = tuple(spread.get(result.key, result) for result in results)
    return Readiness(
        gate=gate,
        overall=_points(overall),
        dimensions=dimensions,
        results=results,
        musts_open=_open_keys(results, MUST),
        should_open=_open_keys(results, SHOULD),
        changes_at=min((result.changes_at for result in results if result.changes_at), default=None),
    )


def _evaluate(
    playbook: Playbook, gate: int, facts: CaseFacts, answers: Iterable[AnswerState], now: datetime
) -> tuple[CriterionResult, ...]:
    by_key = {answer.criterion: answer for answer in answers}
    return tuple(
        evaluate_criterion(criterion, level, gate, by_key.get(criterion.key) or AnswerState(criterion.key), now)
        for criterion in playbook.criteria
        if (level := applies(criterion, facts, gate)) is not None
    )


def _open_keys(results: Sequence[CriterionResult], level: str) -> tuple[str, ...]:
    return tuple(result.key for result in results if result.level == level and result.is_open)


def _score(results: Sequence[CriterionResult]) -> tuple[tuple[DimensionScore, ...], int]:
    """The dimension scores with their parts, and the overall score in hundredths."""
    groups = [
        (dimension, parts)
        for dimension in DIMENSIONS
        if (parts := [result for result in results if result.dimension == dimension and result.counts])
    ]
    scores = [_dimension_score(parts) for _dimension, parts in groups]
    overall = _half_up(sum(scores), len(scores)) if scores else 0
    shares = _cut(overall, scores)
    lost = _cut(_FULL_SCORE - overall, [_FULL_SCORE - score for score in scores])
    dimensions = tuple(
        _spread(dimension, parts, score, share, missed)
        for (dimension, parts), score, share, missed in zip(groups, scores, shares, lost, strict=True)
    )
    return dimensions, overall


def _dimension_score(parts: Sequence[CriterionResult]) -> int:
    """R_d = 100 · Σ w·a ÷ Σ w, in hundredths, rounded half up."""
    weights = [_whole_weight(part) for part in parts]
    # An achievement has four decimals, so its ten-thousandths are already hundredths of a percent.
    achieved = sum(weight * _ten_thousandths(part) for weight, part in zip(weights, parts, strict=True))
    return _half_up(achieved, sum(weights))


def _spread(dimension: str, parts: Sequence[CriterionResult], score: int, share: int, lost: int) -> DimensionScore:
    achieved = [_whole_weight(part) * _ten_thousandths(part) for part in parts]
    missed = [_whole_weight(part) * (_FULL_SCORE - _ten_thousandths(part)) for part in parts]
    # What is reached and what is lost are cut apart, so that no rounding gives a part more than was possible.
    spread = tuple(
        replace(part, points=_points(points), points_possible=_points(points + rest))
        for part, points, rest in zip(parts, _cut(share, achieved), _cut(lost, missed), strict=True)
    )
    return DimensionScore(dimension, _points(score), _points(share), _points(share + lost), spread)


def _cut(total: int, shares: Sequence[int]) -> list[int]:
    """`total` cut in proportion to `shares` into whole parts that add up to it exactly; a share of 0 gets 0."""
    whole = sum(shares)
    if whole == 0:
        return [0] * len(shares)
    parts, passed, given = [], 0, 0
    for share in shares:
        passed += share
        upto = _half_up(total * passed, whole)
        parts.append(upto - given)
        given = upto
    return parts


def _half_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)


def _whole_weight(part: CriterionResult) -> int:
    return int(part.weight.scaleb(2))


def _ten_thousandths(part: CriterionResult) -> int:
    return int(part.achievement.scaleb(4))


def _points(hundredths: int) -> Decimal:
    return Decimal(hundredths).scaleb(-2)
