"""The verdict of a single criterion from what is stored about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.rules.readiness import AnswerState, CriterionResult, ProbeResult, evaluate_criterion
from scoring.rules.vocabulary import GATES
from tests.scoring.rules.examples import NOW, default_playbook, record, revision, sign_off
from tests.scoring.rules.strategies import answer_states

DAY = timedelta(days=1)


def attested(answer: str, gate: int = 1, level: str = "must", **state: object) -> CriterionResult:
    """`sources_mapped` (valid 365 days, verified by the data owner) answered like this."""
    criterion = default_playbook().criteria_by_key["sources_mapped"]
    return evaluate_criterion(criterion, level, gate, AnswerState("sources_mapped", answer, **state), NOW)


def signed(**state: object) -> CriterionResult:
    """`tier_confirmed` (valid 365 days) in this state."""
    criterion = default_playbook().criteria_by_key["tier_confirmed"]
    return evaluate_criterion(criterion, "must", 1, AnswerState("tier_confirmed", **state), NOW)


def computed(**state: object) -> CriterionResult:
    criterion = default_playbook().criteria_by_key["problem_stated"]
    return evaluate_criterion(criterion, "must", 1, AnswerState("problem_stated", **state), NOW)


def shown(result: CriterionResult) -> tuple[str, Decimal, str]:
    return result.verdict, result.achievement, result.reason.code


CLAIMED = {"answered_at": NOW - 2 * DAY, "author_id": 1}
VERIFIED = {**CLAIMED, "verified_at": NOW - DAY, "verified_by_id": 2}
VALID, EXPIRED = (revision(),), (revision(400),)


@pytest.mark.parametrize(
    ("answer", "state", "expected"),
    [
        ("met", {"evidence": VALID}, ("pass", Decimal(1), "shown")),
        ("met", {"evidence": ()}, ("not_enough_evidence", Decimal(0), "no_evidence")),
        ("met", {"evidence": EXPIRED}, ("stale", Decimal(0), "evidence_expired")),
        ("met", {"evidence": (revision(current=False),)}, ("not_enough_evidence", Decimal(0), "no_evidence")),
        ("met", {"evidence": (revision(-1),)}, ("not_enough_evidence", Decimal(0), "no_evidence")),
        ("met", {"evidence": (revision(400, id_=1), revision(1, id_=2))}, ("pass", Decimal(1), "shown")),
        ("partly", {"evidence": VALID}, ("fail", Decimal("0.5"), "partly_met")),
        ("partly", {"evidence": ()}, ("fail", Decimal("0.5"), "partly_met")),
        ("partly", {"evidence": EXPIRED}, ("stale", Decimal(0), "evidence_expired")),
        ("not_met", {"evidence": VALID}, ("fail", Decimal(0), "answered_not_met")),
        ("unanswered", {"evidence": VALID}, ("not_enough_evidence", Decimal(0), "unanswered")),
        ("in_progress", {}, ("not_enough_evidence", Decimal(0), "answer_not_from_here")),
        ("planned", {}, ("not_enough_evidence", Decimal(0), "answer_not_from_here")),
        ("waived", {}, ("not_enough_evidence", Decimal(0), "answer_not_from_here")),
        ("precluded", {}, ("not_enough_evidence", Decimal(0), "answer_not_from_here")),
        ("withheld", {}, ("not_enough_evidence", Decimal(0), "answer_not_from_here")),
        ("not_applicable", {}, ("not_enough_evidence", Decimal(0), "not_applicable_without_reason")),
        (
            "not_applicable",
            {"reason": "no data", **CLAIMED},
            ("not_enough_evidence", Decimal(0), "not_applicable_unverified"),
        ),
        ("not_applicable", {"reason": "no data", **VERIFIED}, ("not_applicable", Decimal(0), "does_not_apply")),
    ],
)
def test_attested_must_at_gate_1(answer, state, expected):
    assert shown(attested(answer, **state)) == expected


def test_not_applicable_on_a_should_needs_a_reason_only():
    assert attested("not_applicable", level="should", reason="no data", **CLAIMED).verdict == "not_applicable"


@pytest.mark.parametrize(
    ("gate", "level", "state", "expected"),
    [
        (1, "must", CLAIMED, ("pass", Decimal(1), "shown")),
        (2, "must", CLAIMED, ("not_enough_evidence", Decimal("0.5"), "not_verified")),
        (3, "must", CLAIMED, ("not_enough_evidence", Decimal("0.5"), "not_verified")),
        (2, "should", CLAIMED, ("pass", Decimal(1), "shown")),
        (2, "must", VERIFIED, ("pass", Decimal(1), "shown_and_verified")),
        (2, "must", {**VERIFIED, "verified_by_id": 1}, ("not_enough_evidence", Decimal("0.5"), "not_verified")),
        (
            2,
            "must",
            {**VERIFIED, "verified_at": NOW - 3 * DAY},
            ("not_enough_evidence", Decimal("0.5"), "not_verified"),
        ),
    ],
)
def test_verification_is_due_for_musts_from_gate_2_and_by_another_person(gate, level, state, expected):
    assert shown(attested("met", gate, level, evidence=VALID, **state)) == expected


@pytest.mark.parametrize(
    ("revisions", "days_left"),
    [
        ((revision(5),), 360),
        ((revision(5, valid_for=10),), 10),
        ((revision(5, valid_for=900),), 360),
        ((revision(5, valid_for=10), revision(100, id_=2)), 265),
        ((revision(5, valid_for=10), revision(1, current=False, id_=2)), 10),
    ],
)
def test_answer_expires_with_the_last_of_its_current_revisions(revisions, days_left):
    result = attested("met", evidence=revisions)

    assert result.expires_at == NOW + timedelta(days=days_left)
    assert result.changes_at == result.expires_at


def test_answer_is_stale_from_the_very_moment_its_evidence_ends():
    criterion = default_playbook().criteria_by_key["sources_mapped"]
    answer = AnswerState("sources_mapped", "met", evidence=(revision(0),))
    end = NOW + timedelta(days=365)

    before = evaluate_criterion(criterion, "must", 1, answer, end - timedelta(microseconds=1))
    at_the_end = evaluate_criterion(criterion, "must", 1, answer, end)

    assert (before.verdict, at_the_end.verdict, at_the_end.changes_at) == ("pass", "stale", None)


def test_evidence_of_a_criterion_that_does_not_age_never_expires():
    criterion = default_playbook().criteria_by_key["ai_justified"]
    answer = AnswerState("ai_justified", "met", evidence=(revision(5000),))

    result = evaluate_criterion(criterion, "must", 0, answer, NOW)

    assert (result.verdict, result.expires_at, result.changes_at) == ("pass", None, None)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ({}, ("not_enough_evidence", Decimal(0), "awaiting_sign_off")),
        ({"answer": "met", "evidence": VALID}, ("not_enough_evidence", Decimal(0), "awaiting_sign_off")),
        ({"answer": "partly"}, ("fail", Decimal(0), "partly_met")),
        ({"answer": "not_met"}, ("fail", Decimal(0), "answered_not_met")),
        ({"sign_off": sign_off()}, ("pass", Decimal(1), "signed")),
        ({"sign_off": sign_off(), "evidence": VALID}, ("pass", Decimal(1), "signed")),
        ({"sign_off": sign_off(), "evidence": EXPIRED}, ("stale", Decimal(0), "sign_off_expired")),
        ({"sign_off": sign_off(days_ago=400)}, ("stale", Decimal(0), "sign_off_expired")),
        ({"sign_off": sign_off("returned"), "evidence": VALID}, ("returned", Decimal(0), "sign_off_returned")),
        ({"sign_off": sign_off("outdated"), "evidence": VALID}, ("stale", Decimal(0), "sign_off_outdated")),
        ({"sign_off": sign_off(), "answer": "not_applicable"}, ("not_applicable", Decimal(0), "does_not_apply")),
        ({"answer": "not_applicable"}, ("not_enough_evidence", Decimal(0), "awaiting_sign_off")),
    ],
)
def test_signed_must(state, expected):
    assert shown(signed(**state)) == expected


@pytest.mark.parametrize(
    ("probe", "expected"),
    [
        (None, ("not_enough_evidence", Decimal(0), "never_computed")),
        (ProbeResult(Decimal(1), "pass", "problem_stated"), ("pass", Decimal(1), "problem_stated")),
        (
            ProbeResult(Decimal("0.4444"), "not_enough_evidence", "lines_missing"),
            ("not_enough_evidence", Decimal("0.4444"), "lines_missing"),
        ),
    ],
)
def test_computed_must_is_what_its_probe_found(probe, expected):
    assert shown(computed(probe=probe)) == expected


def test_computed_criterion_cannot_be_ticked():
    assert computed(answer="met", evidence=VALID, **VERIFIED).verdict == "not_enough_evidence"


@pytest.mark.parametrize(
    ("result", "verdict"),
    [
        (attested("unanswered", waived_until=NOW + DAY), "waived"),
        (attested("partly", waived_until=NOW + DAY), "waived"),
        (attested("met", evidence=EXPIRED, waived_until=NOW + DAY), "waived"),
        (signed(sign_off=sign_off("returned"), waived_until=NOW + DAY), "waived"),
        (attested("met", evidence=VALID, waived_until=NOW + DAY), "pass"),
        (attested("unanswered", waived_until=NOW), "not_enough_evidence"),
        (attested("partly", waived_until=NOW - DAY), "fail"),
    ],
)
def test_waiver_holds_until_its_end_and_only_where_needed(result, verdict):
    assert result.verdict == verdict


def test_waived_criterion_achieves_nothing_stays_in_the_sum_and_is_not_open():
    result = attested("partly", evidence=VALID, waived_until=NOW + DAY, waiver=record("waiver"))

    assert (result.achievement, result.counts, result.is_open) == (Decimal(0), True, False)
    assert (result.changes_at, result.records) == (NOW + DAY, (record("waiver"),))


def test_missing_evidence_never_turns_any_verdict_into_a_pass():
    answers = ["met", "partly", "not_met", "unanswered", "not_applicable", "planned"]
    states = [CLAIMED, VERIFIED, {**VERIFIED, "reason": "none"}]

    verdicts = {attested(answer, gate, **state).verdict for answer in answers for gate in (0, 2) for state in states}

    assert "pass" not in verdicts


@given(st.sampled_from(list(default_playbook().criteria_by_key)), st.sampled_from(GATES), st.data())
def test_records_taken_away_never_turn_a_verdict_into_a_pass(key, gate, data):
    state = data.draw(answer_states(key))
    less = replace(
        state,
        evidence=(),
        verified_at=data.draw(st.sampled_from([state.verified_at, None])),
        sign_off=data.draw(st.sampled_from([state.sign_off, None])),
        probe=data.draw(st.sampled_from([state.probe, None])),
        waived_until=data.draw(st.sampled_from([state.waived_until, None])),
    )
    criterion = default_playbook().criteria_by_key[key]

    before, after = (evaluate_criterion(criterion, "must", gate, one, NOW).verdict for one in (state, less))

    assert before == "pass" or after != "pass"


def test_records_name_what_lies_behind_newest_first():
    answer = record("answer", 9)
    older, newer = revision(20, id_=1), revision(10, id_=2)

    result = attested("met", evidence=(older, newer), record=answer)

    assert result.records == (answer, newer.record, older.record)
    assert replace(result, records=()).records == ()
