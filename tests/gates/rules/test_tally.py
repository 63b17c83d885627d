"""The tally, against examples and against an independent count by brute force."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gates.rules.tally import CastVote, Seat, Tally, tally
from scoring.rules.facts import CaseFacts
from scoring.rules.playbook import GatePolicy
from scoring.rules.vocabulary import ABSTAIN, OUTCOMES
from tests.scoring.rules.examples import PLAIN_CASE, default_playbook

GATE_0, GATE_1, GATE_2 = (default_playbook().gate(gate) for gate in (0, 1, 2))
DISCIPLINES = ("business", "technical", "business", "technical", "business", "technical")


def seats(count: int, **changes: Mapping[int, object]) -> list[Seat]:
    """Members in turn from business and technical; the last is compliance."""
    roles = ["member"] * (count - 1) + ["compliance"]
    return [Seat(number, roles[number - 1], DISCIPLINES[(number - 1) % 6]) for number in range(1, count + 1)]


def counted(
    outcomes: Sequence[str | None], policy: GatePolicy = GATE_0, facts: CaseFacts = PLAIN_CASE, **vetoes: str
) -> Tally:
    """The tally of as many seats as outcomes, None for those who have not voted."""
    votes = [
        CastVote(number, outcome, veto=vetoes.get(f"seat_{number}"))
        for number, outcome in enumerate(outcomes, 1)
        if outcome is not None
    ]
    return tally(policy, facts, seats(len(outcomes)), votes)


GO, COND, PIVOT, PAUSE, STOP = OUTCOMES


@pytest.mark.parametrize(
    ("outcomes", "outcome", "tied"),
    [
        ([GO, GO, GO], GO, ()),
        ([GO, GO, STOP], GO, ()),
        ([GO, STOP, PAUSE], None, (PAUSE, STOP)),
        ([GO, COND, STOP], COND, ()),
        ([GO, GO, STOP, STOP], STOP, ()),
        ([GO, COND, STOP, STOP], STOP, ()),
        ([GO, PIVOT, PIVOT, STOP], PIVOT, ()),
        ([GO, PIVOT, PAUSE, STOP], None, (PIVOT, PAUSE, STOP)),
        ([GO, ABSTAIN, ABSTAIN], GO, ()),
        ([GO, STOP, ABSTAIN], STOP, ()),
        ([ABSTAIN, ABSTAIN, ABSTAIN], None, ()),
        ([GO, GO, None], None, ()),
        ([GO, GO, GO, None, None, None], GO, ()),
        ([GO, None, GO, None, GO, None], None, ()),
    ],
)
def test_outcome_at_gate_0(outcomes, outcome, tied):
    result = counted(outcomes)

    assert (result.outcome, result.tied) == (outcome, tied)


@pytest.mark.parametrize(
    ("outcomes", "outcome"),
    [
        ([GO, GO, STOP], GO),
        ([GO, GO, GO, STOP, STOP], STOP),
        ([GO, GO, COND, STOP, STOP], STOP),
        ([GO, GO, COND, COND, STOP, STOP], COND),
        ([GO, GO, GO, GO, STOP, STOP], GO),
    ],
)
def test_two_thirds_are_enough_at_gate_2(outcomes, outcome):
    assert counted(outcomes, GATE_2).outcome == outcome


@pytest.mark.parametrize(
    ("able", "needed_0", "needed_2"), [(1, 3, 3), (3, 3, 3), (5, 3, 3), (6, 3, 4), (7, 4, 5), (10, 5, 6), (15, 8, 9)]
)
def test_quorum_is_a_share_of_the_seats_not_recused_and_at_least_three(able, needed_0, needed_2):
    committee = [*seats(able), replace(seats(1)[0], id=99, recused=True)]

    assert tally(GATE_0, PLAIN_CASE, committee, []).voters_needed == needed_0
    assert tally(GATE_2, PLAIN_CASE, committee, []).voters_needed == needed_2


def test_abstentions_count_for_quorum_and_not_for_shares():
    result = counted([GO, ABSTAIN, ABSTAIN])

    assert (result.voters, result.quorum_met, result.approval_share) == (3, True, Fraction(1))


def test_vote_of_a_recused_seat_does_not_count():
    committee = [replace(seat, recused=seat.id == 1) for seat in seats(4)]

    result = tally(GATE_0, PLAIN_CASE, committee, [CastVote(number, GO) for number in (1, 2, 3, 4)])

    assert (result.seats, result.voters, result.outstanding) == (3, 3, ())


def test_vote_on_an_older_dossier_waits_for_confirmation():
    votes = [CastVote(1, GO), CastVote(2, GO), CastVote(3, STOP, is_current=False)]

    result = tally(GATE_0, PLAIN_CASE, seats(3), votes)

    assert (result.voters, result.outcome, result.outstanding) == (2, None, (3,))


def test_two_current_votes_of_a_seat_are_an_error():
    with pytest.raises(ValueError, match="seat 1"):
        tally(GATE_0, PLAIN_CASE, seats(3), [CastVote(1, GO), CastVote(1, STOP)])


@pytest.mark.parametrize(
    ("policy", "tier", "absent"),
    [
        (GATE_0, "high", ()),
        (GATE_1, "minimal", ()),
        (GATE_1, "limited", ("compliance",)),
        (GATE_1, "high", ("compliance",)),
        (GATE_1, "unassessed", ("compliance",)),
        (GATE_1, "prohibited", ("compliance",)),
        (GATE_2, "minimal", ("compliance",)),
    ],
)
def test_presence_asks_for_compliance_by_gate_and_tier(policy, tier, absent):
    facts = replace(PLAIN_CASE, tier=tier)

    without = counted([GO, GO, GO, GO, None], policy, facts)
    with_compliance = counted([GO, GO, GO, None, GO], policy, facts)

    assert (without.absent, with_compliance.absent) == (absent, ())
    assert without.outcome == (None if absent else GO)


def test_weight_counts_for_shares_and_not_for_quorum():
    committee = [replace(seat, weight=Decimal(0) if seat.id == 3 else Decimal("1.5")) for seat in seats(3)]

    result = tally(GATE_0, PLAIN_CASE, committee, [CastVote(1, GO), CastVote(2, STOP), CastVote(3, GO)])

    assert (result.voters, result.approval_share, result.outcome) == (3, Fraction(1, 2), STOP)


@pytest.mark.parametrize(
    ("policy", "role", "stands"),
    [(GATE_0, "compliance", True), (GATE_0, "security", False), (GATE_2, "security", True), (GATE_2, "member", False)],
)
def test_veto_stands_only_with_a_role_that_has_one(policy, role, stands):
    committee = [replace(seats(3)[0], role=role), *seats(3)[1:]]

    result = tally(policy, PLAIN_CASE, committee, [CastVote(1, STOP, veto="security_review")])

    assert [veto.criterion for veto in result.vetoes] == (["security_review"] if stands else [])


@pytest.mark.parametrize(
    ("outcomes", "can_change"),
    [
        ([GO, GO, GO], False),
        ([GO, GO, None], True),
        # Four of seven stay above half whatever the other three do, but the last seat has a veto.
        ([GO, GO, GO, GO, None, None, None], True),
        ([GO, GO, GO, None, None, None, GO], False),
        ([STOP, STOP, STOP, STOP, None, None, None], False),
        ([STOP, STOP, STOP, PAUSE, None, None, None], True),
        ([GO, GO, GO, STOP, STOP, STOP], False),
        ([ABSTAIN, ABSTAIN, ABSTAIN, None], True),
    ],
)
def test_result_can_change_while_outstanding_votes_could_turn_it(outcomes, can_change):
    assert counted(outcomes).can_still_change == can_change


committees = st.lists(
    st.tuples(
        st.sampled_from(["member", "compliance", "security"]),
        st.sampled_from(["business", "technical"]),
        st.sampled_from([Decimal(0), Decimal(1), Decimal(1), Decimal(2)]),
        st.booleans() | st.just(False),
        st.sampled_from([*OUTCOMES, ABSTAIN, None, None]),
        st.sampled_from([None, None, "rollback_tested"]),
    ),
    min_size=1,
    max_size=5,
)
policies = st.sampled_from([default_playbook().gate(gate) for gate in (0, 1, 2, 3)])


def brute_result(policy: GatePolicy, tier: str, ballots: Sequence[tuple[Seat, str | None, str | None]]) -> object:
    """Quorum, outcome or tie, and whether a veto blocks it: counted the slow way, sharing no code with the tally."""
    able = [ballot for ballot in ballots if not ballot[0].recused]
    cast = [ballot for ballot in able if ballot[1] is not None]
    quorum = policy.quorum_share
    if len(cast) < policy.min_voters or len(cast) * quorum.denominator < len(able) * quorum.numerator:
        return "no quorum"
    if not brute_presence(policy, tier, [seat for seat, _outcome, _veto in cast]):
        return "no quorum"
    tokens = [outcome for seat, outcome, _veto in cast for _half in range(int(seat.weight * 2)) if outcome != ABSTAIN]
    if not tokens:
        return "nothing counted"
    decided = brute_outcome(policy, tokens)
    vetoed = any(veto and seat.role in policy.veto_roles for seat, _outcome, veto in cast)
    return decided, vetoed and decided in (["go"], ["conditional_go"])


def brute_presence(policy: GatePolicy, tier: str, present: Sequence[Seat]) -> bool:
    judged_as = {"unassessed": "high"}.get(tier, tier)
    asked = [item.discipline for item in policy.presence if not item.tiers or judged_as in item.tiers]
    return all(any(name in (seat.discipline, seat.role) for seat in present) for name in asked)


def brute_outcome(policy: GatePolicy, tokens: Sequence[str]) -> list[str]:
    def carries(outcomes: tuple[str, ...]) -> bool:
        share = Fraction(sum(token in outcomes for token in tokens), len(tokens))
        return share >= policy.approval.share if policy.approval.inclusive else share > policy.approval.share

    if carries(("go",)):
        return ["go"]
    if carries(("go", "conditional_go")):
        return ["conditional_go"]
    most = max(tokens.count(outcome) for outcome in ("pivot", "pause", "stop"))
    return [outcome for outcome in ("pivot", "pause", "stop") if tokens.count(outcome) == most]


@given(committees, policies, st.sampled_from(["minimal", "high", "unassessed"]))
@settings(deadline=None, max_examples=300)
def test_tally_agrees_with_brute_force(committee, policy, tier):
    ballots, result = drawn(committee, policy, tier)

    expected = brute_result(policy, tier, ballots)

    assert shown(result) == expected


@given(committees, policies)
@settings(deadline=None, max_examples=150)
def test_can_still_change_agrees_with_trying_every_remaining_vote(committee, policy):
    ballots, result = drawn(committee, policy, "high")
    now = brute_result(policy, "high", ballots)
    waiting = [number for number, (seat, outcome, _veto) in enumerate(ballots) if outcome is None and not seat.recused]

    results = []
    for choices in itertools.product([None, *OUTCOMES, ABSTAIN], repeat=len(waiting)):
        for veto in (None, "rollback_tested"):
            tried = list(ballots)
            for number, choice in zip(waiting, choices, strict=True):
                tried[number] = (ballots[number][0], choice, veto)
            results.append(brute_result(policy, "high", tried))

    # A committee that all abstained has a quorum and yet no outcome; reaching that is no change of the result.
    undecided = ("no quorum", "nothing counted")
    changes = [other for other in results if other != now and not (now in undecided and other in undecided)]
    assert result.can_still_change == bool(changes)


@given(committees, policies, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_tally_ignores_the_order_of_seats_and_votes(committee, policy, shuffler):
    ballots, result = drawn(committee, policy, "high")
    shuffler.shuffle(ballots)

    assert of_ballots(ballots, policy, "high") == result


def drawn(committee, policy: GatePolicy, tier: str) -> tuple[list[tuple[Seat, str | None, str | None]], Tally]:
    ballots = [
        (Seat(number, role, discipline, weight, recused), outcome, veto)
        for number, (role, discipline, weight, recused, outcome, veto) in enumerate(committee, 1)
    ]
    return ballots, of_ballots(ballots, policy, tier)


def of_ballots(ballots: Sequence[tuple[Seat, str | None, str | None]], policy: GatePolicy, tier: str) -> Tally:
    votes = [CastVote(seat.id, outcome, veto=veto) for seat, outcome, veto in ballots if outcome is not None]
    return tally(policy, replace(PLAIN_CASE, tier=tier), [seat for seat, _outcome, _veto in ballots], votes)


def shown(result: Tally) -> object:
    if not result.quorum_met:
        return "no quorum"
    decided = [result.outcome] if result.outcome else list(result.tied)
    return (decided, bool(result.vetoes) and result.is_approval) if decided else "nothing counted"
