"""Who sits on the committee of a review, who of them can take part, and who presides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from gates.enums import SeatRole
from gates.models import GateReview, Recusal, Seat, SignOff
from gates.queries.committees import conflicts_of, seats_at
from pocgate.identity.models import User


@dataclass(frozen=True)
class SeatStanding:
    """A seat on one review. `conflict` is `on_team`, `interested` or empty; `recusal` the reason given, or empty.

    `signed` says that its holder signed for compliance on the case, so that the vote weighs nothing.
    """

    seat: Seat
    conflict: str
    recusal: str
    signed: bool

    @property
    def is_able(self) -> bool:
        """Neither recused nor in conflict."""
        return not self.conflict and not self.recusal


def standings_of(review: GateReview, *, now: datetime) -> tuple[SeatStanding, ...]:
    """The seats of the review's committee, as they stood when it ended or stand now, in order of appointment."""
    ended_at = review.closed_at or review.decided_at or review.withdrawn_at
    moment = min(ended_at, now) if ended_at else now
    conflicts = conflicts_of(review.case_id, now=moment)
    recusals = dict(Recusal.objects.filter(review=review).values_list("seat_id", "reason"))
    signers = _signers(review)
    return tuple(
        SeatStanding(seat, conflicts.get(seat.user_id, ""), recusals.get(seat.pk, ""), seat.user_id in signers)
        for seat in seats_at(review.committee, moment)
    )


def _signers(review: GateReview) -> frozenset[int]:
    signed = SignOff.objects.filter(case=review.case_id, iteration=review.iteration, superseded_at__isnull=True)
    return frozenset(signed.values_list("signed_by", flat=True))


def presiding_seat(standings: Iterable[SeatStanding]) -> Seat | None:
    """The chair, or the deputy while the chair is in conflict or recused; None when neither can."""
    able = [standing.seat for standing in standings if standing.is_able]
    for role in (SeatRole.CHAIR, SeatRole.DEPUTY):
        for seat in able:
            if seat.role == role:
                return seat
    return None


def standing_of(user: User, standings: Iterable[SeatStanding]) -> SeatStanding | None:
    """The person's own seat."""
    return next((standing for standing in standings if standing.seat.user_id == user.pk), None)


def presides(user: User, standings: Iterable[SeatStanding]) -> bool:
    """Whether the person presides over the review."""
    seat = presiding_seat(standings)
    return seat is not None and seat.user_id == user.pk and user.is_active
