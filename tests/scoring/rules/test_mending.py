"""What it would take: the cheapest set of changes, held against trying every set."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import chain, combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.rules.explaining import Plan, ways
from scoring.rules.explaining.mending import EFFORT_UNITS, is_waivable
from scoring.rules.facts import CaseFacts
from scoring.rules.playbook import Playbook
from scoring.rules.playbook.criteria import Applicability, Criterion
from scoring.rules.readiness import AnswerState, Readiness, readiness
from scoring.rules.vocabulary import GATES
from tests.scoring.rules.examples import NOW, PLAIN_CASE, default_playbook, passing_answer, passing_answers
from tests.scoring.rules.strategies import answer_lists, facts_strategy

PLAYBOOK = default_playbook()
PATTERN = PLAYBOOK.criteria_by_key["sources_mapped"]


@st.composite
def small_cases(draw: st.DrawFn) -> tuple[Playbook, list[AnswerState]]:
    """A playbook of up to eight attested criteria, and what is said about each."""
    criteria, answers = [], []
    for number in range(draw(st.integers(1, 8))):
        criterion = _criterion(draw, f"criterion_{number}")
        criteria.append(criterion)
        answers.append(draw(_said(criterion)))
    gate = replace(PLAYBOOK.gate(0), readiness_bar=draw(st.integers(0, 100)))
    recommendation = replace(PLAYBOOK.recommendation, closable_musts=draw(st.integers(0, 3)))
    made = replace(PLAYBOOK, criteria=tuple(criteria), gates=(gate, *PLAYBOOK.gates[1:]), recommendation=recommendation)
    return made, answers


def _criterion(draw: st.DrawFn, key: str) -> Criterion:
    return replace(
        PATTERN,
        key=key,
        dimension=draw(st.sampled_from(["outcome", "data", "cost"])),
        counts=(Applicability(draw(st.sampled_from(["must", "should"])), 0, ()),),
        weight=Decimal(draw(st.sampled_from([1, 2, 3]))),
        closable=draw(st.booleans()),
        effort=draw(st.sampled_from(["S", "M", "L"])),
        lead_days=draw(st.sampled_from([1, 5, 14, 31, 60])),
    )


@st.composite
def _said(draw: st.DrawFn, criterion: Criterion) -> AnswerState:
    shown = passing_answer("sources_mapped", PLAYBOOK)
    state = draw(st.sampled_from(["met", "met", "partly", "unanswered", "unanswered", "unanswered", "waived"]))
    answer = replace(shown, criterion=criterion.key, answer="unanswered" if state == "waived" else state)
    return replace(answer, waived_until=NOW + timedelta(days=9)) if state == "waived" else answer


def with_made(playbook: Playbook, answers: list[AnswerState], made: Collection[str]) -> Readiness:
    """The readiness once the named criteria are shown."""
    shown = passing_answer("sources_mapped", PLAYBOOK)
    done = [replace(shown, criterion=answer.criterion) if answer.criterion in made else answer for answer in answers]
    return readiness(playbook, 0, PLAIN_CASE, done, NOW)


def may_pass(playbook: Playbook, found: Readiness, outcome: str) -> bool:
    """The gate policy, read from its text once more: which musts may stand in which state."""
    policy = playbook.recommendation
    criteria = playbook.criteria_by_key
    still_open = [criteria[key] for key in found.musts_open]
    waived = [result for result in found.results if result.level == "must" and result.verdict == "waived"]
    if outcome == "go":
        return not still_open and not waived
    in_time = all(criterion.closable and criterion.lead_days <= policy.closing_days for criterion in still_open)
    return in_time and len(still_open) <= policy.closable_musts


def cost_of(playbook: Playbook, made: Collection[str]) -> tuple[int, int, int]:
    criteria = [playbook.criteria_by_key[key] for key in made]
    effort = sum(EFFORT_UNITS[criterion.effort] for criterion in criteria)
    return effort, sum(criterion.lead_days for criterion in criteria), len(criteria)


def cheapest_by_trying(
    playbook: Playbook, answers: list[AnswerState], outcome: str, bar: int
) -> tuple[int, int, int] | None:
    before = with_made(playbook, answers, ())
    possible = [result.key for result in before.results if result.is_open or result.verdict == "waived"]
    every_set = chain.from_iterable(combinations(possible, count) for count in range(len(possible) + 1))
    costs = [
        cost_of(playbook, made)
        for made in every_set
        if may_pass(playbook, after := with_made(playbook, answers, made), outcome) and after.overall >= bar
    ]
    return min(costs, default=None)


def keys(plan: Plan) -> set[str]:
    return {change.key for change in plan.changes}


@given(small_cases())
@settings(deadline=None, max_examples=80)
def test_no_other_set_of_changes_is_cheaper(made):
    playbook, answers = made
    bar = playbook.gate(0).readiness_bar

    for way in ways(playbook, with_made(playbook, answers, ()), PLAIN_CASE):
        assert cost_of(playbook, keys(way.needed)) == cheapest_by_trying(playbook, answers, way.outcome, 0)
        assert way.to_the_bar is not None
        assert cost_of(playbook, keys(way.to_the_bar)) == cheapest_by_trying(playbook, answers, way.outcome, bar)


@given(small_cases())
@settings(deadline=None, max_examples=80)
def test_plan_leads_where_it_says(made):
    playbook, answers = made

    for way in ways(playbook, with_made(playbook, answers, ()), PLAIN_CASE):
        for plan in (way.needed, way.to_the_bar):
            assert plan is not None
            after = with_made(playbook, answers, keys(plan))
            assert after.overall == plan.overall
            assert may_pass(playbook, after, way.outcome)
            assert set(after.musts_open) == {change.key for change in plan.left_open}


@given(answer_lists(), st.sampled_from(GATES), facts_strategy)
@settings(deadline=None, max_examples=40)
def test_ways_of_any_case_in_the_default_playbook_are_found(answers, gate, facts):
    found = readiness(PLAYBOOK, gate, facts, answers, NOW)

    to_go, conditional = ways(PLAYBOOK, found, facts)

    assert conditional.needed.effort <= to_go.needed.effort
    assert {change.key for change in to_go.needed.changes} >= set(found.musts_open)


def test_nothing_is_needed_where_everything_passes():
    to_go, conditional = ways(PLAYBOOK, readiness(PLAYBOOK, 2, PLAIN_CASE, passing_answers(PLAYBOOK), NOW), PLAIN_CASE)

    assert (to_go.needed.changes, conditional.needed.changes) == ((), ())
    assert to_go.to_the_bar == to_go.needed


def test_conditional_go_leaves_the_dearest_closable_musts_open():
    answers = [
        AnswerState(answer.criterion) if answer.criterion in LATE else answer for answer in passing_answers(PLAYBOOK)
    ]

    _, conditional = ways(PLAYBOOK, readiness(PLAYBOOK, 2, PLAIN_CASE, answers, NOW), PLAIN_CASE)

    # quality_sla takes 20 days, ci_cd 15, training_plan 10, all of medium effort; rollback_tested is not closable.
    assert {change.key for change in conditional.needed.left_open} == {"quality_sla", "ci_cd"}
    assert keys(conditional.needed) == {"training_plan", "rollback_tested"}


LATE = ("quality_sla", "ci_cd", "training_plan", "rollback_tested")


def test_closable_must_that_takes_longer_than_the_condition_may_run_is_not_left_open():
    answers = [answer for answer in passing_answers(PLAYBOOK) if answer.criterion != "value_realised"]

    _, conditional = ways(PLAYBOOK, readiness(PLAYBOOK, 3, PLAIN_CASE, answers, NOW), PLAIN_CASE)

    assert PLAYBOOK.criteria_by_key["value_realised"].lead_days > PLAYBOOK.recommendation.closing_days
    assert keys(conditional.needed) == {"value_realised"}


def test_lead_is_the_longest_side_by_side_and_the_sum_in_turn():
    to_go, _ = ways(PLAYBOOK, readiness(PLAYBOOK, 0, PLAIN_CASE, [], NOW), PLAIN_CASE)

    leads = [PLAYBOOK.criteria_by_key[change.key].lead_days for change in to_go.needed.changes]
    assert (to_go.needed.lead_days, to_go.needed.lead_days_in_turn) == (max(leads), sum(leads))


@pytest.mark.parametrize(
    ("key", "who"),
    [
        ("tier_confirmed", ("compliance",)),
        ("sources_mapped", ("team", "data_owner")),
        ("cap_agreed", ("team", "budget_holder")),
        ("problem_stated", ("team",)),
        ("sponsor_confirmed", ("sponsor", "budget_holder")),
    ],
)
def test_change_says_who_acts(key, who):
    to_go, _ = ways(PLAYBOOK, readiness(PLAYBOOK, 0, PLAIN_CASE, [], NOW), PLAIN_CASE)

    assert next(change.who for change in to_go.needed.changes if change.key == key) == who


def test_change_that_only_waits_for_its_verifier_names_the_verifier_alone():
    claimed = replace(passing_answer("drift_schema_plan", PLAYBOOK), verified_at=None, verified_by_id=None)

    to_go, _ = ways(PLAYBOOK, readiness(PLAYBOOK, 2, PLAIN_CASE, [claimed], NOW), PLAIN_CASE)

    assert next(change.who for change in to_go.needed.changes if change.key == "drift_schema_plan") == ("data_owner",)


@pytest.mark.parametrize(
    ("key", "gate", "personal_data", "waivable"),
    [
        ("tier_confirmed", 0, "no", False),
        ("business_owner", 1, "no", False),
        ("kpi_baseline_target", 0, "no", False),
        ("rollback_tested", 2, "no", False),
        ("rollback_tested", 3, "no", True),
        ("privacy_screening", 0, "yes", False),
        ("privacy_screening", 0, "no", True),
        ("sources_mapped", 0, "no", True),
    ],
)
def test_waivable_follows_the_bans_of_the_playbook(key, gate, personal_data, waivable):
    facts = CaseFacts("built", personal_data, "no", "minimal", "no")

    assert is_waivable(PLAYBOOK, key, gate, facts) is waivable
