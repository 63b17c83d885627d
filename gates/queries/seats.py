"""Who sits on the committee of a review, who fills each seat, who of them can take part, and who presides.

A vote that was taken outlives the seat it was cast in: see `standings_that_voted`, and `follows_vote` for successors.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Exists, F, OuterRef, QuerySet

from gates.enums import SeatRole
from gates.models import Delegation, Dossier, GateReview, Recusal, Seat, SignOff, Vote
from gates.queries.committees import conflicts_of, delegations_at, seats_at
from pocgate.identity.models import User


@dataclass(frozen=True)
class SeatStanding:
    """A seat on one review. `conflict` is `on_team`, `interested` or empty; `recusal` the reason given, or empty.

    `delegation` is the one in force: its delegate fills the seat and the principal is locked out meanwhile. `signed`
    says that either of them signed for compliance on the case, so that the vote weighs nothing. `is_over` says that the
    seat's term ended before the vote did; `follows_vote` that the seat came in place of one whose vote counts already;
    `holder_voted` that the seat is delegated and its vote the holder's own, which no delegate changes;
    `voted_before_conflict` that it voted on the present dossier before the conflict began.
    """

    seat: Seat
    conflict: str
    recusal: str
    signed: bool
    delegation: Delegation | None = None
    is_over: bool = False
    follows_vote: bool = False
    holder_voted: bool = False
    voted_before_conflict: bool = False

    @property
    def is_able(self) -> bool:
        """Neither recused nor in conflict."""
        return not self.conflict and not self.recusal

    @property
    def is_voter(self) -> bool:
        """Counts in this review: able, or voted while able, and not in place of a seat that voted already."""
        return not self.recusal and not self.follows_vote and (not self.conflict or self.voted_before_conflict)

    @property
    def is_open_to_filler(self) -> bool:
        """Whoever fills the seat can vote in it."""
        return self.is_able and not self.follows_vote and not self.holder_voted

    @property
    def voter_id(self) -> int:
        """Whose act the vote of the seat is: of whoever fills it, but of the holder once they voted themselves."""
        return self.seat.user_id if self.holder_voted else self.filled_by_id

    @property
    def reachable_id(self) -> int:
        """Who is told of the vote: who casts it, or the holder where the delegate's account is closed."""
        is_lost = self.delegation is not None and not self.delegation.delegate.is_active
        return self.seat.user_id if is_lost else self.voter_id

    @property
    def filled_by(self) -> User:
        """Who votes in the seat: the delegate while it is delegated, else the person appointed."""
        return self.delegation.delegate if self.delegation else self.seat.user

    @property
    def filled_by_id(self) -> int:
        """The id of `filled_by`."""
        return self.delegation.delegate_id if self.delegation else self.seat.user_id


def standings_of(review: GateReview, *, now: datetime) -> tuple[SeatStanding, ...]:
    """The seats of the review's committee, as they stood when it ended or stand now, in order of appointment."""
    moment = _moment(review, now)
    room = _Room.of(review, moment)
    delegations = delegations_at(review.committee, moment)
    seats = list(seats_at(review.committee, moment))
    followers = _following(review, seats, moment)
    voted = _voted_by_holder(review, delegations)
    standings = [
        replace(
            room.standing(seat, delegations.get(seat.pk), holder_voted=seat.pk in voted),
            follows_vote=seat.pk in followers,
        )
        for seat in seats
    ]
    return _with_votes_before_conflict(review, standings)


def standings_that_voted(review: GateReview, votes: Iterable[Vote], *, now: datetime) -> tuple[SeatStanding, ...]:
    """The standings of seats whose term ended after they cast one of these votes, as it was cast."""
    found = list(votes)
    if not found:
        return ()
    room = _Room.of(review, _moment(review, now))
    standings = [
        replace(
            room.standing(vote.seat, vote.delegation, holder_voted=vote.cast_by_id == vote.seat.user_id), is_over=True
        )
        for vote in found
    ]
    return _with_votes_before_conflict(review, standings)


def _with_votes_before_conflict(review: GateReview, standings: Sequence[SeatStanding]) -> tuple[SeatStanding, ...]:
    """A vote that was taken is not lost because its caster joined the team afterwards, or was put on it."""
    in_conflict = [standing.seat.pk for standing in standings if standing.conflict]
    if not in_conflict:
        return tuple(standings)
    able = {
        vote.seat_id
        for vote in _current_votes(review).filter(seat__in=in_conflict)
        if vote.cast_by_id not in conflicts_of(review.case_id, now=vote.changed_at or vote.cast_at)
    }
    return tuple(replace(one, voted_before_conflict=one.seat.pk in able) for one in standings)


