"""Casting and changing a vote. Every change is kept; nothing of its content leaves by activity or mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from gates.commands.states import lock_review, refuse
from gates.commands.texts import text_problems
from gates.models import Dossier, GateReview, Seat, Vote, VoteChange
from gates.queries.seats import SeatStanding, standing_of, standings_of
from gates.queries.votes import current_dossier
from gates.rules.transitions import VoteState, vote_blockers
from pocgate.identity.commands import require_recent_sign_in
from pocgate.identity.models import User
from pocgate.identity.rules import SignIn
from pocgate.kernel.errors import FieldProblem, Invalid
from pocgate.ledger.commands import Act, record
from scoring.queries.playbooks import playbook_of
from scoring.rules.playbook import GatePolicy

MOST_CONFIDENT = 100
MOST_CONDITIONS = 10


@dataclass(frozen=True)
class Ballot:
    """What a voter writes. `outcome` is one of the five or `abstain`; `confidence` is 0–100 per cent.

    `seen_revision` is the dossier revision they had before them.
    """

    outcome: str
    seen_revision: int
    rationale: str = ""
    conditions: tuple[str, ...] = ()
    veto_criterion: str = ""
    confidence: int | None = None


def cast_vote(*, review_id: int, ballot: Ballot, actor: User, sign_in: SignIn, now: datetime) -> Vote:
    """Cast or change the vote of the actor's own seat.

    Raises RecentSignInRequired, Invalid, NotAllowedNow (closed or over, no seat, conflict, recused, older dossier,
    no rationale).
    """
    require_recent_sign_in(sign_in, now=now)
    _check_values(ballot)
    with transaction.atomic():
        review = lock_review(review_id)
        booth = _Booth(
            review=review,
            policy=playbook_of(review.playbook_id).gate(review.gate),
            own=standing_of(actor, standings_of(review, now=now)),
            dossier=current_dossier(review),
            actor=actor,
            now=now,
        )
        refuse(vote_blockers(_state(booth, ballot)))
        vote, is_change = _write(booth, ballot)
        verb = "review.vote_changed" if is_change else "review.voted"
        # Who voted is known to the committee; what they voted is not, so nothing of it stands here.
        record(Act(verb, "review", review.pk, review.case_id, after={"seat": vote.seat_id}), actor=actor, now=now)
    return vote


@dataclass(frozen=True)
class _Booth:
    """Everything a vote is cast in."""

    review: GateReview
    policy: GatePolicy
    own: SeatStanding | None
    dossier: Dossier | None
    actor: User
    now: datetime


def _check_values(ballot: Ballot) -> None:
    texts = {"rationale": ballot.rationale, "veto_criterion": ballot.veto_criterion}
    texts |= {f"conditions/{position}": text for position, text in enumerate(ballot.conditions)}
    problems = [problem for pointer, text in texts.items() for problem in text_problems(pointer, text)]
    if ballot.confidence is not None and not 0 <= ballot.confidence <= MOST_CONFIDENT:
        problems.append(FieldProblem("confidence", "out_of_range", "Confidence is a number from 0 to 100."))
    if len(ballot.conditions) > MOST_CONDITIONS:
        shown = {"conditions": MOST_CONDITIONS}
        message = "At most {conditions} conditions can be proposed."
        problems.append(FieldProblem("conditions", "too_many", message, shown))
    if problems:
        raise Invalid(problems)


def _state(booth: _Booth, ballot: Ballot) -> VoteState:
    own = booth.own
    return VoteState(
        review_status=booth.review.state,
        now=booth.now,
        voting_closes_at=booth.review.voting_closes_at,
        has_seat=own is not None and booth.actor.is_active and booth.actor.is_person,
        in_conflict=bool(own and own.conflict),
        is_recused=bool(own and own.recusal),
        is_delegated_away=False,
        seen_revision=ballot.seen_revision,
        current_revision=booth.dossier.revision if booth.dossier else 0,
        outcome=ballot.outcome,
        rationale=ballot.rationale,
        veto_criterion=ballot.veto_criterion or None,
        may_veto=own is not None and can_veto(own.seat, booth.policy),
    )


def can_veto(seat: Seat, policy: GatePolicy) -> bool:
    """Whether the seat's role may veto at this gate."""
    return seat.role in policy.veto_roles


def _write(booth: _Booth, ballot: Ballot) -> tuple[Vote, bool]:
    """The vote as it now stands, and whether it replaces an earlier one."""
    if booth.own is None or booth.dossier is None:  # the blockers have refused both
        raise AssertionError("a vote without seat or dossier passed the blockers")
    content = _content(ballot, booth.dossier, booth.actor)
    at_seat = {"review": booth.review, "seat": booth.own.seat, "cast_at": booth.now}
    vote = Vote.objects.filter(review=booth.review, seat=booth.own.seat).first()
    is_change = vote is not None
    if vote is None:
        vote = Vote.objects.create(**at_seat, **content)
    else:
        vote.changed_after_sight = _changes_after_sight(vote, ballot, booth.policy)
        vote.changed_at = booth.now
        for name, value in content.items():
            setattr(vote, name, value)
        vote.save()
    VoteChange.objects.create(**at_seat, **content)
    return vote, is_change


def _content(ballot: Ballot, dossier: Dossier, actor: User) -> dict[str, Any]:
    return {
        "cast_by": actor,
        "outcome": ballot.outcome,
        "rationale": ballot.rationale.strip(),
        "conditions": [text.strip() for text in ballot.conditions if text.strip()],
        "veto_criterion": ballot.veto_criterion.strip(),
        "confidence": ballot.confidence,
        "dossier": dossier,
    }


def _changes_after_sight(earlier: Vote, ballot: Ballot, policy: GatePolicy) -> bool:
    """Whether the vote becomes another one after its caster could read others', which their own vote had opened."""
    if earlier.changed_after_sight:
        return True
    becomes_another = (earlier.outcome, earlier.veto_criterion) != (ballot.outcome, ballot.veto_criterion.strip())
    others = Vote.objects.filter(review=earlier.review_id).exclude(pk=earlier.pk)
    return becomes_another and policy.blind_until == "own_vote" and others.exists()
