"""Casting and changing a vote. Every change is kept; nothing of its content leaves by activity or mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from gates.commands.states import lock_review, refuse
from gates.commands.texts import text_problems
from gates.errors import unknown
from gates.models import Dossier, GateReview, Seat, Vote, VoteChange
from gates.queries.seats import SeatStanding, standings_of
from gates.queries.votes import current_dossier, seat_delegated_away, seat_to_vote_in
from gates.rules.transitions import VoteState, vote_blockers
from pocgate.identity.commands import require_recent_sign_in
from pocgate.identity.models import User
from pocgate.identity.rules import SignIn
from pocgate.kernel.errors import Blocker, FieldProblem, Invalid, NotAllowedNow
from pocgate.ledger.commands import Act, record
from scoring.queries.playbooks import playbook_of
from scoring.rules.playbook import GatePolicy, Playbook
from scoring.rules.playbook.gates import OWN_VOTE

MOST_CONFIDENT = 100
MOST_CONDITIONS = 10


@dataclass(frozen=True)
class Ballot:
    """What a voter writes. `outcome` is one of the five or `abstain`; `confidence` is 0–100 per cent.

    `seen_revision` is the dossier revision they had before them. `seat_id` names the seat where a person votes in more
    than one; without it their own counts, and where that is not theirs to use the one they fill as a delegate.
    """

    outcome: str
    seen_revision: int
    rationale: str = ""
    conditions: tuple[str, ...] = ()
    veto_criterion: str = ""
    veto_lifts_when: str = ""
    confidence: int | None = None
    seat_id: int | None = None


def cast_vote(*, review_id: int, ballot: Ballot, actor: User, sign_in: SignIn, now: datetime) -> Vote:
    """Cast or change the vote of a seat that the actor fills, their own or one delegated to them.

    Raises RecentSignInRequired, Invalid, NotAllowedNow (closed or over, no seat, seat delegated away, conflict,
    recused, seat of a holder who voted or in place of one that did, older dossier, no rationale, veto without a
    criterion or what lifts it).
    """
    require_recent_sign_in(sign_in, now=now)
    _check_values(ballot)
    with transaction.atomic():
        return _cast(_booth(lock_review(review_id), ballot.seat_id, actor, now), ballot)


def confirm_vote(
    *, review_id: int, seen_revision: int, actor: User, sign_in: SignIn, now: datetime, seat_id: int | None = None
) -> Vote:
    """Cast the vote of the seat once more as it was, on the dossier as it is now. Raises as `cast_vote` does."""
    require_recent_sign_in(sign_in, now=now)
    with transaction.atomic():
        booth = _booth(lock_review(review_id), seat_id, actor, now)
        earlier = Vote.objects.filter(review=booth.review, seat=booth.own.seat if booth.own else None).first()
        # What another person voted in the seat is as hidden from the present one as any vote.
        if earlier is None or earlier.cast_by_id != actor.pk:
            raise NotAllowedNow([Blocker("nothing_to_confirm", "You have no vote in this seat to confirm.")])
        ballot = Ballot(
            outcome=earlier.outcome,
            seen_revision=seen_revision,
            rationale=earlier.rationale,
            conditions=tuple(earlier.conditions),
            veto_criterion=earlier.veto_criterion,
            veto_lifts_when=earlier.veto_lifts_when,
            confidence=earlier.confidence,
            seat_id=seat_id,
        )
        return _cast(booth, ballot)


@dataclass(frozen=True)
class _Booth:
    """Everything a vote is cast in."""

    review: GateReview
    playbook: Playbook
    own: SeatStanding | None
    away: SeatStanding | None
    dossier: Dossier | None
    actor: User
    now: datetime

    @property
    def policy(self) -> GatePolicy:
        """What the gate asks of the vote."""
        return self.playbook.gate(self.review.gate)


def _booth(review: GateReview, seat_id: int | None, actor: User, now: datetime) -> _Booth:
    standings = standings_of(review, now=now)
    return _Booth(
        review=review,
        playbook=playbook_of(review.playbook_id),
        own=seat_to_vote_in(actor, standings, seat_id),
        away=seat_delegated_away(actor, standings, seat_id),
        dossier=current_dossier(review),
        actor=actor,
        now=now,
    )


def _cast(booth: _Booth, ballot: Ballot) -> Vote:
    _check_criterion(booth.playbook, ballot)
    refuse(vote_blockers(_state(booth, ballot)))
    vote, is_change = _write(booth, ballot)
    verb = "review.vote_changed" if is_change else "review.voted"
    review = booth.review
    # Who voted is known to the committee; what they voted is not, so nothing of it stands here. Programs know neither.
    act = Act(verb, "review", review.pk, review.case_id, after={"seat": vote.seat_id}, is_told=False)
    record(act, actor=booth.actor, on_behalf_of=_principal(booth), now=booth.now)
    return vote


def _principal(booth: _Booth) -> User | None:
    return booth.own.seat.user if booth.own and booth.own.delegation else None


def _check_values(ballot: Ballot) -> None:
    texts = {"rationale": ballot.rationale, "veto_criterion": ballot.veto_criterion}
    texts["veto_lifts_when"] = ballot.veto_lifts_when
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


def _check_criterion(playbook: Playbook, ballot: Ballot) -> None:
    key = ballot.veto_criterion.strip()
    if key and key not in playbook.criteria_by_key:
        raise Invalid([unknown("veto_criterion", key)])


def _state(booth: _Booth, ballot: Ballot) -> VoteState:
    own, away = booth.own, booth.away
    named = own or away
    return VoteState(
        review_status=booth.review.state,
        now=booth.now,
        voting_closes_at=booth.review.voting_closes_at,
        has_seat=named is not None and booth.actor.is_active and booth.actor.is_person,
        in_conflict=bool(own and own.conflict),
        is_recused=bool(own and own.recusal),
        is_delegated_away=away is not None,
        follows_vote=bool(own and own.follows_vote),
        holder_voted=bool(named and named.holder_voted),
        seen_revision=ballot.seen_revision,
        current_revision=booth.dossier.revision if booth.dossier else 0,
        outcome=ballot.outcome,
        rationale=ballot.rationale,
        veto_criterion=ballot.veto_criterion or None,
        veto_lifts_when=ballot.veto_lifts_when,
        may_veto=own is not None and can_veto(own.seat, booth.policy),
    )


def can_veto(seat: Seat, policy: GatePolicy) -> bool:
    """Whether the seat's role may veto at this gate."""
    return seat.role in policy.veto_roles


