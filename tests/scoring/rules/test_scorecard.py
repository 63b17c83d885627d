"""Value and feasibility from several assessors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from scoring.rules.scorecard import Rating, Scorecard, scorecard
from tests.scoring.rules.examples import NOW, default_playbook, record

POLICY = default_playbook().scorecard
# assessor, discipline, on the team
ASSESSORS = [(1, "business", True), (2, "technical", True), (3, "compliance", False)]


def ratings(rating: int = 4, assessors: list[tuple[int, str, bool]] = ASSESSORS, **others: int) -> list[Rating]:
    """Every assessor rates everything alike, except the criteria named."""
    return [
        Rating(
            record=record("assessment", assessor),
            criterion=criterion.key,
            assessor_id=assessor,
            rating=others.get(criterion.key, rating),
            discipline=discipline,
            on_team=on_team,
            is_owner=False,
            rated_at=NOW - timedelta(days=10),
        )
        for assessor, discipline, on_team in assessors
        for criterion in POLICY.criteria
    ]


def scored(given: list[Rating], within_days: int | None = None) -> Scorecard:
    return scorecard(POLICY, given, NOW, within_days)


@pytest.mark.parametrize(("rating", "score"), [(1, "0.00"), (2, "25.00"), (3, "50.00"), (4, "75.00"), (5, "100.00")])
def test_axis_runs_from_0_to_100(rating, score):
    card = scored(ratings(rating))

    assert (card.value.score, card.feasibility.score) == (Decimal(score), Decimal(score))


def test_axis_is_the_weighted_mean_of_the_assessors_means():
    given = ratings(3, outcome_size=5)

    # 35 of 100 at 100, the rest at 50.
    assert scored(given).value.score == Decimal("67.50")


@pytest.mark.parametrize(
    ("key", "means", "score", "capped"),
    [
        ("outcome_size", (1, 2, 2), "59.00", True),
        ("outcome_size", (2, 2, 2), "73.75", False),
        ("strategic_fit", (1, 1, 1), "80.00", False),
    ],
)
def test_knock_out_with_a_mean_under_two_caps_its_axis(key, means, score, capped):
    by_assessor = dict(zip((1, 2, 3), means, strict=True))
    given = [
        replace(rating, rating=by_assessor[rating.assessor_id]) if rating.criterion == key else rating
        for rating in ratings(5)
    ]

    card = scored(given)

    assert (card.value.score, card.value.capped_by) == (Decimal(score), (key,) if capped else ())
    assert [reason.code for reason in card.value.reasons] == (["knocked_out"] if capped else [])


def test_knock_out_never_raises_a_low_axis():
    assert scored(ratings(1)).value.score == Decimal("0.00")


VALUE_KEYS = [criterion.key for criterion in POLICY.of_axis("value")]
FEASIBILITY_KEYS = [criterion.key for criterion in POLICY.of_axis("feasibility")]


@pytest.mark.parametrize(
    ("value", "feasibility", "quadrant"),
    [(4, 4, "commit"), (4, 3, "de_risk"), (3, 4, "fill_in"), (3, 3, "decline")],
)
def test_quadrant_follows_from_both_axes(value, feasibility, quadrant):
    given = ratings(**dict.fromkeys(VALUE_KEYS, value), **dict.fromkeys(FEASIBILITY_KEYS, feasibility))

    assert scored(given).quadrant == quadrant


def test_score_of_exactly_sixty_passes():
    # Value: 40 of 100 at 75, 60 at 50.
    card = scored(ratings(3, strategic_fit=4, time_to_value=4))

    assert (card.value.score, card.quadrant) == (Decimal("60.00"), "de_risk")


@pytest.mark.parametrize(
    ("assessors", "codes"),
    [
        ([], {"too_few_assessors", "too_few_disciplines", "nobody_from_outside"}),
        (ASSESSORS[:2], {"too_few_assessors", "nobody_from_outside"}),
        ([(1, "business", False), (2, "business", True), (3, "business", True)], {"too_few_disciplines"}),
        ([(1, "business", True), (2, "technical", True), (3, "business", True)], {"nobody_from_outside"}),
    ],
)
def test_axis_does_not_exist_without_enough_ratings_and_says_why(assessors, codes):
    card = scored(ratings(5, assessors))

    assert (card.value.score, card.feasibility.score, card.quadrant) == (None, None, None)
    assert {reason.code for reason in card.reasons} == codes


def test_axis_does_not_exist_while_a_single_criterion_lacks_a_rating():
    given = [rating for rating in ratings() if (rating.assessor_id, rating.criterion) != (3, "time_to_value")]

    card = scored(given)

    assert (card.value.score, card.feasibility.score) == (None, Decimal("75.00"))
    assert {reason.params["criterion"] for reason in card.value.reasons} == {"time_to_value"}


def test_rating_of_the_owner_is_shown_and_not_counted():
    owner = [replace(rating, assessor_id=9, rating=1, is_owner=True) for rating in ratings() if rating.assessor_id == 1]

    card = scored([*ratings(5), *owner])

    assert card.value.score == Decimal("100.00")
    assert [score.owner_rating.rating for score in card.value.criteria if score.owner_rating] == [1] * 4
    assert card.disagreements == ()


@pytest.mark.parametrize(("spread", "flagged"), [((3, 3, 4), False), ((3, 3, 5), True), ((1, 5, 3), True)])
def test_assessors_two_or_more_apart_are_flagged(spread: tuple[int, int, int], flagged: bool):
    by_assessor: Mapping[int, int] = dict(zip((1, 2, 3), spread, strict=True))
    given = [
        replace(rating, rating=by_assessor[rating.assessor_id]) if rating.criterion == "team" else rating
        for rating in ratings()
    ]

    assert scored(given).disagreements == (("team",) if flagged else ())


@pytest.mark.parametrize(("within_days", "quadrant"), [(None, "commit"), (11, "commit"), (10, None)])
def test_ratings_older_than_the_gate_allows_are_left_out(within_days, quadrant):
    assert scored(ratings(), within_days).quadrant == quadrant


def test_order_of_ratings_is_irrelevant():
    assert scored(list(reversed(ratings(3, team=5)))) == scored(ratings(3, team=5))
