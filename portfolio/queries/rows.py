"""A case as a row of a list: with its owner, its open spell and its readiness, in one query."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, FilteredRelation, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, NullIf

from portfolio.enums import TeamRole
from portfolio.models import TeamMember, UseCase, UseCaseQuerySet
from portfolio.rules.time_box import Box, TimeBoxUse, time_box_use

SPELL_FIELDS = {
    "entered_at": "entered_at",
    "box_days": "time_box_days",
    "box_extension": "extension_days",
    "box_ends_at": "time_box_ends_at",
    "clock_stopped_at": "clock_stopped_at",
}


@dataclass(frozen=True)
class CaseRow:
    """A case in a list. Readiness is None while there is no next gate or nothing was computed yet.

    `standing` says whether its latest go still stands; empty while there was none.
    """

    case: UseCase
    owner_id: int | None
    owner_name: str
    readiness: float | None
    gate: int | None
    musts_open: int | None
    entered_at: datetime | None
    time_box: TimeBoxUse
    standing: str = ""


def with_open_spell(cases: UseCaseQuerySet) -> UseCaseQuerySet:
    """Each case with the fields of its open spell, null where there is none."""
    joined = cases.alias(open_spell=FilteredRelation("spells", condition=Q(spells__exit_reason="")))
    return joined.annotate(**{name: F(f"open_spell__{field}") for name, field in SPELL_FIELDS.items()})


def over_time_box(now: datetime) -> Q:
    """Cases, joined with their open spell, whose time-box is used up."""
    running = Q(clock_stopped_at__isnull=True, box_ends_at__lte=now)
    return running | Q(clock_stopped_at__isnull=False, box_ends_at__lte=F("clock_stopped_at"))


def with_owner(cases: UseCaseQuerySet) -> UseCaseQuerySet:
    """Each case with its product owner's id and name, null where there is none."""
    owner = TeamMember.objects.filter(case=OuterRef("pk"), role=TeamRole.PRODUCT_OWNER, ended_at__isnull=True)
    name = Coalesce(NullIf("user__full_name", Value("")), "user__username")
    return cases.annotate(owner_id=Subquery(owner.values("user_id")[:1]), owner_name=Subquery(owner.values(n=name)[:1]))


def as_rows(cases: UseCaseQuerySet) -> UseCaseQuerySet:
    """What `row_of` needs, still one query. Long texts stay in the database."""
    return (
        with_owner(with_open_spell(cases))
        .select_related("department", "unit", "readiness", "standing")
        .defer(
            "problem_statement",
            "affected_process",
            "affected_users",
            "expected_benefit",
            "technology",
        )
    )


def row_of(case: UseCase, *, now: datetime) -> CaseRow:
    """The row of a case that came from `as_rows`."""
    score = getattr(case, "readiness", None) if case.next_gate is not None else None
    go = getattr(case, "standing", None)
    known = case.__dict__
    box = Box(
        entered_at=known["entered_at"],
        days=known["box_days"],
        extension_days=known["box_extension"] or 0,
        ends_at=known["box_ends_at"],
        stopped_at=known["clock_stopped_at"],
    )
    return CaseRow(
        case=case,
        owner_id=known["owner_id"],
        owner_name=known["owner_name"] or "",
        readiness=float(score.overall) if score else None,
        gate=score.gate if score else None,
        musts_open=score.musts_open if score else None,
        entered_at=known["entered_at"],
        time_box=time_box_use(box, now=now),
        standing=go.state if go and go.decision_id else "",
    )
