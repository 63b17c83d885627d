"""What another playbook does to a case: properties of the comparison."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.rules.facts import CaseFacts
from scoring.rules.playbook import Playbook, parse_playbook
from scoring.rules.playbook_effect import BUCKET, CaseEffect, EffectTotals, bucket_of, case_effect
from scoring.rules.readiness import readiness
from tests.scoring.rules.examples import default_playbook, default_text, passing_answers

NOW = datetime(2026, 11, 23, tzinfo=UTC)
DEFAULT = default_playbook()


def _under(text: str) -> Playbook:
    return parse_playbook(text)


def _effect(new: Playbook, *, gate: int = 0, answered: int | None = None) -> CaseEffect:
    answers = passing_answers(DEFAULT)[:answered]
    before, after = (readiness(rules, gate, CaseFacts(), answers, NOW) for rules in (DEFAULT, new))
    return case_effect(before, after, DEFAULT, new)


@pytest.mark.parametrize("gate", range(4))
@pytest.mark.parametrize("answered", [0, 20, None])
def test_effect_of_the_same_playbook_is_none(gate: int, answered: int | None) -> None:
    effect = _effect(DEFAULT, gate=gate, answered=answered)

    assert not effect.is_change
    assert (effect.change, effect.opening, effect.closing, effect.moved) == (0, (), (), ())


def test_effect_of_a_lower_bar_is_a_change_without_points() -> None:
    effect = _effect(_under(default_text().replace("readiness_bar: 70", "readiness_bar: 0", 1)), answered=0)

    assert (effect.change, effect.reached_bar, effect.reaches_bar, effect.is_change) == (0, False, True, True)


def test_effect_of_a_should_that_becomes_a_must_opens_it() -> None:
    text = default_text()
    start = text.index("- key: value_realised")
    stricter = text[:start] + text[start:].replace("level: should", "level: must", 1)

    effect = _effect(_under(stricter), gate=2, answered=0)

    assert (effect.opening, effect.closing) == (("value_realised",), ())


@given(gate=st.integers(0, 3), answered=st.integers(0, 60), weight=st.sampled_from(["1", "2", "7.5", "100"]))
def test_points_moved_add_up_to_the_change(gate: int, answered: int, weight: str) -> None:
    text = default_text().replace("    weight: 3\n", f"    weight: {weight}\n", 2)

    effect = _effect(_under(text), gate=gate, answered=answered)

    kept = sum((points for _key, points in effect.moved), Decimal(0))
    assert effect.after - effect.before == effect.change
    assert len(effect.moved) == 8 or kept == effect.change


@given(change=st.decimals(-100, 100, places=2).filter(bool))
def test_bucket_holds_the_change_and_never_reaches_across_zero(change: Decimal) -> None:
    start = bucket_of(change)

    assert start % BUCKET == 0
    assert start <= change <= start + BUCKET
    assert start >= 0 if change > 0 else start + BUCKET <= 0


def test_totals_count_each_case_once() -> None:
    totals = EffectTotals()
    for before, after, opening, closing in ((50, 62, (), ("a",)), (80, 60, ("a", "b"), ()), (10, 10, (), ())):
        totals.add(
            CaseEffect(0, Decimal(before), Decimal(after), before >= 70, after >= 70, opening, closing, moved=())
        )

    assert (totals.cases, totals.changed, totals.rising, totals.falling) == (3, 2, 1, 1)
    assert (totals.reaching, totals.missing, totals.with_opening, totals.with_closing) == (0, 1, 1, 1)
    assert (totals.opening, totals.closing, totals.buckets) == ({"a": 1, "b": 1}, {"a": 1}, {10: 1, -20: 1})
