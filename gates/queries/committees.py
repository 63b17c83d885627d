"""Which committee decides, who sits on it, and who is in conflict."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db.models import Prefetch, Q, QuerySet

from gates.enums import SeatRole
from gates.models import Committee, Delegation, Seat
from pocgate.identity.enums import Role
from pocgate.identity.models import User
from pocgate.identity.queries import has_role
from portfolio.enums import TeamRole
from portfolio.models import Department, TeamMember, UseCase

# Whoever worked on a case stays in conflict for so long after.
CONFLICT_PERIOD = timedelta(days=365)
INTERESTED_ROLES = (TeamRole.SPONSOR, TeamRole.BUDGET_HOLDER)


def committees_in_being(*, now: datetime) -> QuerySet[Committee]:
    """Every committee that was not dissolved, by gate and name, with department and the seats in their term."""
    seats = Seat.objects.in_term(now).select_related("user").order_by("role", "started_at", "pk")
    return (
        Committee.objects.filter(dissolved_at__isnull=True)
        .select_related("department")
        .prefetch_related(Prefetch("seats", seats, to_attr="open_seats"))
        .order_by("gate", "name", "pk")
    )


def committee_for(case: UseCase, gate: int) -> Committee | None:
    """The committee of the gate nearest up the department tree from the case's unit; None when there is none."""
    place = case.unit or case.department
    ids = _ids_up(place) if place else []
    found = Committee.objects.filter(gate=gate, dissolved_at__isnull=True).filter(
        Q(department__isnull=True) | Q(department__in=ids)
    )
    depth = {department_id: position for position, department_id in enumerate(ids)}
    return max(found, key=lambda committee: depth.get(committee.department_id or 0, -1), default=None)


def _ids_up(place: Department) -> list[int]:
    return [int(part) for part in place.path.split("/") if part]


def seats_at(committee: Committee, moment: datetime) -> QuerySet[Seat]:
    """Seats whose half-open term holds the moment, with their people, oldest first."""
    return Seat.objects.in_term(moment).filter(committee=committee).select_related("user").order_by("started_at", "pk")


def delegations_in_force(moment: datetime) -> QuerySet[Delegation]:
    """Delegations whose half-open time, cut short by a revocation, holds the moment, with delegate and creator."""
    return (
        Delegation.objects.filter(starts_at__lte=moment, ends_at__gt=moment)
        .filter(Q(revoked_at__isnull=True) | Q(revoked_at__gt=moment))
        .select_related("delegate", "created_by")
        .order_by("pk")
    )


def delegations_at(committee: Committee, moment: datetime) -> Mapping[int, Delegation]:
    """The delegation in force of each seat of the committee that is delegated, by seat id."""
    found = delegations_in_force(moment).filter(seat__committee=committee)
    return {delegation.seat_id: delegation for delegation in found}


def delegations_to_come(*, now: datetime) -> QuerySet[Delegation]:
    """Delegations in force or still to begin, of seats in their term, the earliest first."""
    return (
        Delegation.objects.filter(ends_at__gt=now)
        .filter(Q(revoked_at__isnull=True) | Q(revoked_at__gt=now))
        .filter(Q(seat__ended_at__isnull=True) | Q(seat__ended_at__gt=now))
        .select_related("delegate", "created_by", "seat__user", "seat__committee")
        .order_by("starts_at", "pk")
    )


def delegations_visible_to(user: User, *, now: datetime) -> QuerySet[Delegation]:
    """Delegations in force or to come of one's own seats and those one fills; all of them for administrators."""
    found = delegations_to_come(now=now)
    if has_role(user, Role.ADMIN, now=now):
        return found
    return found.filter(Q(seat__user=user) | Q(delegate=user))


def seats_to_delegate(user: User, *, every: bool, now: datetime) -> QuerySet[Seat]:
    """One's own seats in their term, or everybody's."""
    found = Seat.objects.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=now), committee__dissolved_at__isnull=True)
    mine = found if every else found.filter(user=user)
    return mine.select_related("committee", "user").order_by("committee__gate", "committee__name", "started_at", "pk")


def chairs_of(committee: Committee | None, case_id: int, *, now: datetime) -> list[int]:
    """The ids of the people who chair the committee or stand in for its chair, as far as they may act on the case.

    Who delegated the seat, worked on the case, or has left is passed over; where all delegated, it is their delegates.
    """
    if committee is None:
        return []
    conflicts, delegations = conflicts_of(case_id, now=now), delegations_at(committee, now)
    heads = [seat for seat in seats_at(committee, now) if seat.role in (SeatRole.CHAIR, SeatRole.DEPUTY)]
    able = [seat for seat in heads if seat.user.is_active and seat.user_id not in conflicts]
    present = [seat.user_id for seat in able if seat.pk not in delegations]
    delegates = [delegations[seat.pk].delegate for seat in able if seat.pk in delegations]
    return present or [each.pk for each in delegates if each.is_active and each.pk not in conflicts]


def in_conflict(now: datetime) -> Q:
    """Of team members: those who work on the case or left it less than a year ago."""
    return Q(ended_at__isnull=True) | Q(ended_at__gt=now - CONFLICT_PERIOD)


def conflicts_of(case_id: int, *, now: datetime) -> Mapping[int, str]:
    """Who may not vote on the case, by user id, and why: `interested` (sponsor, budget holder) or `on_team`.

    The team of the last 12 months counts, not only the present one.
    """
    members = TeamMember.objects.filter(in_conflict(now), case_id=case_id, started_at__lte=now)
    conflicts: dict[int, str] = {}
    for user_id, role in members.values_list("user_id", "role"):
        interested = role in INTERESTED_ROLES
        conflicts[user_id] = "interested" if interested or conflicts.get(user_id) == "interested" else "on_team"
    return conflicts
