"""Who sits on the committee of a review, who fills each seat, who of them can take part, and who presides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from gates.enums import SeatRole
from gates.models import Delegation, GateReview, Recusal, Seat, SignOff
from gates.queries.committees import conflicts_of, delegations_at, seats_at
from pocgate.identity.models import User


@dataclass(frozen=True)
class SeatStanding:
    """A seat on one review. `conflict` is `on_team`, `interested` or empty; `recusal` the reason given, or empty.

    `delegation` is the one in force: its delegate fills the seat and the principal is locked out meanwhile. `signed`
    says that either of them signed for compliance on the case, so that the vote weighs nothing.
    """

    seat: Seat
    conflict: str
    recusal: str
    signed: bool
    delegation: Delegation | None = None

    @property
    def is_able(self) -> bool:
        """Neither recused nor in conflict."""
        return not self.conflict and not self.recusal

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
    ended_at = review.closed_at or review.decided_at or review.withdrawn_at
    moment = min(ended_at, now) if ended_at else now
    conflicts = conflicts_of(review.case_id, now=moment)
    recusals = dict(Recusal.objects.filter(review=review).values_list("seat_id", "reason"))
    signers = _signers(review)
    delegations = delegations_at(review.committee, moment)
    found = []
    for seat in seats_at(review.committee, moment):
        delegation = delegations.get(seat.pk)
        people = [seat.user_id, *([delegation.delegate_id] if delegation else [])]
        found.append(
            SeatStanding(
                seat=seat,
                # A person in conflict does not choose who votes instead, so either of the two takes the seat out.
                conflict=next((conflicts[person] for person in people if person in conflicts), ""),
                recusal=recusals.get(seat.pk, ""),
                signed=not signers.isdisjoint(people),
                delegation=delegation,
            )
        )
    return tuple(found)


def _signers(review: GateReview) -> frozenset[int]:
    signed = SignOff.objects.filter(case=review.case_id, iteration=review.iteration, superseded_at__isnull=True)
    return frozenset(signed.values_list("signed_by", flat=True))


def presiding_standing(standings: Iterable[SeatStanding]) -> SeatStanding | None:
    """The chair, or the deputy while the chair is in conflict, recused or has delegated; None when neither can.

    A delegation passes on a vote, not the office: a delegate presides only where neither holder is there.
    """
    able = [standing for standing in standings if standing.is_able]
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
