"""Ages at which a share of the cases lies at or under."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

SHARES = (Fraction(50, 100), Fraction(85, 100), Fraction(95, 100))


def percentiles(counted: Iterable[tuple[int, int]]) -> tuple[int | None, int | None, int | None]:
    """The 50th, 85th and 95th percentile of (age in days, number of cases), by nearest rank; None when empty."""
    ages = sorted(counted)
    total = sum(count for _age, count in ages)
    median, late, latest = (_at(ages, share * total) for share in SHARES)
    return median, late, latest


def _at(ages: list[tuple[int, int]], rank: Fraction) -> int | None:
    passed = 0
    for age, count in ages:
        passed += count
        if passed >= rank:
            return age
    return None
