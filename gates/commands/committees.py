"""Committees and their seats. An appointment also gives the role that lets its holder see what they decide on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from gates.commands.delegations import end_delegations
from gates.commands.seat_acts import UNDECIDED, record_seat_act
from gates.commands.texts import text_problems
from gates.enums import OPEN_REVIEW_STATES, Discipline, SeatRole
from gates.errors import NOT_ADMINISTRATOR, required, unknown
from gates.models import Committee, Delegation, GateReview, Seat
from gates.permissions import can_manage_committees
from pocgate.identity.enums import Role
from pocgate.identity.models import RoleGrant, User
from pocgate.kernel.errors import Blocker, FieldProblem, Forbidden, Invalid, NotAllowedNow
from pocgate.ledger.commands import Act, record
from scoring.rules.vocabulary import GATES

LONGEST_NAME = 200
DISSOLVED = Blocker("committee_dissolved", "This committee was dissolved.")


def create_committee(*, name: str, gate: int, department_id: int | None, actor: User, now: datetime) -> Committee:
    """A committee for one gate, company-wide without a department. Raises Forbidden, Invalid, NotAllowedNow."""
    _check_may_manage(actor, now)
    problems = [*text_problems("name", name, LONGEST_NAME), *([] if name.strip() else [required("name", "a name")])]
    problems += [] if gate in GATES else [unknown("gate", gate)]
    _refuse_invalid(problems)
    with transaction.atomic():
        place = Q(department__isnull=True) if department_id is None else Q(department=department_id)
        if Committee.objects.filter(place, gate=gate, dissolved_at__isnull=True).exists():
            raise NotAllowedNow([_already_there(gate)])
        committee = Committee.objects.create(name=name.strip(), gate=gate, department_id=department_id)
        after = {"name": committee.name, "gate": gate, "department": department_id}
        record(Act("committee.created", "committee", committee.pk, after=after), actor=actor, now=now)
    return committee


def dissolve_committee(*, committee_id: int, actor: User, now: datetime) -> Committee:
    """End a committee and its seats; refused while one of its reviews is open."""
    _check_may_manage(actor, now)
    with transaction.atomic():
        committee = _lock(committee_id)
        if committee.dissolved_at is not None:
            raise NotAllowedNow([DISSOLVED])
        open_reviews = GateReview.objects.filter(committee=committee, state__in=OPEN_REVIEW_STATES).count()
        if open_reviews:
            raise NotAllowedNow([_still_reviewing(open_reviews)])
        committee.dissolved_at = now
        committee.save(update_fields=["dissolved_at"])
        for seat in Seat.objects.in_term(now).filter(committee=committee).select_related("user"):
            _end(seat, actor, now)
        record(Act("committee.dissolved", "committee", committee.pk), actor=actor, now=now)
    return committee


def appoint(
    *,
    committee_id: int,
    user_id: int,
    role: str,
    discipline: str,
    weight: int = 1,
    ends_at: datetime | None = None,
    actor: User,
    now: datetime,
) -> Seat:
    """Give a person a seat from now on, until `ends_at` where its end is known, and the role that goes with it."""
    _check_may_manage(actor, now)
    _refuse_invalid([*_unknown_values(role, discipline), *_end_problems(ends_at, now)])
    with transaction.atomic():
        committee = _lock(committee_id)
        user = User.objects.select_for_update().get(pk=user_id)
        blockers = _appointment_blockers(committee, user, role, actor, now)
        if blockers:
            raise NotAllowedNow(blockers)
        seat = Seat.objects.create(
            committee=committee,
            user=user,
            role=role,
            discipline=discipline,
            weight=weight,
            started_at=now,
            ended_at=ends_at,
        )
        _give_role(seat)
        _settle_roles(user, now)
        after = {"seat": seat.pk, "user": user.pk, "role": role, "discipline": discipline, "weight": weight}
        after |= {"ends_at": ends_at.isoformat()} if ends_at else {}
        act = Act("committee.seat_given", "committee", committee.pk, after=after)
        record_seat_act(act, "review.seat_given", committee_id=committee.pk, seat_of=after, actor=actor, now=now)
    return seat


def end_seat(*, seat_id: int, actor: User, now: datetime) -> Seat:
    """End a seat and, where it was the person's last of its kind, the role it gave. Votes cast stay as they are."""
    _check_may_manage(actor, now)
    with transaction.atomic():
        committee = _lock(Seat.objects.values_list("committee_id", flat=True).get(pk=seat_id))
        seat = Seat.objects.select_related("user").get(pk=seat_id)
        if seat.ended_at is not None and seat.ended_at <= now:
            raise NotAllowedNow([Blocker("seat_ended", "This seat ended already.")])
        _end(seat, actor, now)
        before = {"seat": seat.pk, "user": seat.user_id, "role": seat.role}
        act = Act("committee.seat_ended", "committee", committee.pk, before=before)
        record_seat_act(act, "review.seat_ended", committee_id=committee.pk, seat_of=before, actor=actor, now=now)
    return seat


