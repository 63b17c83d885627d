"""Draws from the ranges of ratings: against the distribution in closed form, and what holds for every draw."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.rules.sampling import DRAWS, STORED, Sampled, Uncertain, sample
from scoring.rules.scorecard import Rating
from tests.scoring.rules.ratings import FEASIBILITY_KEYS, POLICY, VALUE_KEYS, Marks, card_of, rated

SEED = "a1b2c3d4e5f60718"


def case_of(ratings: list[Rating], seed: str = SEED) -> Uncertain:
    return Uncertain(card_of(ratings), tuple(ratings), seed)


def sampled(ratings: list[Rating], seed: str = SEED) -> Sampled:
    return next(sample(POLICY, [case_of(ratings, seed)]))


def priorities(found: Sampled) -> list[float]:
    drawn: list[float] = (np.frombuffer(found.draws, dtype=STORED) / 100).tolist()
    return drawn


def test_case_without_a_range_is_certain() -> None:
    found = sampled(rated(4, team=(4, 4, 4)))

    assert (found.value.low, found.value.high, found.commit_chance, found.draws) == (75, 75, 1, b"")


def test_case_without_a_range_outside_commit_has_no_chance_of_it() -> None:
    assert sampled(rated(2)).commit_chance == 0


@pytest.mark.parametrize(("low", "mode", "high"), [(1, 3, 5), (2, 4, 5), (1, 1, 4), (3, 5, 5), (4, 4, 5)])
def test_draws_follow_the_triangular_distribution(low: int, mode: int, high: int) -> None:
    # All three assessors must range alike, because one criterion's mean of one drawn rating is that rating.
    lone = list(rated(4, by={(1, "strategic_fit"): (low, mode, high)}))

    drawn = np.array(priorities(sampled(lone)))

    # strategic_fit weighs 20 of 100 in value, which is half of the priority; one of three assessors draws.
    ratings = ((drawn * 2 - 75 - 60) / 20 * 4 + 1) * 3 - 4 - 4
    variance = (low**2 + mode**2 + high**2 - low * mode - low * high - mode * high) / 18
    assert abs(ratings.mean() - (low + mode + high) / 3) < 4 * sqrt(variance / DRAWS) + 0.01
    assert abs(ratings.var() - variance) < 0.15 * variance
    below_mode = (ratings < mode).mean()
    assert abs(below_mode - (mode - low) / (high - low)) < 0.07
    assert ratings.min() > low - 0.01
    assert ratings.max() < high + 0.01


def test_chance_of_commit_is_the_share_of_the_distribution_that_passes() -> None:
    value: dict[str, Marks] = {**dict.fromkeys(VALUE_KEYS, 3), "strategic_fit": 5}
    feasible: dict[str, Marks] = dict.fromkeys(FEASIBILITY_KEYS, 4)
    ratings = rated(**value, **feasible, by={(1, "time_to_value"): (1, 3, 5)})

    # strategic_fit at 5 gives 50 + 10 = 60 with everything else at 3, so half of the symmetric range passes.
    found = sampled(ratings)

    assert card_of(ratings).quadrant == "commit"
    assert abs(found.commit_chance - Decimal("0.5")) < Decimal("0.07")


def test_knock_out_caps_the_draws_it_happens_in() -> None:
    # The mean of outcome_size is (1 + 1 + x) ÷ 3, under two for x under 4: the cap of 59 holds in those draws only.
    ratings = rated(5, by={(1, "outcome_size"): 1, (2, "outcome_size"): 1, (3, "outcome_size"): (3, 4, 5)})

    drawn = np.array(priorities(sampled(ratings)))

    capped = np.isclose(drawn, (59 + 100) / 2)
    assert abs(capped.mean() - 0.5) < 0.07
    assert drawn[~capped].min() > (65 + 35 * 0.25 + 100) / 2 - 0.01


def test_same_case_draws_the_same_alone_among_others_and_in_any_order() -> None:
    one, other = rated(3, team=(2, 3, 5)), rated(4, outcome_size=(1, 4, 5))

    together = list(sample(POLICY, [case_of(other, "ff"), case_of(rated(5)), case_of(one)]))

    assert together[2] == sampled(one) == sampled(one[::-1])
    assert together[0] == sampled(other, "ff")
    assert sampled(one, "01").draws != sampled(one).draws


def test_many_cases_are_taken_in_batches() -> None:
    cases = [case_of(rated((2, 3, 4)), f"{number:x}") for number in range(1, 61)]

    found = list(sample(POLICY, cases))

    assert found[59] == sampled(rated((2, 3, 4)), f"{60:x}")
    assert len({each.draws for each in found}) == 60


def test_owner_s_range_is_not_drawn() -> None:
    owner = [replace(each, assessor_id=9, is_owner=True) for each in rated((1, 1, 5)) if each.assessor_id == 1]

    assert sampled([*rated(4), *owner]).draws == b""


MARKS = st.tuples(st.integers(1, 5), st.integers(1, 5), st.integers(1, 5)).map(lambda each: tuple(sorted(each)))


@settings(max_examples=25, deadline=None)
@given(st.lists(MARKS, min_size=27, max_size=27))
def test_every_draw_lies_between_the_scores_of_all_lows_and_all_highs(marks: list[tuple[int, int, int]]) -> None:
    plain = rated(3)
    ratings = [
        replace(rating, low=low, rating=mode, high=high) for rating, (low, mode, high) in zip(plain, marks, strict=True)
    ]
    worst, best = (
        card_of([replace(rating, rating=getattr(rating, end), low=None, high=None) for rating in ratings]).priority
        for end in ("low", "high")
    )

    found = sampled(ratings)

    drawn = priorities(found) or [float(card_of(ratings).priority or 0)]
    assert worst is not None
    assert best is not None
    assert min(drawn) >= float(worst) - 0.01
    assert max(drawn) <= float(best) + 0.01
    assert 0 <= found.commit_chance <= 1
    assert 0 <= found.value.low <= found.value.high <= 100
