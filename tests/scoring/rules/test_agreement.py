"""Krippendorff's alpha against published worked examples, and what holds for it whatever the ratings."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.rules.agreement import Agreement, agreement

# Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), sections C, D: four observers, twelve units, gaps.
OBSERVERS_2011 = """
    1 2 3 3 2 1 4 1 2 . . .
    1 2 3 3 2 2 4 1 2 5 . 3
    . 3 3 3 2 3 4 2 2 5 1 .
    1 2 3 3 2 4 4 1 2 5 1 .
"""
# Hayes & Krippendorff, "Answering the Call for a Standard Reliability Measure for Coding Data", Communication Methods
# and Measures 1 (2007), table 1: the tone (0-3) of forty articles, one word each, by five observers with gaps.
ARTICLES_2007 = """
    112.2 1101. 2333. .00.0 000.0 000.0 102.1 1.20. 222.2 2111.
    .100. 0000. 1222. 33223 111.1 111.1 212.2 1233. 1101. 000.0
    0011. 00.00 2333. 0000. 12.22 0111. 00010 1212. 1122. 112.2
    110.0 2121. 22.22 3222. 222.2 223.2 222.2 22.12 2222. 111.1
"""


def _units(columns: list[str]) -> list[list[int]]:
    return [[int(mark) for mark in column if mark != "."] for column in columns]


def _published_2011() -> list[list[int]]:
    rows = [line.split() for line in OBSERVERS_2011.strip().splitlines()]
    return _units(["".join(column) for column in zip(*rows, strict=True)])


def test_alpha_of_the_example_of_2011_is_as_published() -> None:
    assert agreement(_published_2011()) == Agreement(Decimal("0.815"), units=11, ratings=40)


def test_alpha_of_the_example_of_2007_is_as_published() -> None:
    found = agreement(_units(ARTICLES_2007.split()))

    # Published with four decimals: .7598.
    assert (found.alpha, found.units) == (Decimal("0.760"), 40)


@pytest.mark.parametrize(
    ("units", "alpha"),
    [
        ([[1, 1], [5, 5], [3, 3]], Decimal("1.000")),
        ([[1, 5], [5, 1]], Decimal("-0.500")),
        ([[3, 3], [3, 3, 3]], None),
        ([[1], [5]], None),
        ([], None),
    ],
    ids=["all alike", "opposite", "no variation", "nothing paired", "nothing"],
)
def test_alpha_at_its_ends(units: list[list[int]], alpha: Decimal | None) -> None:
    assert agreement(units).alpha == alpha


@pytest.mark.parametrize(
    ("alpha", "reading"),
    [("0.800", "reliable"), ("0.799", "tentative"), ("0.667", "tentative"), ("0.666", "low"), ("-0.2", "low")],
)
def test_reading_of_alpha_follows_its_bounds(alpha: str, reading: str) -> None:
    assert Agreement(Decimal(alpha), 40, 120).reading == reading


def test_reading_without_alpha_cannot_tell() -> None:
    assert Agreement(None, 0, 0).reading == "cannot_tell"


@pytest.mark.parametrize(("units", "is_thin"), [(29, True), (30, False)])
def test_agreement_over_few_units_is_thin(units: int, is_thin: bool) -> None:
    assert Agreement(Decimal(1), units, 90).is_thin is is_thin


UNITS = st.lists(st.lists(st.integers(1, 5), max_size=6), max_size=25)


@given(UNITS)
def test_alpha_is_at_most_one_and_order_is_irrelevant(units: list[list[int]]) -> None:
    found = agreement(units)

    assert found == agreement([unit[::-1] for unit in reversed(units)])
    assert found.alpha is None or found.alpha <= 1


@given(UNITS, st.integers(1, 5))
def test_unit_rated_once_changes_nothing(units: list[list[int]], alone: int) -> None:
    assert agreement([*units, [alone]]) == agreement(units)


@given(UNITS)
def test_alpha_of_a_reversed_scale_is_the_same(units: list[list[int]]) -> None:
    assert agreement([[6 - rating for rating in unit] for unit in units]) == agreement(units)
