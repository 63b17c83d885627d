"""Counting the votes of one review. Pure: seats, votes and policy in; quorum, presence, outcome and vetoes out.

Quorum and presence count heads: a vote on the present dossier, abstentions included, of a seat not recused. Shares
count weights: the denominator is the weight of the votes cast without abstentions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from math import ceil

from scoring.rules.facts import CaseFacts
from scoring.rules.playbook.gates import GatePolicy
from scoring.rules.vocabulary import ABSTAIN, OUTCOMES

GO, CONDITIONAL_GO = "go", "conditional_go"
# Outcomes with which the case goes on to the next stage.
APPROVALS = (GO, CONDITIONAL_GO)
# Without approval the plurality of these decides; the chair breaks a tie.
DECLINING = ("pivot", "pause", "stop")


@dataclass(frozen=True)
class Seat:
    """A seat of the committee on this review. `weight` is 0 where its holder signed for compliance on the case."""

    id: int
    role: str
    discipline: str
    weight: Decimal = Decimal(1)
    recused: bool = False


@dataclass(frozen=True)
class CastVote:
    """The latest vote of a seat. `is_current` is False when it was cast on an older dossier: it waits for confirmation.

    `veto` names the criterion vetoed, of a veto that was not lifted.
    """

    seat_id: int
    outcome: str
    is_current: bool = True
    veto: str | None = None


@dataclass(frozen=True)
class Veto:
    """A veto that stands: whose seat, with which role, on which criterion."""

    seat_id: int
    role: str
    criterion: str


@dataclass(frozen=True)
class Tally:
    """The state of a vote. `outcome` is None without quorum, without a counted vote, or while `tied` awaits the chair.

    `weights` gives the weight per outcome; `absent` names the disciplines still to be present; `outstanding` the seats
    that may still vote. `can_still_change` is whether any votes of those could change outcome, quorum or vetoes.
    """

    seats: int
    voters: int
    voters_needed: int
    absent: tuple[str, ...]
    weights: tuple[tuple[str, Fraction], ...]
    outcome: str | None
    tied: tuple[str, ...]
    vetoes: tuple[Veto, ...]
    outstanding: tuple[int, ...]
    can_still_change: bool

    @property
    def quorum_met(self) -> bool:
        """Whether enough seats voted and every discipline asked for is among them."""
        return self.voters >= self.voters_needed and not self.absent

    @property
    def approval_share(self) -> Fraction | None:
        """The share of `go` in the counted weight; None when nothing counts."""
        weights = dict(self.weights)
        whole = sum(weights.values(), Fraction(0))
        return weights[GO] / whole if whole else None

    @property
    def is_approval(self) -> bool:
        """Whether the votes carry the case on, vetoes apart."""
        return self.outcome in (GO, CONDITIONAL_GO)


def tally(policy: GatePolicy, facts: CaseFacts, seats: Iterable[Seat], votes: Iterable[CastVote]) -> Tally:
    """The tally of a review. Votes of recused or unknown seats do not count; a second vote of a seat is an error."""
    able = sorted((seat for seat in seats if not seat.recused), key=lambda seat: seat.id)
    by_seat = _current_by_seat(votes)
    voted = [seat for seat in able if seat.id in by_seat]
    outstanding = [seat for seat in able if seat.id not in by_seat]
    weights = _weights(voted, by_seat)
    needed = max(ceil(policy.quorum_share * len(able)), policy.min_voters)
    counted = Tally(
        seats=len(able),
        voters=len(voted),
        voters_needed=needed,
        absent=absent_disciplines(policy, facts, voted),
        weights=tuple(weights.items()),
        outcome=None,
        tied=(),
        vetoes=_vetoes(policy, voted, by_seat),
        outstanding=tuple(seat.id for seat in outstanding),
        can_still_change=False,
    )
    tied = _leading(policy, weights) if counted.quorum_met else ()
    resolved = replace(counted, outcome=tied[0] if len(tied) == 1 else None, tied=tied if len(tied) > 1 else ())
    return replace(resolved, can_still_change=_can_change(policy, facts, resolved, voted, outstanding))


def _current_by_seat(votes: Iterable[CastVote]) -> dict[int, CastVote]:
    by_seat: dict[int, CastVote] = {}
    for vote in votes:
        if not vote.is_current:
            continue
        if vote.seat_id in by_seat:
            raise ValueError(f"seat {vote.seat_id} has two current votes")
        by_seat[vote.seat_id] = vote
    return by_seat


def _weights(voted: Sequence[Seat], by_seat: dict[int, CastVote]) -> dict[str, Fraction]:
    weights = dict.fromkeys(OUTCOMES, Fraction(0))
    for seat in voted:
        outcome = by_seat[seat.id].outcome
        if outcome != ABSTAIN:
            weights[outcome] += Fraction(seat.weight)
    return weights


def absent_disciplines(policy: GatePolicy, facts: CaseFacts, voted: Sequence[Seat]) -> tuple[str, ...]:
    """Disciplines the policy asks to be present that none of these seats speaks for."""
    present = {name for seat in voted for name in (seat.discipline, seat.role)}
    return tuple(
        asked.discipline
        for asked in policy.presence
        if (not asked.tiers or facts.effective_tier in asked.tiers) and asked.discipline not in present
    )


def _vetoes(policy: GatePolicy, voted: Sequence[Seat], by_seat: dict[int, CastVote]) -> tuple[Veto, ...]:
    return tuple(
        Veto(seat.id, seat.role, criterion)
        for seat in voted
        if seat.role in policy.veto_roles and (criterion := by_seat[seat.id].veto) is not None
    )


def _leading(policy: GatePolicy, weights: dict[str, Fraction]) -> tuple[str, ...]:
    """The outcome of these weights; several when they tie, none when nothing counts."""
    whole = sum(weights.values(), Fraction(0))
    if not whole:
        return ()
    if policy.approval.is_reached(weights[GO], whole):
        return (GO,)
    if policy.approval.is_reached(weights[GO] + weights[CONDITIONAL_GO], whole):
        return (CONDITIONAL_GO,)
    most = max(weights[outcome] for outcome in DECLINING)
    return tuple(outcome for outcome in DECLINING if weights[outcome] == most)


def _can_change(
    policy: GatePolicy, facts: CaseFacts, counted: Tally, voted: Sequence[Seat], outstanding: Sequence[Seat]
) -> bool:
    weights = dict(counted.weights)
    left = sum((Fraction(seat.weight) for seat in outstanding), Fraction(0))
    whole = sum(weights.values(), Fraction(0)) + left
    if not counted.quorum_met:
        return _could_decide(policy, facts, counted, [*voted, *outstanding], whole)
    if counted.is_approval and not counted.vetoes and any(seat.role in policy.veto_roles for seat in outstanding):
        return True
    # Every result other than the present one is reached best when all that is left votes for one outcome.
    present = _leading(policy, weights)
    return left > 0 and any(
        _leading(policy, weights | {outcome: weights[outcome] + left}) != present for outcome in OUTCOMES
    )


def _could_decide(
    policy: GatePolicy, facts: CaseFacts, counted: Tally, everyone: Sequence[Seat], whole: Fraction
) -> bool:
    """Whether the outstanding votes could still bring a quorum and with it an outcome."""
    enough = len(everyone) >= counted.voters_needed and not absent_disciplines(policy, facts, everyone)
    return enough and whole > 0
