"""Which single moves of a weight by a fifth carry a case into another quadrant."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.rules.playbook.scorecard import ScorecardPolicy
from scoring.rules.scorecard import scorecard
from scoring.rules.weight_shifts import WeightShift, weight_shifts
from tests.scoring.rules.examples import NOW
from tests.scoring.rules.ratings import FEASIBILITY_KEYS, POLICY, VALUE_KEYS, Marks, card_of, rated


def shifts(**marks: Marks) -> tuple[WeightShift, ...]:
    ratings = rated(4, **marks)
    return weight_shifts(POLICY, card_of(ratings), ratings)


def test_case_far_from_the_bars_never_moves() -> None:
    assert shifts() == ()


def test_case_on_the_bar_moves_with_either_weight_and_says_by_how_much() -> None:
    # Value: strategic_fit and time_to_value (20 each) at 75, the other 60 at 50 make 60 exactly.
    marks = {**dict.fromkeys(VALUE_KEYS, 3), "strategic_fit": 4, "time_to_value": 4}

    found = shifts(**marks)

    # With strategic_fit at 16: (60 · 50 + 36 · 75) ÷ 96 = 59.375, and with outcome_size at 42: 6,350 ÷ 107.
    assert [(each.criterion, each.percent, each.after) for each in found] == [
        ("outcome_size", 20, Decimal("59.35")),
        ("owner_commitment", 20, Decimal("59.52")),
        ("strategic_fit", -20, Decimal("59.38")),
        ("time_to_value", -20, Decimal("59.38")),
    ]
    assert {(each.axis, each.before, each.quadrant) for each in found} == {("value", Decimal("60.00"), "fill_in")}


def test_capped_axis_does_not_move_over_its_cap() -> None:
    ratings = rated(5, outcome_size=1)

    card = card_of(ratings)

    assert card.value.score == Decimal("59.00")
    assert weight_shifts(POLICY, card, ratings) == ()


def test_case_without_a_quadrant_has_no_shift() -> None:
    ratings = rated(3)[:9]

    assert weight_shifts(POLICY, card_of(ratings), ratings) == ()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 5), min_size=9, max_size=9))
def test_shifts_are_what_a_playbook_with_that_weight_would_say(marks: list[int]) -> None:
    ratings = rated(3, **dict(zip(VALUE_KEYS + FEASIBILITY_KEYS, marks, strict=True)))
    card = card_of(ratings)

    found = {
        (each.criterion, each.percent): (each.after, each.quadrant) for each in weight_shifts(POLICY, card, ratings)
    }

    for criterion in POLICY.criteria:
        for percent in (-20, 20):
            other = scorecard(_with_weight(criterion.key, percent), ratings, NOW)
            expected = getattr(other, criterion.axis).score, other.quadrant
            assert found.get((criterion.key, percent), expected) == expected
            assert ((criterion.key, percent) in found) == (other.quadrant != card.quadrant)


def _with_weight(key: str, percent: int) -> ScorecardPolicy:
    factor = Decimal(100 + percent) / 100
    return replace(
        POLICY,
        criteria=tuple(
            replace(each, weight=each.weight * factor) if each.key == key else each for each in POLICY.criteria
        ),
    )
