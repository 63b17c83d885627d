"""Who may do what at gates, by role and by part in the case; what the state of things forbids is said by the rules."""

from __future__ import annotations

from datetime import datetime

from gates.enums import SeatRole
from gates.models import Committee, Condition, Seat
from pocgate.identity.enums import Role
from pocgate.identity.models import User
from pocgate.identity.queries import has_role
from portfolio.enums import TeamRole
from portfolio.models import TeamMember, UseCase


def can_manage_committees(user: User, *, now: datetime) -> bool:
    """Administrators."""
    return has_role(user, Role.ADMIN, now=now)


def can_sign(user: User, *, now: datetime) -> bool:
    """Compliance officers in person; four eyes on the single case are checked by the command."""
    return user.is_person and has_role(user, Role.COMPLIANCE, now=now)


def can_keep_checklists(user: User, *, now: datetime) -> bool:
    """Compliance officers and administrators in person keep the lists of extra items."""
    return user.is_person and (has_role(user, Role.COMPLIANCE, now=now) or has_role(user, Role.ADMIN, now=now))


def is_product_owner(user: User, case: UseCase) -> bool:
    """The one active product owner of the case."""
    roles = TeamMember.objects.filter(case=case, user=user, role=TeamRole.PRODUCT_OWNER, ended_at__isnull=True)
    return user.is_active and roles.exists()


def is_chair_of(user: User, committee: Committee | None, *, now: datetime) -> bool:
    """Chair or deputy of the committee, whoever of them presides."""
    if committee is None or not user.is_active or not user.is_person:
        return False
    roles = [SeatRole.CHAIR, SeatRole.DEPUTY]
    return Seat.objects.in_term(now).filter(committee=committee, user=user, role__in=roles).exists()


def can_request(user: User, case: UseCase, committee: Committee | None, *, now: datetime) -> bool:
    """The product owner of the case, or the chair of the committee that would decide."""
    return is_product_owner(user, case) or is_chair_of(user, committee, now=now)


def can_report_revival(user: User, case: UseCase, committee: Committee | None, *, now: datetime) -> bool:
    """The team of the case, the committee of its gate, compliance and administrators, in person or by program."""
    on_team = TeamMember.objects.filter(case=case, user=user, ended_at__isnull=True)
    seats = Seat.objects.in_term(now).filter(committee=committee, user=user)
    roles = (Role.COMPLIANCE, Role.ADMIN)
    if not user.is_active:
        return False
    return on_team.exists() or seats.exists() or any(has_role(user, role, now=now) for role in roles)


def can_clear(user: User, condition: Condition, *, now: datetime) -> bool:
    """The owner of the condition, the product owner of the case, or chair and deputy."""
    review = condition.decision.review
    owns = condition.owner_id == user.pk and user.is_active
    return owns or is_product_owner(user, review.case) or is_chair_of(user, review.committee, now=now)
