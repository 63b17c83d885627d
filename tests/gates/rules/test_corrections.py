"""What a correction may not loosen, without a database."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gates.rules.corrections import Bound, held, is_lengthened, is_raised, loosened

EARLY, DUE, LATE = date(2026, 12, 1), date(2026, 12, 20), date(2035, 1, 1)
BOUNDS = st.lists(st.tuples(st.sampled_from(["", "a", "b"]), st.sampled_from([EARLY, DUE, LATE])), max_size=5)


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ([("a", DUE)], []),
        ([("a", EARLY)], []),
        ([("a", DUE), ("", LATE)], []),
        ([], [("a", DUE)]),
        ([("a", LATE)], [("a", DUE)]),
        ([("", DUE)], [("a", DUE)]),
        ([("b", DUE)], [("a", DUE)]),
    ],
)
def test_condition_is_kept_by_one_on_its_criterion_that_is_due_no_later(
    stated: list[Bound], expected: list[Bound]
) -> None:
    assert loosened([("a", DUE)], stated) == expected


def test_one_condition_keeps_one() -> None:
    assert loosened([("a", DUE), ("a", LATE)], [("a", EARLY)]) == [("a", LATE)]
    assert loosened([("a", LATE), ("a", EARLY)], [("a", LATE), ("a", EARLY)]) == []


@given(BOUNDS, BOUNDS)
def test_conditions_stated_as_they_were_are_kept_whatever_is_added(conditions: list[Bound], more: list[Bound]) -> None:
    assert loosened(conditions, [*more, *conditions]) == []
    assert len(loosened(conditions, more)) >= len(conditions) - len(more)


def test_conditions_on_a_criterion_and_overdue_ones_stay() -> None:
    assert held([("a", LATE), ("", LATE), ("", EARLY), ("a", EARLY)], today=DUE) == [
        ("a", LATE),
        ("", EARLY),
        ("a", EARLY),
    ]
    assert held([("", DUE)], today=DUE) == []


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (5, 5, False),
        (5, 4, False),
        (5, 6, True),
        (None, 1, True),
        (None, None, False),
        (5, None, False),
        (None, 0, False),
    ],
)
def test_money_is_raised_by_more_than_the_decision_gave(before: int | None, now: int | None, expected: bool) -> None:
    amounts = [None if amount is None else Decimal(amount) for amount in (before, now)]

    assert is_raised(*amounts) == expected


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (DUE, DUE, False),
        (DUE, EARLY, False),
        (DUE, LATE, True),
        (DUE, None, True),
        (None, LATE, False),
        (None, None, False),
    ],
)
def test_money_is_given_for_longer_after_its_day_or_without_one(
    before: date | None, now: date | None, expected: bool
) -> None:
    assert is_lengthened(before, now) == expected
