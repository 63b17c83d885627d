"""What stands in the way of a decision."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gates.rules.tally import CastVote, Seat, Tally, tally
from gates.rules.transitions import REVIEW_STATUSES, DecisionState, decision_blockers
from gates.rules.verdict import RecommendedOutcome
from pocgate.kernel.errors import Blocker
from scoring.rules.vocabulary import OUTCOMES
from tests.scoring.rules.examples import PLAIN_CASE, default_playbook, result

GO, COND, PIVOT, PAUSE, STOP = OUTCOMES


def voted(*outcomes: str, veto: str | None = None) -> Tally:
    seats = [Seat(1, "member", "business"), Seat(2, "member", "technical"), Seat(3, "compliance", "compliance")]
    votes = [CastVote(seat.id, outcome) for seat, outcome in zip(seats, outcomes, strict=False)]
    votes = [replace(vote, veto=veto) if vote.seat_id == 3 else vote for vote in votes]
    return tally(default_playbook().gate(0), PLAIN_CASE, seats, votes)


def recommended(outcome: str, rule: str = "some_rule") -> RecommendedOutcome:
    return RecommendedOutcome(outcome, rule, (), ())


DECISION = DecisionState(
    review_status="closed",
    is_chair=True,
    in_conflict=False,
    outcome=GO,
    reason="Agreed",
    reason_code="",
    conditions=1,
    tally=voted(GO, GO, GO),
    recommended=recommended(GO),
    results=(result("problem_stated"),),
    musts_open=(),
    musts_blocking=(),
    dossier_outdated=False,
)


def codes(blockers: list[Blocker]) -> list[str]:
    assert all(blocker.text for blocker in blockers)
    return [blocker.code for blocker in blockers]


def blocked(**changes: object) -> list[str]:
    state = replace(DECISION, **changes)
    if state.outcome in (PIVOT, PAUSE, STOP) and "reason_code" not in changes:
        state = replace(state, reason_code="value")
    return codes(decision_blockers(state))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"reason": ""}, []),
        *[({"review_status": status}, ["wrong_status"]) for status in REVIEW_STATUSES if status != "closed"],
        ({"is_chair": False}, ["not_chair"]),
        ({"in_conflict": True}, ["in_conflict"]),
        ({"outcome": "maybe"}, ["unknown_outcome"]),
        ({"dossier_outdated": True}, ["dossier_outdated"]),
        ({"tally": voted(GO, GO)}, ["no_quorum"]),
        ({"tally": voted()}, ["no_quorum"]),
        ({"outcome": STOP, "reason_code": ""}, ["reason_code_missing"]),
        ({"outcome": STOP, "reason_code": "bad_luck"}, ["reason_code_missing"]),
        ({"outcome": STOP, "reason_code": "superseded"}, []),
        ({"outcome": STOP, "reason": " "}, ["reason_missing"]),
        ({"outcome": COND, "conditions": 0}, ["conditions_missing"]),
        ({"outcome": COND}, []),
    ],
)
def test_decision(changes, expected):
    assert blocked(**changes) == expected


@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("tallied", OUTCOMES)
def test_decision_is_the_outcome_voted_or_a_more_cautious_one(tallied, outcome):
    allowed = OUTCOMES.index(outcome) >= OUTCOMES.index(tallied)

    assert blocked(outcome=outcome, tally=voted(*[tallied] * 3)) == ([] if allowed else ["more_lenient_than_vote"])


@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("policy", [*OUTCOMES, "not_ready"])
def test_decision_is_never_more_lenient_than_policy(policy, outcome):
    allowed = outcome not in (GO, COND) if policy == "not_ready" else OUTCOMES.index(outcome) >= OUTCOMES.index(policy)

    assert blocked(outcome=outcome, recommended=recommended(policy)) == (
        [] if allowed else ["more_lenient_than_policy"]
    )


@pytest.mark.parametrize(
    ("outcome", "musts_open", "musts_blocking", "expected"),
    [
        (GO, ("ci_cd",), (), ["musts_open"]),
        (GO, ("ci_cd",), ("ci_cd",), ["musts_open"]),
        (COND, ("ci_cd",), (), []),
        (COND, ("ci_cd",), ("ci_cd",), ["musts_open"]),
        (PIVOT, ("ci_cd",), ("ci_cd",), []),
        (PAUSE, ("ci_cd",), ("ci_cd",), []),
        (STOP, ("ci_cd",), ("ci_cd",), []),
    ],
)
def test_go_is_refused_while_a_must_fails(outcome, musts_open, musts_blocking, expected):
    assert blocked(outcome=outcome, musts_open=musts_open, musts_blocking=musts_blocking) == expected


@pytest.mark.parametrize(("outcome", "expected"), [(GO, ["musts_waived"]), (COND, []), (STOP, [])])
def test_waived_must_allows_a_conditional_go_at_best(outcome, expected):
    assert blocked(outcome=outcome, results=(result("incident_response", "waived"),)) == expected


@pytest.mark.parametrize(
    ("outcome", "expected"), [(GO, ["vetoed"]), (COND, ["vetoed"]), (PIVOT, []), (PAUSE, []), (STOP, [])]
)
def test_veto_lets_nothing_go_on(outcome, expected):
    assert blocked(outcome=outcome, tally=voted(GO, GO, GO, veto="security_review")) == expected


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [(GO, ["more_lenient_than_vote"]), (COND, ["more_lenient_than_vote"]), (PIVOT, []), (PAUSE, []), (STOP, [])],
)
def test_tie_is_broken_by_the_chair_within_the_tied(outcome, expected):
    assert blocked(outcome=outcome, tally=voted(PIVOT, PAUSE, STOP)) == expected


def test_vote_in_which_all_abstained_decides_nothing():
    assert blocked(tally=voted("abstain", "abstain", "abstain")) == ["no_counted_votes"]


@pytest.mark.parametrize(
    ("status", "outcome", "expected"),
    [
        ("requested", STOP, []),
        ("in_preparation", STOP, []),
        ("closed", STOP, []),
        ("voting", STOP, ["wrong_status"]),
        ("decided", STOP, ["wrong_status"]),
        ("requested", PAUSE, ["wrong_status", "no_quorum"]),
    ],
)
def test_owner_s_proposal_to_stop_needs_no_vote(status, outcome, expected):
    assert blocked(review_status=status, outcome=outcome, is_stop_proposal=True, tally=voted()) == expected


def test_quorum_blocker_names_who_is_absent():
    (blocker,) = decision_blockers(replace(DECISION, tally=voted(GO)))

    assert blocker.text == "No quorum: 1 of at least 3 members voted, and nobody for technical."