def _current_votes(review: GateReview) -> QuerySet[Vote]:
    """Votes on the latest revision."""
    newer = Dossier.objects.filter(review=review, revision__gt=OuterRef("dossier__revision"))
    return Vote.objects.filter(~Exists(newer), review=review)


def _moment(review: GateReview, now: datetime) -> datetime:
    ended_at = review.closed_at or review.decided_at or review.withdrawn_at
    return min(ended_at, now) if ended_at else now


@dataclass(frozen=True)
class _Room:
    """What takes a person or a seat out of one review."""

    conflicts: Mapping[int, str]
    recusals: Mapping[int, str]
    signers: Collection[int]

    @staticmethod
    def of(review: GateReview, moment: datetime) -> _Room:
        recusals = dict(Recusal.objects.filter(review=review).values_list("seat_id", "reason"))
        return _Room(conflicts_of(review.case_id, now=moment), recusals, _signers(review))

    def standing(self, seat: Seat, delegation: Delegation | None, *, holder_voted: bool) -> SeatStanding:
        # A vote of the holder does not depend on who came to fill the seat after it.
        people = [seat.user_id, *([delegation.delegate_id] if delegation and not holder_voted else [])]
        return SeatStanding(
            seat=seat,
            # A person in conflict does not choose who votes instead, so either of the two takes the seat out.
            conflict=next((self.conflicts[person] for person in people if person in self.conflicts), ""),
            recusal=self.recusals.get(seat.pk, ""),
            signed=any(person in self.signers for person in people),
            delegation=delegation,
            holder_voted=holder_voted,
        )


def _following(review: GateReview, seats: Sequence[Seat], moment: datetime) -> frozenset[int]:
    """Seats that came in place of one that ended in mid-vote after voting on the present dossier, one for each."""
    opened_at = review.voting_opened_at
    newcomers = [seat for seat in seats if opened_at is not None and seat.started_at >= opened_at]
    if not newcomers:
        return frozenset()
    cast = _current_votes(review).filter(seat__ended_at__lte=moment).select_related("seat")
    followers: set[int] = set()
    for vote in cast.order_by("seat__ended_at", "seat"):
        free = [seat for seat in newcomers if seat.pk not in followers and _is_in_place_of(seat, vote.seat)]
        same_person = [seat for seat in free if seat.user_id == vote.seat.user_id]
        followers.update(seat.pk for seat in (same_person or free)[:1])
    return frozenset(followers)


def _voted_by_holder(review: GateReview, seats: Collection[int]) -> frozenset[int]:
    if not seats:
        return frozenset()
    votes = Vote.objects.filter(review=review, seat__in=seats, cast_by=F("seat__user"))
    return frozenset(votes.values_list("seat_id", flat=True))


def _is_in_place_of(seat: Seat, ended: Seat) -> bool:
    """Whether the seat was given after the other ended, to the same person or for the same part."""
    if ended.ended_at is None or seat.started_at < ended.ended_at:
        return False
    same_part = seat.role == ended.role and (seat.role != SeatRole.MEMBER or seat.discipline == ended.discipline)
    return seat.user_id == ended.user_id or same_part


def _signers(review: GateReview) -> frozenset[int]:
    signed = SignOff.objects.filter(case=review.case_id, iteration=review.iteration, superseded_at__isnull=True)
    return frozenset(signed.values_list("signed_by", flat=True))


def presiding_standing(standings: Iterable[SeatStanding]) -> SeatStanding | None:
    """The chair, or the deputy while the chair is in conflict, recused, has delegated or left; None when neither can.

    A delegation passes on a vote, not the office: a delegate presides only where neither holder is there.
    """
    able = [standing for standing in standings if standing.is_able and standing.filled_by.is_active]
    for is_delegated in (False, True):
        for role in (SeatRole.CHAIR, SeatRole.DEPUTY):
            for standing in able:
                if standing.seat.role == role and (standing.delegation is not None) == is_delegated:
                    return standing
    return None


def presiding_seat(standings: Iterable[SeatStanding]) -> Seat | None:
    """The seat that presides."""
    standing = presiding_standing(standings)
    return standing.seat if standing else None


def standing_of(user: User, standings: Iterable[SeatStanding]) -> SeatStanding | None:
    """The person's own seat, delegated or not."""
    return next((standing for standing in standings if standing.seat.user_id == user.pk), None)


def filled_by(user: User, standings: Iterable[SeatStanding]) -> tuple[SeatStanding, ...]:
    """The seats that the person votes in: their own unless delegated, then those they fill for others."""
    found = [standing for standing in standings if standing.filled_by_id == user.pk]
    return tuple(sorted(found, key=lambda standing: standing.delegation is not None))


def presides(user: User, standings: Iterable[SeatStanding]) -> bool:
    """Whether the person presides over the review."""
    standing = presiding_standing(standings)
    return standing is not None and standing.filled_by_id == user.pk and user.is_active
