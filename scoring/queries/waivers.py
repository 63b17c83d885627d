"""Waivers of a case, and what asking for one or signing it depends on now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import QuerySet
from django.utils import timezone

from pocgate.identity.models import User
from portfolio.models import UseCase
from portfolio.permissions import standing_of
from scoring.enums import WaiverState
from scoring.models import Waiver
from scoring.queries.playbooks import current_playbook
from scoring.queries.probe_facts.basics import facts_of
from scoring.queries.readiness import in_reader_language
from scoring.rules.explaining.mending import is_waivable
from scoring.rules.facts import applies
from scoring.rules.vocabulary import MUST
from scoring.rules.waivers import SigningState, WishState

LIVE = (WaiverState.REQUESTED, WaiverState.GRANTED)


def waivers_of(case: UseCase) -> QuerySet[Waiver]:
    """Every waiver of the case, the newest first."""
    people = ("requested_by", "first_by", "second_by", "ended_by")
    return Waiver.objects.filter(case=case).select_related(*people).order_by("-requested_at", "-pk")


def waivers_visible_to(user: User, *, now: datetime) -> QuerySet[Waiver]:
    """Waivers of the cases that a person sees."""
    cases = UseCase.objects.visible_to(user, now=now).values("pk")
    return Waiver.objects.filter(case__in=cases).select_related("case")


def today_here(now: datetime) -> date:
    """The date in the time zone of the installation, by which waivers end."""
    return timezone.localdate(now, timezone.get_default_timezone())


def waivable_titles(case: UseCase, *, now: datetime) -> dict[str, str]:
    """The must-meets of the next gate that the playbook lets be waived, by key, with their titles."""
    gate = case.next_gate
    if gate is None:
        return {}
    playbook, facts = current_playbook(), facts_of([case.pk], now=now)[case.pk]
    return {
        criterion.key: in_reader_language(criterion.title)
        for criterion in playbook.criteria
        if applies(criterion, facts, gate) == MUST and is_waivable(playbook, criterion.key, gate, facts)
    }


def wish_state(case: UseCase, criterion: str, *, now: datetime) -> tuple[WishState, Waiver | None]:
    """What asking for a waiver depends on, and the waiver it would renew."""
    playbook = current_playbook()
    found = playbook.criteria_by_key[criterion]
    facts, gate = facts_of([case.pk], now=now)[case.pk], case.next_gate
    live = _live(case, now)
    granted = next((row for row in live if row.criterion == criterion and row.state == WaiverState.GRANTED), None)
    state = WishState(
        case_status=case.status,
        has_gate=gate is not None,
        title=str(found.title),
        level=applies(found, facts, gate) if gate is not None else None,
        is_banned=gate is not None and not is_waivable(playbook, criterion, gate, facts),
        is_asked=any(row.criterion == criterion and row.state == WaiverState.REQUESTED for row in live),
        granted=granted is not None,
        renewals=1 if granted is not None and granted.renews_id is not None else 0,
        live=len({row.criterion for row in live} - {criterion}),
    )
    return state, granted


def signing_state(case: UseCase, waiver: Waiver, actor: User, *, now: datetime) -> SigningState:
    """What a signature of this person under the waiver depends on."""
    playbook, standing = current_playbook(), standing_of(actor, case, now=now)
    found = playbook.criteria_by_key.get(waiver.criterion)
    gate = case.next_gate
    facts = facts_of([case.pk], now=now)[case.pk]
    others = {row.criterion for row in _live(case, now) if row.state == WaiverState.GRANTED}
    return SigningState(
        state=waiver.state,
        kind=found.kind if found else "",
        is_person=actor.is_person and actor.is_active,
        roles=standing.roles,
        is_on_team=bool(standing.team_roles),
        is_requester=waiver.requested_by_id == actor.pk,
        is_first=waiver.first_by_id == actor.pk,
        has_first=waiver.first_by_id is not None,
        is_banned=found is None or gate is None or not is_waivable(playbook, waiver.criterion, gate, facts),
        is_expired=waiver.expires_on < today_here(now),
        live=len(others - {waiver.criterion}),
    )


def _live(case: UseCase, now: datetime) -> Sequence[Waiver]:
    rows = Waiver.objects.filter(case=case, iteration=case.iteration, state__in=LIVE, expires_on__gte=today_here(now))
    return list(rows.order_by("pk"))
