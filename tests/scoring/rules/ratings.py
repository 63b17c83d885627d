"""Ratings of three assessors from two disciplines, one from outside the team, for tests of pure rules."""

from __future__ import annotations

from datetime import timedelta

from scoring.rules.scorecard import Rating, Scorecard, scorecard
from tests.scoring.rules.examples import NOW, default_playbook, record

POLICY = default_playbook().scorecard
VALUE_KEYS = [criterion.key for criterion in POLICY.of_axis("value")]
FEASIBILITY_KEYS = [criterion.key for criterion in POLICY.of_axis("feasibility")]
ASSESSORS = [(1, "business", True), (2, "technical", True), (3, "compliance", False)]

Marks = int | tuple[int, int, int]


def rated(rating: Marks = 4, by: dict[tuple[int, str], Marks] | None = None, **others: Marks) -> list[Rating]:
    """Everybody rates everything alike, but for the criteria named and, in `by`, one assessor's one criterion.

    A rating is a whole number, or low, rating and high.
    """
    return [
        _rating(assessor, key, (by or {}).get((assessor[0], key), others.get(key, rating)))
        for assessor in ASSESSORS
        for key in VALUE_KEYS + FEASIBILITY_KEYS
    ]


def _rating(assessor: tuple[int, str, bool], key: str, marks: Marks) -> Rating:
    low, rating, high = marks if isinstance(marks, tuple) else (None, marks, None)
    assessor_id, discipline, on_team = assessor
    return Rating(
        record=record("assessment", assessor_id),
        criterion=key,
        assessor_id=assessor_id,
        rating=rating,
        discipline=discipline,
        on_team=on_team,
        is_owner=False,
        rated_at=NOW - timedelta(days=10),
        low=low,
        high=high,
    )


def card_of(ratings: list[Rating]) -> Scorecard:
    return scorecard(POLICY, ratings, NOW)
