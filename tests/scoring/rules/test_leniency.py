"""Leniency: the gap to peers, by cases, and how much few of them can tell."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.rules.leniency import Given, Leniency, leniencies


def rows(*cases: dict[int, int], criteria: int = 1) -> list[Given]:
    """One case each: its assessors' ratings, the same on so many criteria."""
    return [
        Given(number, f"criterion {index}", assessor, rating)
        for number, ratings in enumerate(cases)
        for index in range(criteria)
        for assessor, rating in ratings.items()
    ]


def test_leniency_is_the_gap_to_the_mean_of_the_others() -> None:
    found = {each.assessor_id: each for each in leniencies(rows({1: 5, 2: 3, 3: 2}, {1: 4, 2: 3}))}

    assert [found[assessor].points for assessor in (1, 2, 3)] == [Decimal("1.75"), Decimal("-0.75"), Decimal(-2)]
    assert (found[1].cases, found[1].ratings, found[3].cases) == (2, 2, 1)


def test_bounds_are_students_over_the_means_of_cases() -> None:
    # Gaps of 1, 2 and 3: mean 2, standard deviation 1; t(0.975, 2) = 4.302653 makes 2 ± 4.302653 ÷ √3 = 2 ± 2.484.
    found = leniencies(rows({1: 2, 2: 1}, {1: 3, 2: 1}, {1: 4, 2: 1}))[0]

    assert (found.points, found.low, found.high) == (Decimal(2), Decimal("-0.48"), Decimal("4.48"))


def test_more_criteria_of_one_case_do_not_make_it_more_certain() -> None:
    few, many = (leniencies(rows({1: 4, 2: 3}, {1: 5, 2: 3}, criteria=criteria))[0] for criteria in (1, 9))

    assert (few.points, few.low, few.high) == (many.points, many.low, many.high)
    assert (few.ratings, many.ratings) == (2, 18)


def test_rating_alone_tells_nothing() -> None:
    assert leniencies(rows({1: 5}, {2: 1})) == ()


@pytest.mark.parametrize(
    ("cases", "reading"),
    [
        ([{1: 4, 2: 3}] * 4, "too_few"),
        ([{1: 4, 2: 3}] * 5, "lenient"),
        ([{1: 2, 2: 3}] * 5, "strict"),
        ([{1: 4, 2: 3}, {1: 2, 2: 3}] * 3, "like_others"),
    ],
)
def test_reading_needs_five_cases_and_bounds_on_one_side(cases: list[dict[int, int]], reading: str) -> None:
    found = {each.assessor_id: each for each in leniencies(rows(*cases))}

    assert found[1].reading == reading


def test_one_case_has_no_bounds() -> None:
    assert leniencies(rows({1: 4, 2: 3}))[0] == Leniency(1, Decimal(1), None, None, 1, 1)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.dictionaries(st.integers(1, 4), st.integers(1, 5), max_size=4), max_size=8))
def test_leniency_is_bounded_and_turns_with_the_scale(cases: list[dict[int, int]]) -> None:
    found = {each.assessor_id: each for each in leniencies(rows(*cases))}
    turned = {
        each.assessor_id: each
        for each in leniencies(rows(*({who: 6 - rating for who, rating in case.items()} for case in cases)))
    }

    assert all(-4 <= each.points <= 4 for each in found.values())
    assert {
        who: abs(each.points + turned[who].points) <= Decimal("0.01") for who, each in found.items()
    } == dict.fromkeys(found, True)
