"""What stands in the way of requesting, voting, closing, withdrawing and signing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from gates.rules.tally import CastVote, Seat, Tally, tally
from gates.rules.transitions import (
    REVIEW_STATUSES,
    ClosingState,
    OpeningState,
    RecusalState,
    RequestState,
    SignOffRequest,
    VoteState,
    WithdrawalState,
    closing_blockers,
    evidence_problems,
    opening_blockers,
    recusal_blockers,
    request_blockers,
    sign_off_blockers,
    vote_blockers,
    withdrawal_blockers,
)
from pocgate.kernel.errors import Blocker
from tests.scoring.rules.examples import NOW, PLAIN_CASE, default_playbook

HOUR = timedelta(hours=1)
VOTING_POLICY = default_playbook().voting


def codes(blockers: list[Blocker]) -> list[str]:
    assert all(blocker.text for blocker in blockers)
    return [blocker.code for blocker in blockers]


REQUEST = RequestState("active", 1, False, True, (), "go")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"case_status": "paused"}, []),
        ({"case_status": "draft"}, ["case_status"]),
        ({"case_status": "stopped"}, ["out_of_cycle_only"]),
        ({"case_status": "stopped", "kind": "out_of_cycle"}, []),
        ({"case_status": "stopped", "kind": "out_of_cycle", "proposal": "stop"}, ["stopped_already"]),
        ({"case_status": "retired"}, ["case_status"]),
        ({"case_status": "in_review", "has_open_review": True}, ["review_open"]),
        ({"stage": None}, ["stage_unknown"]),
        ({"has_committee": False}, ["no_committee"]),
        ({"open_conditions": ("Fix the logs",)}, ["conditions_open"]),
        ({"recommended": "not_ready", "missing": ("Security review",)}, ["not_ready"]),
        ({"recommended": "not_ready", "convened_by_chair": True}, ["reason_missing"]),
        ({"recommended": "not_ready", "convened_by_chair": True, "reason": "Board asks"}, []),
        ({"recommended": "stop"}, []),
        ({"recommended": "not_ready", "kind": "out_of_cycle"}, ["not_ready"]),
        ({"recommended": "not_ready", "kind": "out_of_cycle", "proposal": "stop"}, []),
        ({"recommended": "not_ready", "proposal": "stop"}, ["not_ready"]),
        ({"open_conditions": ("Fix",), "kind": "out_of_cycle", "proposal": "stop"}, []),
        (
            {"stage": None, "case_status": "draft", "has_committee": False, "recommended": "not_ready"},
            ["case_status", "not_ready"],
        ),
    ],
)
def test_request(changes, expected):
    assert codes(request_blockers(replace(REQUEST, **changes))) == expected


OPENING = OpeningState("in_preparation", True, NOW, NOW + HOUR, 3, 3, True)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"is_chair": False}, ["not_chair"]),
        ({"closes_at": None}, ["closes_in_the_past"]),
        ({"closes_at": NOW}, ["closes_in_the_past"]),
        ({"able_seats": 2}, ["too_few_seats"]),
        ({"has_dossier": False}, ["no_dossier"]),
        *[({"review_status": status}, ["wrong_status"]) for status in REVIEW_STATUSES if status != "in_preparation"],
    ],
)
def test_opening_the_vote(changes, expected):
    assert codes(opening_blockers(replace(OPENING, **changes))) == expected


VOTE = VoteState("voting", NOW, NOW + HOUR, True, False, False, False, 2, 2, "go", "")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        *[({"review_status": status}, ["not_voting"]) for status in REVIEW_STATUSES if status != "voting"],
        ({"now": NOW + HOUR}, ["voting_over"]),
        ({"now": NOW + HOUR - timedelta(microseconds=1)}, []),
        ({"voting_closes_at": None}, []),
        ({"has_seat": False}, ["no_seat"]),
        ({"in_conflict": True}, ["in_conflict"]),
        ({"is_recused": True}, ["recused"]),
        ({"is_delegated_away": True}, ["delegated"]),
        ({"seen_revision": 1}, ["dossier_changed"]),
        ({"outcome": "maybe"}, ["unknown_outcome", "rationale_missing"]),
        *[({"outcome": outcome}, ["rationale_missing"]) for outcome in ("conditional_go", "pivot", "stop", "abstain")],
        *[({"outcome": outcome, "rationale": "why"}, []) for outcome in ("conditional_go", "pause", "abstain")],
        ({"veto_criterion": "security_review", "veto_lifts_when": "A red team."}, ["no_veto"]),
        ({"veto_criterion": "security_review", "veto_lifts_when": "A red team.", "may_veto": True}, []),
        ({"veto_criterion": " ", "veto_lifts_when": "So.", "may_veto": True}, ["veto_unnamed"]),
        ({"veto_criterion": "tier_confirmed", "may_veto": True}, ["veto_lift_missing"]),
    ],
)
def test_vote(changes, expected):
    assert codes(vote_blockers(replace(VOTE, **changes))) == expected


RECUSAL = RecusalState("voting", NOW, NOW + HOUR, True, False, "Friend of the owner")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"review_status": "requested"}, []),
        ({"review_status": "in_preparation", "voting_closes_at": None}, []),
        *[({"review_status": status}, ["not_voting"]) for status in ("closed", "decided", "withdrawn")],
        ({"now": NOW + HOUR}, ["voting_over"]),
        ({"has_seat": False}, ["no_seat"]),
        ({"is_recused": True}, ["recused"]),
        ({"reason": " "}, ["reason_missing"]),
    ],
)
def test_recusal(changes, expected):
    assert codes(recusal_blockers(replace(RECUSAL, **changes))) == expected


def votes_of(voters: int, of: int = 6) -> Tally:
    """Of members in turn from business and technical, without a veto among them, so many voted go."""
    seats = [Seat(number, "member", ("business", "technical")[number % 2]) for number in range(of)]
    return tally(default_playbook().gate(0), PLAIN_CASE, seats, [CastVote(number, "go") for number in range(voters)])


@pytest.mark.parametrize(
    ("by_chair", "voters", "hours_past", "extensions_used", "expected"),
    [
        (True, 3, -1, 0, []),
        (True, 2, -1, 0, ["no_quorum"]),
        (True, 2, 0, 0, ["extension_due"]),
        (True, 2, 0, 1, []),
        (True, 6, 0, 0, []),
        (False, 3, -1, 0, ["still_open"]),
        (False, 4, -1, 0, []),
        (False, 2, -1, 0, ["still_open"]),
        (False, 3, 0, 0, []),
        (False, 2, 0, 0, ["extension_due"]),
        (False, 2, 0, 1, []),
        (False, 0, 5, 1, []),
    ],
)
def test_closing(by_chair, voters, hours_past, extensions_used, expected):
    state = ClosingState("voting", by_chair, NOW, NOW - hours_past * HOUR, votes_of(voters), extensions_used)

    assert codes(closing_blockers(state, VOTING_POLICY)) == expected


@pytest.mark.parametrize("status", [status for status in REVIEW_STATUSES if status != "voting"])
def test_closing_a_vote_that_is_not_open_is_refused(status):
    state = ClosingState(status, True, NOW, NOW, votes_of(6), 0)

    assert codes(closing_blockers(state, VOTING_POLICY)) == ["wrong_status"]


@pytest.mark.parametrize("status", REVIEW_STATUSES)
@pytest.mark.parametrize(
    ("person_and_reason", "early", "late"),
    [
        ((True, False, ""), [], ["not_yours_to_withdraw"]),
        ((False, True, "why"), [], []),
        ((False, True, ""), ["reason_missing"], ["reason_missing"]),
        ((True, True, ""), [], ["reason_missing"]),
        ((False, False, "why"), ["not_yours_to_withdraw"], ["not_yours_to_withdraw"]),
    ],
)
def test_withdrawal(status, person_and_reason, early, late):
    over = ["wrong_status"] if status in ("decided", "withdrawn") else []

    found = codes(withdrawal_blockers(WithdrawalState(status, *person_and_reason)))

    assert found == over + (early if status in ("requested", "in_preparation") else late)


SIGN_OFF = SignOffRequest(True, False, False, True, "accepted", "")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"is_compliance": False}, ["not_compliance"]),
        ({"on_team": True}, ["in_conflict"]),
        ({"uploaded_revision": True}, ["own_evidence"]),
        ({"checklist_open": False}, ["checklist_closed"]),
        ({"result": "outdated"}, ["unknown_result"]),
        ({"result": "returned"}, ["comment_missing"]),
        ({"result": "returned", "comment": "Sub-processors are missing"}, []),
        ({"on_team": True, "uploaded_revision": True}, ["in_conflict", "own_evidence"]),
    ],
)
def test_sign_off(changes, expected):
    assert codes(sign_off_blockers(replace(SIGN_OFF, **changes))) == expected


@pytest.mark.parametrize("result", ["accepted", "returned", "waived"])
@pytest.mark.parametrize("comment", ["", " ", "The register shows it."])
@pytest.mark.parametrize("binds_evidence", [False, True])
def test_only_an_acceptance_on_nothing_lacks_what_it_rests_on(result, comment, binds_evidence):
    problems = evidence_problems(result, comment, binds_evidence=binds_evidence)

    lacks = result == "accepted" and not comment.strip() and not binds_evidence
    assert [problem.pointer for problem in problems] == (["comment"] if lacks else [])
