"""Quantiles against printed tables."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from scoring.rules.quantiles import chi_squared_quantile, normal_quantile, student_quantile


@pytest.mark.parametrize(
    ("confidence", "quantile"),
    [("0.8", "0.841621"), ("0.9", "1.281552"), ("0.95", "1.644854"), ("0.975", "1.959964"), ("0.5", "0")],
)
def test_normal_quantile_is_the_printed_one(confidence: str, quantile: str) -> None:
    assert normal_quantile(Fraction(confidence)) == Decimal(quantile)


@pytest.mark.parametrize(
    ("confidence", "freedom", "quantile"),
    [
        # Fisher and Yates, Statistical Tables, table III; one-sided.
        ("0.9", 1, "3.078"),
        ("0.9", 2, "1.886"),
        ("0.9", 3, "1.638"),
        ("0.9", 4, "1.533"),
        ("0.9", 10, "1.372"),
        ("0.9", 30, "1.310"),
        ("0.9", 120, "1.289"),
        ("0.95", 5, "2.015"),
        ("0.975", 9, "2.262"),
    ],
)
def test_student_quantile_is_the_printed_one(confidence: str, freedom: int, quantile: str) -> None:
    assert round(student_quantile(Fraction(confidence), freedom), 3) == Decimal(quantile)


@pytest.mark.parametrize(
    ("probability", "freedom", "quantile"),
    [
        # Fisher and Yates, table IV.
        ("0.9", 1, "2.706"),
        ("0.9", 2, "4.605"),
        ("0.9", 10, "15.987"),
        ("0.1", 10, "4.865"),
        ("0.975", 20, "34.170"),
        ("0.9", 0, "0"),
    ],
)
def test_chi_squared_quantile_is_the_printed_one(probability: str, freedom: int, quantile: str) -> None:
    assert round(chi_squared_quantile(Fraction(probability), Decimal(freedom)), 3) == Decimal(quantile)


def test_chi_squared_quantile_of_a_huge_count_is_still_a_number() -> None:
    assert chi_squared_quantile(Fraction(9, 10), Decimal(10) ** 24) > Decimal(10) ** 24
