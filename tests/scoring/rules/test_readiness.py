"""The readiness score and the properties it promises."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.rules.facts import CaseFacts
from scoring.rules.readiness import AnswerState, Readiness, readiness
from scoring.rules.vocabulary import DIMENSIONS, GATES
from tests.scoring.rules.examples import (
    NOW,
    PLAIN_CASE,
    default_playbook,
    passing_answer,
    passing_answers,
    revision,
)
from tests.scoring.rules.strategies import answer_lists, facts_strategy

PLAYBOOK = default_playbook()
CENT = Decimal("0.01")


def of(answers: list[AnswerState], gate: int = 0, facts: CaseFacts = PLAIN_CASE) -> Readiness:
    return readiness(PLAYBOOK, gate, facts, answers, NOW)


@pytest.mark.parametrize("gate", GATES)
def test_readiness_without_answers_is_zero_and_every_must_is_open(gate):
    score = of([], gate, CaseFacts())

    assert score.overall == Decimal("0.00")
    assert score.musts_open == tuple(result.key for result in score.results if result.level == "must")


@pytest.mark.parametrize("gate", GATES)
@pytest.mark.parametrize("facts", [PLAIN_CASE, CaseFacts()])
def test_readiness_with_everything_shown_is_a_hundred(gate, facts):
    score = of(passing_answers(PLAYBOOK), gate, facts)

    assert (score.overall, score.musts_open, score.should_open) == (Decimal("100.00"), (), ())
    assert all(dimension.score == 100 for dimension in score.dimensions)


def test_readiness_at_gate_0_has_no_dimension_workflow():
    assert [dimension.dimension for dimension in of([]).dimensions] == [
        "outcome", "data", "pipeline", "governance", "cost",
    ]  # fmt: skip


def test_score_of_a_dimension_is_the_weighted_mean_and_overall_the_mean_of_dimensions():
    # Outcome at gate 0 weighs 18 in all: 2 + 2 of them are shown, and half of the 1 of ai_justified.
    answers = [passing_answer(key, PLAYBOOK) for key in ("problem_stated", "scope_bounded", "sources_mapped")]
    answers.append(AnswerState("ai_justified", "partly"))

    score = of(answers)

    by_name = {dimension.dimension: dimension.score for dimension in score.dimensions}
    assert by_name == {
        "outcome": Decimal("25.00"),
        "data": Decimal("100.00"),
        "pipeline": Decimal("0.00"),
        "governance": Decimal("0.00"),
        "cost": Decimal("0.00"),
    }
    assert score.overall == Decimal("25.00")


def test_not_applicable_leaves_both_sums():
    privacy = {"sign_off": passing_answer("privacy_screening", PLAYBOOK).sign_off}
    without = AnswerState("privacy_screening", answer="not_applicable", **privacy)

    score = of([passing_answer("tier_confirmed", PLAYBOOK), passing_answer("preliminary_plan", PLAYBOOK), without])

    governance = next(part for part in score.dimensions if part.dimension == "governance")
    assert (governance.score, [part.key for part in governance.parts]) == (
        Decimal("100.00"),
        ["tier_confirmed", "preliminary_plan"],
    )
    assert "privacy_screening" not in score.musts_open


def test_dimension_with_nothing_applicable_leaves_the_mean():
    verified = replace(passing_answer("sources_mapped", PLAYBOOK), answer="not_applicable", reason="no data at all")

    assert "data" not in [dimension.dimension for dimension in of([verified]).dimensions]


def test_waived_must_stays_in_the_denominator_and_stops_failing():
    answers = [
        replace(answer, probe=None, waived_until=NOW + timedelta(days=9))
        if answer.criterion == "cap_agreed"
        else answer
        for answer in passing_answers(PLAYBOOK)
    ]

    score = of(answers)

    assert (score.overall, score.musts_open, score.changes_at) == (Decimal("80.00"), (), NOW + timedelta(days=9))


def test_next_change_is_the_earliest_of_all_parts():
    answers = passing_answers(PLAYBOOK)
    soon = replace(passing_answer("sources_mapped", PLAYBOOK), evidence=(revision(1, valid_for=3),))

    assert of([*answers[:-1], soon]).changes_at == NOW + timedelta(days=3)


def test_answers_to_criteria_that_do_not_count_change_nothing():
    assert of([passing_answer("adoption", PLAYBOOK)]) == of([])


@given(answer_lists(), st.sampled_from(GATES), facts_strategy)
@settings(deadline=None)
def test_readiness_is_bounded(answers, gate, facts):
    score = of(answers, gate, facts)

    assert 0 <= score.overall <= 100
    assert all(0 <= dimension.score <= 100 for dimension in score.dimensions)
    assert all(0 <= result.achievement <= 1 for result in score.results)
    assert all(0 <= result.points <= result.points_possible + CENT for result in score.results)


@given(answer_lists(), st.sampled_from(GATES), facts_strategy)
@settings(deadline=None)
def test_parts_add_up_to_dimensions_and_to_the_total(answers, gate, facts):
    score = of(answers, gate, facts)

    assert sum(result.points for result in score.results) == score.overall
    assert sum(dimension.points for dimension in score.dimensions) == score.overall
    assert sum(dimension.points_possible for dimension in score.dimensions) == 100
    for dimension in score.dimensions:
        assert sum(part.points for part in dimension.parts) == dimension.points
        assert sum(part.points_possible for part in dimension.parts) == dimension.points_possible


@given(answer_lists(), st.sampled_from(GATES), facts_strategy)
@settings(deadline=None)
def test_score_agrees_with_exact_fractions_to_a_hundredth(answers, gate, facts):
    score = of(answers, gate, facts)

    exact = []
    for dimension in DIMENSIONS:
        parts = [result for result in score.results if result.dimension == dimension and result.counts]
        if parts:
            achieved = sum(Fraction(part.weight) * Fraction(part.achievement) for part in parts)
            exact.append(100 * achieved / sum(Fraction(part.weight) for part in parts))
    assert abs(Fraction(score.overall) - sum(exact) / len(exact)) <= Fraction(1, 100)


@given(answer_lists(), st.sampled_from(GATES), facts_strategy, st.data())
@settings(deadline=None)
def test_adding_an_unexpired_revision_to_an_attested_criterion_never_lowers(answers, gate, facts, data):
    attested = [answer for answer in answers if PLAYBOOK.criteria_by_key[answer.criterion].kind == "A"]
    if not attested:
        return
    chosen = data.draw(st.sampled_from(attested))
    valid_for = data.draw(st.none() | st.integers(1, 900))
    added = revision(data.draw(st.integers(0, 80)), valid_for=valid_for, id_=100)
    richer = [replace(answer, evidence=(*answer.evidence, added)) if answer is chosen else answer for answer in answers]

    before, after = of(answers, gate, facts), of(richer, gate, facts)

    assert after.overall >= before.overall
    assert set(after.musts_open) <= set(before.musts_open)


@given(answer_lists(), st.sampled_from(GATES), facts_strategy, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_order_of_insertion_is_irrelevant(answers, gate, facts, shuffler: random.Random):
    shuffled = [replace(answer, evidence=tuple(reversed(answer.evidence))) for answer in answers]
    shuffler.shuffle(shuffled)

    before, after = of(answers, gate, facts), of(shuffled, gate, facts)

    assert (after.overall, after.musts_open, after.changes_at) == (before.overall, before.musts_open, before.changes_at)


@given(answer_lists(), st.sampled_from(GATES), facts_strategy)
@settings(deadline=None)
def test_nothing_changes_before_the_next_change_is_announced(answers, gate, facts):
    score = of(answers, gate, facts)
    last = NOW + timedelta(days=3000) if score.changes_at is None else score.changes_at - timedelta(microseconds=1)
    known = [
        replace(answer, evidence=tuple(item for item in answer.evidence if item.uploaded_at <= NOW))
        for answer in answers
    ]

    later = readiness(PLAYBOOK, gate, facts, known, last)

    assert [part.verdict for part in later.results] == [part.verdict for part in score.results]
    assert later.overall == score.overall
