"""Who has which part in a case, and the confirmation by that person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from pocgate.identity.models import User
from pocgate.kernel.errors import Forbidden
from pocgate.ledger.commands import Act
from portfolio.commands.opening import case_to_edit, invalid_when, note_change, refuse_when
from portfolio.commands.recompute import request_position
from portfolio.enums import TeamRole
from portfolio.models import TeamMember, UseCase
from portfolio.rules.team import (
    Candidate,
    confirming_blockers,
    joining_blockers,
    leaving_blockers,
    member_problems,
)


def add_member(*, case_id: int, user: User, role: str, actor: User, now: datetime) -> TeamMember:
    """Name a person for a role; they confirm it themselves. Naming oneself confirms at once."""
    with transaction.atomic():
        case = case_to_edit(case_id, act="manage_team", actor=actor, now=now)
        invalid_when(member_problems(_candidate(user), role, TeamRole.values))
        active = TeamMember.objects.filter(case=case, ended_at__isnull=True)
        parts = list(active.values_list("user_id", "role"))
        refuse_when(joining_blockers(role, [taken for _, taken in parts], holds_role=(user.pk, role) in parts))
        return _join(case, user, role, actor=actor, now=now)


def end_membership(*, member_id: int, actor: User, now: datetime) -> TeamMember:
    """End a person's part in the case."""
    with transaction.atomic():
        found = TeamMember.objects.get(pk=member_id)
        case = case_to_edit(found.case_id, act="manage_team", actor=actor, now=now)
        member = TeamMember.objects.select_for_update().get(pk=member_id)
        refuse_when(leaving_blockers(member.role, has_ended=member.ended_at is not None))
        return _leave(case, member, actor=actor, now=now)


def confirm_membership(*, member_id: int, actor: User, now: datetime) -> TeamMember:
    """The person named confirms their role; nobody can do it for them."""
    with transaction.atomic():
        member = TeamMember.objects.select_for_update().select_related("case").get(pk=member_id)
        blockers = confirming_blockers(
            is_same_person=member.user_id == actor.pk,
            has_ended=member.ended_at is not None,
            is_confirmed=member.confirmed_at is not None,
        )
        if blockers and member.user_id != actor.pk:
            raise Forbidden(blockers[0])
        refuse_when(blockers)
        TeamMember.objects.filter(pk=member.pk).update(confirmed_at=now)
        member.confirmed_at = now
        after = {"user": actor.pk, "role": member.role}
        act = Act("team.role_confirmed", "team_member", member.pk, member.case_id, {}, after)
        note_change(member.case, act, actor=actor, now=now)
    return member


def change_product_owner(*, case_id: int, user: User, actor: User, now: datetime) -> TeamMember:
    """Hand the case over; the one before leaves that role. The new owner confirms."""
    with transaction.atomic():
        case = case_to_edit(case_id, act="manage_team", actor=actor, now=now)
        invalid_when(member_problems(_candidate(user), TeamRole.PRODUCT_OWNER, TeamRole.values))
        owners = TeamMember.objects.filter(case=case, role=TeamRole.PRODUCT_OWNER, ended_at__isnull=True)
        old = owners.first()
        if old is not None and old.user_id == user.pk:
            return old
        if old is not None:
            _leave(case, old, actor=actor, now=now)
        return _join(case, user, TeamRole.PRODUCT_OWNER, actor=actor, now=now)


def accept_case(*, case_id: int, actor: User, now: datetime) -> TeamMember:
    """Become product owner of a case that has none, as after an import."""
    with transaction.atomic():
        case = case_to_edit(case_id, act="accept_case", actor=actor, now=now)
        return _join(case, actor, TeamRole.PRODUCT_OWNER, actor=actor, now=now)


def name_roles(*, case_id: int, people: Mapping[str, User | None], actor: User, now: datetime) -> UseCase:
    """Make these people the only holders of these roles; None empties a role. Who is named already stays as they are.

    The product owner is handed over, never emptied.
    """
    with transaction.atomic():
        case = case_to_edit(case_id, act="edit_case", actor=actor, now=now)
        for role, person in sorted(people.items()):
            if role == TeamRole.PRODUCT_OWNER:
                if person is not None:
                    change_product_owner(case_id=case_id, user=person, actor=actor, now=now)
                continue
            holders = TeamMember.objects.filter(case=case, role=role, ended_at__isnull=True).order_by("pk")
            for member in holders:
                if person is None or member.user_id != person.pk:
                    end_membership(member_id=member.pk, actor=actor, now=now)
            if person is not None and not any(member.user_id == person.pk for member in holders):
                add_member(case_id=case_id, user=person, role=role, actor=actor, now=now)
    return case


def _candidate(user: User) -> Candidate:
    return Candidate(name=str(user), is_active=user.is_active, is_person=user.is_person)


def _join(case: UseCase, user: User, role: str, *, actor: User, now: datetime) -> TeamMember:
    member = TeamMember.objects.create(
        case=case, user=user, role=role, started_at=now, confirmed_at=now if user == actor else None
    )
    after = {"user": user.pk, "role": str(role)}
    note_change(case, Act("team.joined", "team_member", member.pk, case.pk, {}, after), actor=actor, now=now)
    request_position(case.pk, now=now)
    return member


def _leave(case: UseCase, member: TeamMember, *, actor: User, now: datetime) -> TeamMember:
    TeamMember.objects.filter(pk=member.pk).update(ended_at=now)
    member.ended_at = now
    before = {"user": member.user_id, "role": str(member.role)}
    note_change(case, Act("team.left", "team_member", member.pk, case.pk, before, {}), actor=actor, now=now)
    request_position(case.pk, now=now)
    return member
