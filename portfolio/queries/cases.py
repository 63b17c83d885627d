"""One case, for whoever may see it, and what is known of it for its tabs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.shortcuts import get_object_or_404

from pocgate.identity.models import User
from portfolio.enums import FactKey, ScopeKind
from portfolio.models import BusinessCase, CaseFact, ScopeItem, StageSpell, UseCase
from portfolio.rules.facts import proposed_tier
from portfolio.rules.time_box import Box, TimeBoxUse, time_box_use


@dataclass(frozen=True)
class CaseScope:
    """The scope in force."""

    inside: tuple[ScopeItem, ...]
    outside: tuple[ScopeItem, ...]
    thin_slice: tuple[ScopeItem, ...]

    @property
    def is_empty(self) -> bool:
        """Nothing is said of the scope."""
        return not (self.inside or self.outside or self.thin_slice)


@dataclass(frozen=True)
class CaseProfile:
    """What a case says of itself: facts by key, scope, business case, the open spell and the use of its time-box."""

    case: UseCase
    facts: dict[str, CaseFact]
    scope: CaseScope
    business: BusinessCase | None
    spell: StageSpell | None
    time_box: TimeBoxUse

    @property
    def proposed_tier(self) -> str:
        """The tier that the answers at registration point to."""
        return proposed_tier({key: fact.value for key, fact in self.facts.items()})


def case_for(user: User, number: int, now: datetime) -> UseCase:
    """The case with department and unit; 404 when there is none or this person may not see it."""
    visible = UseCase.objects.visible_to(user, now=now).with_people_and_places()
    return get_object_or_404(visible, number=number)


def case_profile(case: UseCase, now: datetime) -> CaseProfile:
    """The describing records of a case; four queries."""
    spell = StageSpell.objects.filter(case=case, exit_reason="").first()
    return CaseProfile(
        case=case,
        facts=facts_of(case),
        scope=scope_of(case),
        business=BusinessCase.objects.filter(case=case, valid_until__isnull=True).first(),
        spell=spell,
        time_box=time_box_of(spell, now=now),
    )


def facts_of(case: UseCase) -> dict[str, CaseFact]:
    """The facts in force, by key, in the order of the enumeration."""
    rows = CaseFact.objects.filter(case=case, valid_until__isnull=True).select_related("recorded_by")
    known = {fact.key: fact for fact in rows}
    return {key: known[key] for key in FactKey.values if key in known}


def scope_of(case: UseCase) -> CaseScope:
    """The scope lines in force, in the order they were added."""
    rows = list(ScopeItem.objects.filter(case=case, removed_at__isnull=True).order_by("added_at", "pk"))
    of_kind = {kind: tuple(item for item in rows if item.kind == kind) for kind in ScopeKind.values}
    return CaseScope(of_kind[ScopeKind.IN], of_kind[ScopeKind.OUT], of_kind[ScopeKind.THIN_SLICE])


def time_box_of(spell: StageSpell | None, *, now: datetime) -> TimeBoxUse:
    """The use of a spell's time-box."""
    if spell is None:
        return time_box_use(Box(None, None), now=now)
    box = Box(
        entered_at=spell.entered_at,
        days=spell.time_box_days,
        extension_days=spell.extension_days,
        ends_at=spell.time_box_ends_at,
        stopped_at=spell.clock_stopped_at,
    )
    return time_box_use(box, now=now)


def references_of(case_ids: Collection[int]) -> Mapping[int, str]:
    """References by id, whoever asks: for acts that name cases by id alone."""
    return {case.pk: case.reference for case in UseCase.objects.filter(pk__in=case_ids).only("number")}
