"""Letting somebody else fill a seat for a time, and ending that early."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from gates.commands.seat_acts import record_seat_act
from gates.commands.states import refuse
from gates.commands.texts import check_texts
from gates.commands.voting_notices import tell_delegated, tell_delegation_revoked
from gates.enums import OPEN_REVIEW_STATES
from gates.models import Committee, Delegation, GateReview, Seat
from gates.permissions import can_manage_committees
from gates.queries.committees import conflicts_of
from gates.rules.transitions import DelegationState, RevocationState, delegation_blockers, revocation_blockers
from pocgate.identity.commands import require_recent_sign_in
from pocgate.identity.enums import Role
from pocgate.identity.models import RoleGrant, User
from pocgate.identity.rules import SignIn
from pocgate.ledger.commands import Act
from scoring.queries.playbooks import current_playbook


def delegate_seat(
    *,
    seat_id: int,
    delegate_id: int,
    ends_at: datetime,
    actor: User,
    sign_in: SignIn,
    now: datetime,
    starts_at: datetime | None = None,
    reason: str = "",
) -> Delegation:
    """Let the delegate fill the seat from `starts_at` until just before `ends_at`; its holder is locked out meanwhile.

    A start that has passed, or none, means now. The delegate sees what the committee sees for that time.
    Raises RecentSignInRequired, Invalid, NotAllowedNow with everything that stands in the way.
    """
    require_recent_sign_in(sign_in, now=now)
    check_texts(reason=reason)
    begins = max(starts_at, now) if starts_at else now
    with transaction.atomic():
        seat = _locked(seat_id)
        delegate = User.objects.get(pk=delegate_id)
        refuse(delegation_blockers(_state(seat, delegate, begins, ends_at, actor=actor, now=now)))
        made = Delegation.objects.create(
            seat=seat,
            delegate=delegate,
            starts_at=begins,
            ends_at=ends_at,
            reason=reason.strip(),
            created_by=actor,
            created_at=now,
        )
        RoleGrant.objects.create(user=delegate, role=Role.COMMITTEE, started_at=begins, ended_at=ends_at)
        _record(Act("committee.seat_delegated", "committee", seat.committee_id, after=_told(made)), made, actor, now)
        tell_delegated(made, now=now)
    return made


def revoke_delegation(*, delegation_id: int, actor: User, now: datetime) -> Delegation:
    """End a delegation now, by holder, delegate or administrator. A vote that was cast stands until it is changed."""
    with transaction.atomic():
        seat = _locked(Delegation.objects.values_list("seat_id", flat=True).get(pk=delegation_id))
        found = Delegation.objects.select_related("delegate").get(pk=delegation_id)
        concerned = actor.pk in (seat.user_id, found.delegate_id) and actor.is_active
        state = RevocationState(
            may_revoke=concerned or can_manage_committees(actor, now=now),
            is_over=found.revoked_at is not None or found.ends_at <= now,
        )
        refuse(revocation_blockers(state))
        end_delegations(Delegation.objects.filter(pk=found.pk), actor=actor, now=now)
        found.refresh_from_db()
        tell_delegation_revoked(found, actor, now=now)
    return found


def end_delegations(found: QuerySet[Delegation], *, actor: User, now: datetime) -> None:
    """Revoke these, and the sight they gave, in the caller's transaction and under the committee's lock."""
    for delegation in found.filter(revoked_at__isnull=True, ends_at__gt=now).select_related("seat"):
        delegation.revoked_at, delegation.revoked_by = now, actor
        delegation.save(update_fields=["revoked_at", "revoked_by"])
        grant = RoleGrant.objects.filter(
            user=delegation.delegate_id,
            role=Role.COMMITTEE,
            started_at=delegation.starts_at,
            ended_at=delegation.ends_at,
        ).first()
        if grant is not None:
            grant.ended_at = max(now, grant.started_at)
            grant.save(update_fields=["ended_at"])
        act = Act("committee.delegation_revoked", "committee", delegation.seat.committee_id, before=_told(delegation))
        _record(act, delegation, actor, now)


def _record(act: Act, delegation: Delegation, actor: User, now: datetime) -> None:
    """At the committee, and at each case it votes on."""
    at_review = act.verb.replace("committee.", "review.")
    seat_of, committee_id = _told(delegation), delegation.seat.committee_id
    record_seat_act(act, at_review, committee_id=committee_id, seat_of=seat_of, actor=actor, now=now)


def _locked(seat_id: int) -> Seat:
    """The seat; its committee is locked, so that two delegations can not overlap."""
    committee_id = Seat.objects.values_list("committee_id", flat=True).get(pk=seat_id)
    Committee.objects.select_for_update().get(pk=committee_id)
    return Seat.objects.select_related("user", "committee").get(pk=seat_id)


def _state(
    seat: Seat, delegate: User, starts_at: datetime, ends_at: datetime, *, actor: User, now: datetime
) -> DelegationState:
    overlapping = Delegation.objects.filter(
        seat__committee=seat.committee_id, starts_at__lt=ends_at, ends_at__gt=starts_at, revoked_at__isnull=True
    )
    return DelegationState(
        may_delegate=(seat.user_id == actor.pk and actor.is_active) or can_manage_committees(actor, now=now),
        seat_is_held=seat.ended_at is None or seat.ended_at > now,
        now=now,
        starts_at=starts_at,
        ends_at=ends_at,
        delegate_is_principal=delegate.pk == seat.user_id,
        to_oneself=delegate.pk == actor.pk != seat.user_id,
        delegate_is_person=delegate.is_active and delegate.is_person,
        is_delegated_already=overlapping.filter(seat=seat).exists(),
        principal_fills_another=overlapping.filter(delegate=seat.user_id).exists(),
        delegate_passed_on=overlapping.filter(seat__user=delegate).exists(),
        delegate_filling=overlapping.filter(delegate=delegate).exclude(seat=seat).count(),
        allowed_seats=current_playbook().voting.delegated_seats,
        cases_in_conflict=_cases_in_conflict(seat.committee, delegate, now),
    )


def _cases_in_conflict(committee: Committee, delegate: User, now: datetime) -> tuple[str, ...]:
    reviews = GateReview.objects.filter(committee=committee, state__in=OPEN_REVIEW_STATES).select_related("case")
    return tuple(
        review.case.reference
        for review in reviews.order_by("pk")
        if delegate.pk in conflicts_of(review.case_id, now=now)
    )


def _told(delegation: Delegation) -> dict[str, object]:
    return {
        "seat": delegation.seat_id,
        "delegate": delegation.delegate_id,
        "starts_at": delegation.starts_at.isoformat(),
        "ends_at": delegation.ends_at.isoformat(),
    }