def _lock(committee_id: int) -> Committee:
    return Committee.objects.select_for_update().get(pk=committee_id)


def _end(seat: Seat, actor: User, now: datetime) -> None:
    end_delegations(Delegation.objects.filter(seat=seat), actor=actor, now=now)
    user = User.objects.select_for_update().get(pk=seat.user_id)
    if seat.ended_at is not None:
        RoleGrant.objects.filter(**_grant_of(seat)).update(ended_at=now)
    seat.ended_at = now
    seat.save(update_fields=["ended_at"])
    _settle_roles(user, now)


def _give_role(seat: Seat) -> None:
    """A dated seat brings a dated grant of its own; those without an end are settled together."""
    if seat.ended_at is not None:
        RoleGrant.objects.create(**_grant_of(seat))


def _grant_of(seat: Seat) -> dict[str, Any]:
    role = Role.CHAIR if seat.role == SeatRole.CHAIR else Role.COMMITTEE
    return {"user": seat.user, "role": role, "started_at": seat.started_at, "ended_at": seat.ended_at}


def _settle_roles(user: User, now: datetime) -> None:
    """The person's open `chair` and `committee` grants become those that their open seats call for."""
    seats = Seat.objects.filter(user=user, ended_at__isnull=True).values_list("role", flat=True)
    due = {Role.CHAIR if role == SeatRole.CHAIR else Role.COMMITTEE for role in seats}
    grants = RoleGrant.objects.filter(user=user, role__in=[Role.CHAIR, Role.COMMITTEE], ended_at__isnull=True)
    held = set(grants.values_list("role", flat=True))
    grants.exclude(role__in=due).update(ended_at=now)
    RoleGrant.objects.bulk_create([RoleGrant(user=user, role=role, started_at=now) for role in sorted(due - held)])


def _check_may_manage(actor: User, now: datetime) -> None:
    if not can_manage_committees(actor, now=now):
        raise Forbidden(NOT_ADMINISTRATOR)


def _refuse_invalid(problems: list[FieldProblem]) -> None:
    if problems:
        raise Invalid(problems)


def _unknown_values(role: str, discipline: str) -> list[FieldProblem]:
    problems = [] if role in SeatRole.values else [unknown("role", role)]
    return problems + ([] if discipline in Discipline.values else [unknown("discipline", discipline)])


def _end_problems(ends_at: datetime | None, now: datetime) -> list[FieldProblem]:
    if ends_at is None or ends_at > now:
        return []
    return [FieldProblem("ends_at", "in_the_past", "The end of the seat lies in the past.")]


def _appointment_blockers(committee: Committee, user: User, role: str, actor: User, now: datetime) -> list[Blocker]:
    blockers = []
    # Whoever gives seats could otherwise follow a seat that vetoed, and lift its veto.
    if user.pk == actor.pk and GateReview.objects.filter(committee=committee, state__in=UNDECIDED).exists():
        message = "While votes of this committee are open or undecided, another administrator gives you a seat."
        blockers.append(Blocker("seat_for_oneself", message))
    if committee.dissolved_at is not None:
        blockers.append(DISSOLVED)
    if not user.is_active or not user.is_person:
        blockers.append(Blocker("not_a_person", "Only an active person can hold a seat, not a service account."))
    seats = Seat.objects.in_term(now).filter(committee=committee)
    if seats.filter(user=user).exists():
        name = {"person": str(user)}
        blockers.append(Blocker("already_seated", "{person} already has a seat on this committee.", name))
    if role == SeatRole.CHAIR and seats.filter(role=SeatRole.CHAIR).exists():
        blockers.append(Blocker("chair_taken", "This committee has a chair; end that seat first."))
    return blockers


def _already_there(gate: int) -> Blocker:
    return Blocker("committee_exists", "There is already a committee for gate {gate} here.", {"gate": gate})


def _still_reviewing(count: int) -> Blocker:
    return Blocker("reviews_open", "{count} reviews of this committee are still open.", {"count": count})
