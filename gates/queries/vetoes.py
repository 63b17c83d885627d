"""Vetoes of a closed vote: which stand, which were lifted, what the sponsor was asked, and who may act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from gates.models import Delegation, GateReview, Seat, VetoAppeal, Vote
from gates.permissions import is_product_owner
from gates.queries.committees import delegations_in_force
from pocgate.identity.models import User
from portfolio.enums import TeamRole
from portfolio.models import TeamMember


@dataclass(frozen=True)
class ShownVeto:
    """A veto as everybody sees it after the close, and what the viewer may do about it."""

    vote: Vote
    appeal: VetoAppeal | None
    may_lift: bool
    may_appeal: bool
    may_answer: bool

    @property
    def stands(self) -> bool:
        """It was not lifted."""
        return self.vote.veto_lifted_at is None


def vetoes_of(review: GateReview, viewer: User, *, presides: bool, now: datetime) -> Sequence[ShownVeto]:
    """The vetoes that counted at the close, by seat; none before it."""
    if review.state not in ("closed", "decided"):
        return []
    counted = _counted(review)
    votes = (
        Vote.objects.filter(Q(seat__in=counted) | Q(veto_lifted_at__isnull=False), review=review)
        .exclude(veto_criterion="")
        .select_related("seat__user", "seat__committee", "cast_by", "veto_lifted_by")
        .order_by("seat")
    )
    found = list(votes)
    if not found:
        return []
    appeals = {
        appeal.vote_id: appeal
        for appeal in VetoAppeal.objects.filter(vote__in=found).select_related("appealed_by", "answered_by")
    }
    is_open = review.state == "closed"
    appeals_for = is_open and (presides or is_product_owner(viewer, review.case))
    sponsors = is_sponsor(viewer, review.case_id)
    return [
        ShownVeto(
            vote=vote,
            appeal=appeals.get(vote.pk),
            may_lift=is_open and vote.veto_lifted_at is None and may_lift(viewer, vote, now=now),
            may_appeal=appeals_for and vote.veto_lifted_at is None and vote.pk not in appeals,
            may_answer=sponsors and vote.pk in appeals and appeals[vote.pk].answered_at is None,
        )
        for vote in found
    ]


def appeals_of(review: GateReview) -> QuerySet[VetoAppeal]:
    """What was put before the sponsor; there is nothing before the close of the vote."""
    found = VetoAppeal.objects.filter(vote__review=review).select_related("vote", "appealed_by", "answered_by")
    return found.order_by("pk")


def _counted(review: GateReview) -> list[int]:
    return [veto["seat"] for veto in review.tally.get("vetoes", ()) if "seat" in veto]


def may_lift(user: User, vote: Vote, *, now: datetime) -> bool:
    """Whether the veto is theirs: cast by them as holder, in a seat they fill, or in the one they followed."""
    if not user.is_active or not user.is_person:
        return False
    seat = vote.seat
    delegation = delegations_in_force(now).filter(seat=seat).first()
    if _is_in_term(seat, now):
        holder_voted = vote.cast_by_id == seat.user_id
        return user.pk == (seat.user_id if holder_voted else _filler(seat, delegation))
    in_term = Q(ended_at__isnull=True) | Q(ended_at__gt=now)
    successors = Seat.objects.filter(in_term, committee=seat.committee_id, role=seat.role, user=user)
    return successors.filter(started_at__gte=seat.ended_at).exists()


def _is_in_term(seat: Seat, now: datetime) -> bool:
    return seat.ended_at is None or seat.ended_at > now


def _filler(seat: Seat, delegation: Delegation | None) -> int:
    return delegation.delegate_id if delegation else seat.user_id


def is_sponsor(user: User, case_id: int) -> bool:
    """Whether the person sponsors the case now."""
    roles = TeamMember.objects.filter(case=case_id, user=user, role=TeamRole.SPONSOR, ended_at__isnull=True)
    return user.is_active and roles.exists()
