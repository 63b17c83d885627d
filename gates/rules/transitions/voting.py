"""Opening the vote, voting and recusing oneself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gates.rules.transitions.status import IN_PREPARATION, REQUESTED, VOTING, status_blockers
from pocgate.kernel.errors import Blocker
from scoring.rules.vocabulary import ABSTAIN, OUTCOMES

# Said of every vote of a holder: to say it of a veto alone would tell that there is one.
HOLDER_VOTED = Blocker(
    "holder_voted",
    "The holder of this seat has voted; only they change that vote, which needs the delegation to end, or lift a veto "
    "in it.",
)


@dataclass(frozen=True)
class OpeningState:
    """What opening the vote depends on. `able_seats` are the seats neither recused nor in conflict."""

    review_status: str
    is_chair: bool
    now: datetime
    closes_at: datetime | None
    able_seats: int
    min_voters: int
    has_dossier: bool


@dataclass(frozen=True)
class VoteState:
    """What casting or changing a vote depends on.

    `has_seat` is about a seat of one's own or filled as a delegate, at this moment; `is_delegated_away` that another
    person fills one's seat. `seen_revision` is the dossier revision the voter had before them. `follows_vote`: the seat
    came in place of one that ended after its vote, which counts. `holder_voted`: the vote of the delegated seat is its
    holder's own.
    """

    review_status: str
    now: datetime
    voting_closes_at: datetime | None
    has_seat: bool
    in_conflict: bool
    is_recused: bool
    is_delegated_away: bool
    seen_revision: int
    current_revision: int
    outcome: str
    rationale: str
    veto_criterion: str | None = None
    veto_lifts_when: str = ""
    may_veto: bool = False
    follows_vote: bool = False
    holder_voted: bool = False


@dataclass(frozen=True)
class RecusalState:
    """What recusing oneself depends on."""

    review_status: str
    now: datetime
    voting_closes_at: datetime | None
    has_seat: bool
    is_recused: bool
    reason: str
    is_delegated_away: bool = False
    holder_voted: bool = False


def opening_blockers(state: OpeningState) -> list[Blocker]:
    """What stands in the way of opening the vote."""
    blockers = status_blockers(state.review_status, VOTING)
    if not state.is_chair:
        blockers.append(Blocker("not_chair", "Only the chair, or the deputy in their place, opens the vote."))
    if state.closes_at is None or state.closes_at <= state.now:
        blockers.append(Blocker("closes_in_the_past", "Set a time in the future at which the vote closes."))
    if state.able_seats < state.min_voters:
        counts = {"seats": state.able_seats, "needed": state.min_voters}
        message = "{seats} members can vote on this case; at least {needed} have to."
        blockers.append(Blocker("too_few_seats", message, counts))
    if not state.has_dossier:
        blockers.append(Blocker("no_dossier", "The dossier is not frozen yet."))
    return blockers


def vote_blockers(state: VoteState) -> list[Blocker]:
    """What stands in the way of a vote: the moment, the person, then what was written."""
    return [
        *_moment_blockers(state.review_status, state.now, state.voting_closes_at),
        *_voter_blockers(state),
        *_ballot_blockers(state),
    ]


def recusal_blockers(state: RecusalState) -> list[Blocker]:
    """What stands in the way of recusing oneself; possible from the request until the vote closes."""
    blockers = []
    if state.review_status not in (REQUESTED, IN_PREPARATION):
        blockers += _moment_blockers(state.review_status, state.now, state.voting_closes_at)
    if not state.has_seat:
        blockers.append(Blocker("no_seat", "You have no seat on this committee."))
    if state.is_recused:
        blockers.append(Blocker("recused", "You are already recused from this review."))
    if state.is_delegated_away:
        blockers.append(Blocker("delegated", "Your seat is delegated; your delegate stands back from the review."))
    elif state.holder_voted:
        blockers.append(HOLDER_VOTED)
    if not state.reason.strip():
        blockers.append(Blocker("reason_missing", "Recusing yourself needs a reason."))
    return blockers


def _moment_blockers(status: str, now: datetime, closes_at: datetime | None) -> list[Blocker]:
    if status != VOTING:
        return [Blocker("not_voting", "The vote is not open: the review is {status}.", {"status": status})]
    # The time decides, not the job that closes the vote: nothing is taken at or after it.
    if closes_at is not None and now >= closes_at:
        return [Blocker("voting_over", "The vote closed at {closed_at}.", {"closed_at": closes_at.isoformat()})]
    return []


def _voter_blockers(state: VoteState) -> list[Blocker]:
    blockers = []
    if not state.has_seat:
        blockers.append(Blocker("no_seat", "You have no seat on this committee."))
    if state.in_conflict:
        message = "You are or were on the team of this case, or fund it, and cannot vote on it."
        blockers.append(Blocker("in_conflict", message))
    if state.is_recused:
        blockers.append(Blocker("recused", "You are recused from this review."))
    if state.is_delegated_away:
        blockers.append(_delegated(state))
    elif state.holder_voted:
        blockers.append(HOLDER_VOTED)
    if state.follows_vote:
        message = "Your seat came in place of one that has voted in this review already; that vote counts."
        blockers.append(Blocker("seat_has_voted", message))
    return blockers


def _delegated(state: VoteState) -> Blocker:
    if state.holder_voted:
        return Blocker("delegated", "Your seat is delegated; end the delegation to confirm or change your vote.")
    return Blocker("delegated", "Your seat is delegated; your delegate votes in it.")


def _ballot_blockers(state: VoteState) -> list[Blocker]:
    blockers = []
    if state.outcome not in (*OUTCOMES, ABSTAIN):
        message = "“{outcome}” is no outcome to vote for."
        blockers.append(Blocker("unknown_outcome", message, {"outcome": state.outcome}))
    if state.seen_revision != state.current_revision:
        message = "The dossier changed to revision {current} since you read revision {seen}; look at it again."
        revisions = {"current": state.current_revision, "seen": state.seen_revision}
        blockers.append(Blocker("dossier_changed", message, revisions))
    if state.outcome != "go" and not state.rationale.strip():
        blockers.append(Blocker("rationale_missing", "Any vote but go needs a rationale."))
    if state.veto_criterion is not None and not state.may_veto:
        blockers.append(Blocker("no_veto", "Your seat has no veto at this gate."))
    if state.veto_criterion is not None and not state.veto_criterion.strip():
        blockers.append(Blocker("veto_unnamed", "A veto names the criterion it is about."))
    if state.veto_criterion is not None and not state.veto_lifts_when.strip():
        blockers.append(Blocker("veto_lift_missing", "A veto says what would lift it."))
    return blockers
