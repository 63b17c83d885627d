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
from scoring.rules.readiness.sums import DimensionSum, Share, Weighed, sums
from scoring.rules.vocabulary import MUST, SHOULD


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
    found = sums([weighed(result) for result in results if result.counts])
    results = tuple(_with_points(result, found.shares.get(result.key)) for result in results)
    return Readiness(
        gate=gate,
        overall=in_points(found.overall),
        dimensions=tuple(_dimension(dimension, results) for dimension in found.dimensions),
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


def weighed(result: CriterionResult) -> Weighed:
    """The result as whole numbers for the sums."""
    weight, achieved = int(result.weight.scaleb(2)), int(result.achievement.scaleb(4))
    return Weighed(result.key, result.dimension, weight, achieved)


def in_points(hundredths: int) -> Decimal:
    """Whole hundredths as points with two decimals."""
    return Decimal(hundredths).scaleb(-2)


def _with_points(result: CriterionResult, share: Share | None) -> CriterionResult:
    if share is None:
        return result
    return replace(result, points=in_points(share.points), points_possible=in_points(share.possible))


def _dimension(found: DimensionSum, results: Sequence[CriterionResult]) -> DimensionScore:
    return DimensionScore(
        dimension=found.dimension,
        score=in_points(found.score),
        points=in_points(found.share.points),
        points_possible=in_points(found.share.possible),
        parts=tuple(result for result in results if result.dimension == found.dimension and result.counts),
    )