def _write(booth: _Booth, ballot: Ballot) -> tuple[Vote, bool]:
    """The vote as it now stands, and whether it replaces an earlier one."""
    if booth.own is None or booth.dossier is None:  # the blockers have refused both
        raise AssertionError("a vote without seat or dossier passed the blockers")
    content = _content(booth, ballot)
    at_seat = {"review": booth.review, "seat": booth.own.seat, "cast_at": booth.now}
    vote = Vote.objects.filter(review=booth.review, seat=booth.own.seat).first()
    is_change = vote is not None
    if vote is None:
        vote = Vote.objects.create(**at_seat, **content, changed_after_sight=_has_seen_others(booth))
    else:
        vote.changed_after_sight = _changes_after_sight(vote, ballot, booth.policy) or _has_seen_others(booth)
        vote.changed_at = booth.now
        for name, value in content.items():
            setattr(vote, name, value)
        vote.save()
    VoteChange.objects.create(**at_seat, **content)
    return vote, is_change


def _content(booth: _Booth, ballot: Ballot) -> dict[str, Any]:
    return {
        "cast_by": booth.actor,
        "delegation": booth.own.delegation if booth.own else None,
        "outcome": ballot.outcome,
        "rationale": ballot.rationale.strip(),
        "conditions": [text.strip() for text in ballot.conditions if text.strip()],
        "veto_criterion": ballot.veto_criterion.strip(),
        "veto_lifts_when": ballot.veto_lifts_when.strip() if ballot.veto_criterion.strip() else "",
        "confidence": ballot.confidence,
        "dossier": booth.dossier,
    }


def _changes_after_sight(earlier: Vote, ballot: Ballot, policy: GatePolicy) -> bool:
    """Whether the vote becomes another one after its caster could read others', which their own vote had opened."""
    if earlier.changed_after_sight:
        return True
    becomes_another = (earlier.outcome, earlier.veto_criterion) != (ballot.outcome, ballot.veto_criterion.strip())
    others = Vote.objects.filter(review=earlier.review_id).exclude(pk=earlier.pk)
    return becomes_another and policy.blind_until == OWN_VOTE and others.exists()


def _has_seen_others(booth: _Booth) -> bool:
    """Whether the caster took over the seat after a vote of their own had opened those of others to them."""
    delegation = booth.own.delegation if booth.own else None
    if delegation is None or booth.policy.blind_until != OWN_VOTE:
        return False
    begins = max(delegation.starts_at, delegation.created_at)
    return VoteChange.objects.filter(review=booth.review, cast_by=booth.actor, cast_at__lt=begins).exists()
