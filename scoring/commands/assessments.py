"""Ratings of value and feasibility. The latest of each assessor counts; earlier ones stay as history."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from pocgate.identity.models import User
from pocgate.kernel.errors import FieldProblem, Invalid
from pocgate.ledger.commands import Act, record
from portfolio.commands.lifecycle import lock_case
from portfolio.commands.recompute import request_position
from portfolio.models import UseCase
from scoring import errors
from scoring.commands.openness import refuse_unless_open
from scoring.models import Assessment
from scoring.permissions import require
from scoring.queries.playbooks import current_playbook
from scoring.rules.playbook.scorecard import HIGHEST_RATING, LOWEST_RATING
from scoring.rules.vocabulary import DISCIPLINES


@dataclass(frozen=True)
class GivenRating:
    """A rating (1–5) of one criterion; `low` and `high` say how unsure the assessor is, both or neither."""

    criterion: str
    rating: int
    low: int | None = None
    high: int | None = None
    rationale: str = ""


def rate(
    *, case_id: int, ratings: Sequence[GivenRating], discipline: str, actor: User, now: datetime
) -> list[Assessment]:
    """Rate some or all criteria of the scorecard, each in place of one's earlier rating.

    Raises `NotAllowedNow` for drafts, ended cases and while a vote runs, `Invalid` with every value that is wrong.
    """
    with transaction.atomic():
        case = lock_case(case_id)
        require("rate", actor, case, now=now)
        refuse_unless_open(case)
        problems = [*_discipline_problems(discipline), *_rating_problems(ratings)]
        if problems:
            raise Invalid(problems)
        given = _replace(case, ratings, discipline, actor, now)
        after = {"criteria": [rating.criterion for rating in ratings], "discipline": discipline}
        # What was rated stays out of the activity: others see it only once they have rated.
        record(Act("scorecard.rated", "use_case", case.pk, case.pk, {}, after), actor=actor, now=now)
        request_position(case.pk, now=now)
    return given


def _discipline_problems(discipline: str) -> Iterable[FieldProblem]:
    if discipline not in DISCIPLINES:
        yield errors.unknown_discipline(discipline, ", ".join(DISCIPLINES))


def _rating_problems(ratings: Sequence[GivenRating]) -> Iterable[FieldProblem]:
    known = {criterion.key for criterion in current_playbook().scorecard.criteria}
    if not ratings:
        yield errors.nothing_to_rate()
    seen: set[str] = set()
    for given in ratings:
        if given.criterion not in known:
            yield errors.unknown_criterion(given.criterion)
        elif given.criterion in seen:
            yield errors.rated_twice(given.criterion)
        yield from _scale_problems(given)
        if "\x00" in given.rationale:
            yield errors.text_unreadable(given.criterion)
        seen.add(given.criterion)


def _scale_problems(given: GivenRating) -> Iterable[FieldProblem]:
    criterion, rating, low, high = given.criterion, given.rating, given.low, given.high
    if not _is_on_scale(rating):
        yield errors.rating_out_of_range(criterion)
    if low is None and high is None:
        return
    if low is None or high is None:
        yield errors.range_incomplete(criterion)
    elif not (_is_on_scale(low) and _is_on_scale(high)):
        yield errors.range_out_of_scale(criterion)
    elif not low <= rating <= high:
        yield errors.range_misses_rating(criterion, low, rating, high)


def _is_on_scale(number: int) -> bool:
    return LOWEST_RATING <= number <= HIGHEST_RATING


def _replace(
    case: UseCase, ratings: Sequence[GivenRating], discipline: str, actor: User, now: datetime
) -> list[Assessment]:
    Assessment.objects.filter(
        case=case,
        assessor=actor,
        criterion__in=[given.criterion for given in ratings],
        superseded_at__isnull=True,
    ).update(superseded_at=now)
    return Assessment.objects.bulk_create(
        Assessment(
            case=case,
            assessor=actor,
            criterion=given.criterion,
            iteration=case.iteration,
            discipline=discipline,
            rating=given.rating,
            low=given.low,
            high=given.high,
            rationale=given.rationale.strip(),
            assessed_at=now,
        )
        for given in ratings
    )
