"""Reviews in which a person still has to vote, in a seat of their own or one they fill for somebody."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from gates.enums import ReviewState, SeatRole
from gates.models import Dossier, GateReview, Recusal, Seat, Vote
from gates.queries.committees import delegations_in_force, in_conflict
from pocgate.identity.models import User
from portfolio.models import TeamMember


def reviews_to_vote_on(user: User, *, now: datetime) -> QuerySet[GateReview]:
    """Those whose vote runs, the first to close first, with their cases; none on a case the person works on."""
    recent = in_conflict(now)
    return (
        GateReview.objects.filter(Exists(_seats_to_vote_in(user, now)), state=ReviewState.VOTING)
        .exclude(Exists(TeamMember.objects.filter(recent, case=OuterRef("case"), user=user)))
        .select_related("case")
        .order_by("voting_closes_at", "pk")
    )


def _seats_to_vote_in(user: User, now: datetime) -> QuerySet[Seat]:
    """Seats of the review's committee that the person fills, not recused and without a vote on the latest revision."""
    review = OuterRef(OuterRef("pk"))
    filled = delegations_in_force(now).filter(seat=OuterRef("pk"))
    # A vote of the holder stays theirs while somebody else fills the seat.
    own = Vote.objects.filter(review=review, seat=OuterRef("pk"), cast_by=OuterRef("user"))
    theirs = (Q(Exists(filled.filter(delegate=user))) & ~Q(Exists(own))) | (
        Q(user=user) & (~Q(Exists(filled)) | Q(Exists(own)))
    )
    newer = Dossier.objects.filter(review=OuterRef("review"), revision__gt=OuterRef("dossier__revision"))
    # A vote on an older revision does not count until it is confirmed, so it waits as one not cast.
    cast = Vote.objects.filter(~Exists(newer), review=review, seat=OuterRef("pk"))
    part = ~Q(seat__role=SeatRole.MEMBER) | Q(seat__discipline=OuterRef("discipline"))
    in_place = Q(seat__user=OuterRef("user")) | (Q(seat__role=OuterRef("role")) & part)
    before = Vote.objects.filter(in_place, ~Exists(newer), review=review, seat__ended_at__lte=OuterRef("started_at"))
    in_term = Q(ended_at__isnull=True) | Q(ended_at__gt=now)
    return (
        Seat.objects.filter(theirs, in_term, started_at__lte=now, committee=OuterRef("committee"))
        .exclude(Exists(cast))
        .exclude(Exists(before))
        .exclude(Exists(Recusal.objects.filter(review=review, seat=OuterRef("pk"))))
    )
