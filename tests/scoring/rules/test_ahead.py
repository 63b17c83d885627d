"""The forward view: when the score falls, and what makes it fall."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.rules.explaining import Outlook, outlook
from scoring.rules.readiness import AnswerState, Readiness, readiness
from scoring.rules.vocabulary import GATES
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
TWO_YEARS = timedelta(days=730)


def ahead(answers: list[AnswerState], gate: int = 0, bar: int = 70, length: timedelta = TWO_YEARS) -> Outlook:
    def at(moment: datetime) -> Readiness:
        return readiness(PLAYBOOK, gate, PLAIN_CASE, answers, moment)

    return outlook(at, now=NOW, until=NOW + length, bar=bar)


def with_ends(**ends: int) -> list[AnswerState]:
    """Everything is shown for ever, but the named criteria only for so many days."""
    forever = [
        replace(answer, evidence=(replace(revision(0), valid_until=NOW + timedelta(days=9000)),))
        for answer in passing_answers(default_playbook())
    ]
    return [
        replace(answer, evidence=(revision(1, valid_for=ends[answer.criterion]),))
        if answer.criterion in ends
        else answer
        for answer in forever
    ]


def test_score_falls_under_the_bar_at_the_very_moment_its_evidence_ends():
    found = ahead(with_ends(sources_mapped=30, compute_mapped=40))

    fall = found.falls_under_bar
    assert fall is not None
    assert (fall.at, fall.overall) == (NOW + timedelta(days=40), Decimal("60.00"))
    assert [loss.key for loss in fall.losses] == ["compute_mapped"]
    assert found.first_must_fails is not None
    assert found.first_must_fails.at == NOW + timedelta(days=30)


def test_losses_at_the_same_moment_are_one_step():
    found = ahead(with_ends(sources_mapped=30, compute_mapped=30), length=timedelta(days=60))

    assert [(step.at, {loss.key for loss in step.losses}) for step in found.steps] == [
        (NOW + timedelta(days=30), {"sources_mapped", "compute_mapped"})
    ]


def test_score_under_the_bar_already_does_not_fall_under_it():
    found = ahead([passing_answer("sources_mapped", PLAYBOOK)])

    assert (found.is_under_bar, found.falls_under_bar) == (True, None)


def test_nothing_that_ends_within_the_time_is_no_step():
    found = ahead(with_ends(sources_mapped=90), length=timedelta(days=89))

    assert (found.steps, found.falls_under_bar, found.first_must_fails, found.renewals) == ((), None, None, ())


def test_end_of_the_time_itself_still_belongs_to_it():
    assert len(ahead(with_ends(sources_mapped=90), length=timedelta(days=90)).steps) == 1


def test_waiver_that_ends_opens_its_must_without_costing_points():
    waived = replace(AnswerState("sources_mapped"), waived_until=NOW + timedelta(days=12))
    answers = [waived if answer.criterion == "sources_mapped" else answer for answer in with_ends()]

    found = ahead(answers, length=timedelta(days=60))

    assert found.first_must_fails is not None
    assert found.first_must_fails.at == NOW + timedelta(days=12)
    assert [renewal.key for renewal in found.renewals] == ["sources_mapped"]


def test_part_that_only_gets_another_share_needs_no_renewal():
    # The case's only other data criterion goes; shares of the rest do not move between dimensions' parts at gate 1.
    found = ahead(with_ends(quality_tests=20), gate=1, bar=85, length=timedelta(days=60))

    assert [renewal.key for renewal in found.renewals] == ["quality_tests"]


@given(answer_lists(), st.sampled_from(GATES), facts_strategy)
@settings(deadline=None, max_examples=40)
def test_stepping_finds_what_looking_on_every_day_finds(answers, gate, facts):
    known = [
        replace(answer, evidence=tuple(item for item in answer.evidence if item.uploaded_at <= NOW))
        for answer in answers
    ]

    def at(moment: datetime) -> Readiness:
        return readiness(PLAYBOOK, gate, facts, known, moment)

    found = outlook(at, now=NOW, until=NOW + timedelta(days=400), bar=50)

    for day in range(0, 401, 7):
        moment = NOW + timedelta(days=day)
        passed = [step for step in found.steps if step.at <= moment]
        shown = (passed[-1].overall, passed[-1].musts_open) if passed else (found.start.overall, found.start.musts_open)
        looked = at(moment)
        assert shown == (looked.overall, looked.musts_open)


@given(answer_lists(), st.sampled_from(GATES), facts_strategy)
@settings(deadline=None, max_examples=40)
def test_each_step_lies_after_the_one_before_and_accounts_for_its_difference(answers, gate, facts):
    def at(moment: datetime) -> Readiness:
        return readiness(PLAYBOOK, gate, facts, answers, moment)

    found = outlook(at, now=NOW, until=NOW + TWO_YEARS, bar=70)

    before, score = NOW, found.start.overall
    for step in found.steps:
        assert step.at > before
        assert score + sum(change.points for change in step.changes) == step.overall
        before, score = step.at, step.overall
