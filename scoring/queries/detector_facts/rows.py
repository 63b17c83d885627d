"""The cases with their open stay, and which of them are judged at all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, F, FilteredRelation, OuterRef, Q

from portfolio.enums import Origin, TeamRole
from portfolio.models import TeamMember, UseCase, UseCaseQuerySet
from portfolio.rules.time_box import Box as Recorded
from portfolio.rules.time_box import time_box_use
from scoring.rules.detectors import Box
from scoring.rules.detectors.shapes import STAGE_UNKNOWN, UNGATED
from scoring.rules.reasons import Record

SPELL = ("pk", "entered_at", "time_box_days", "extension_days", "time_box_ends_at", "clock_stopped_at")


@dataclass(frozen=True)
class Row:
    """A case with its open stay. `untold` says why it is not judged; empty for one that is."""

    case: UseCase
    box: Box | None
    entered_at: datetime | None
    untold: str

    @property
    def is_judged(self) -> bool:
        """On its way, in a known stage, and some owner has taken it on."""
        return self.case.is_open and not self.untold


def rows_of(case_ids: Iterable[int], *, now: datetime) -> list[Row]:
    """The cases that exist, in pk order; one query."""
    accepted = TeamMember.objects.filter(case=OuterRef("pk"), role=TeamRole.PRODUCT_OWNER, started_at__lte=now)
    found = _with_stay(UseCase.objects.filter(pk__in=list(case_ids))).annotate(was_accepted=Exists(accepted))
    return [_row(case, now) for case in found.order_by("pk")]


def _with_stay(cases: UseCaseQuerySet) -> UseCaseQuerySet:
    stays = cases.alias(stay=FilteredRelation("spells", condition=Q(spells__exit_reason="")))
    return stays.annotate(**{f"stay_{field}": F(f"stay__{field}") for field in SPELL})


def _row(case: UseCase, now: datetime) -> Row:
    known = vars(case)
    untold = ""
    if case.origin == Origin.IMPORTED and not known["was_accepted"]:
        untold = UNGATED
    elif case.stage is None:
        untold = STAGE_UNKNOWN
    return Row(case, _box(case, now), known["stay_entered_at"], untold)


def _box(case: UseCase, now: datetime) -> Box | None:
    stay = {field: vars(case)[f"stay_{field}"] for field in SPELL}
    if stay["pk"] is None:
        return None
    extension = stay["extension_days"] or 0
    recorded = Recorded(
        stay["entered_at"], stay["time_box_days"], extension, stay["time_box_ends_at"], stay["clock_stopped_at"]
    )
    days = stay["time_box_days"]
    return Box(
        record=Record("stage_spell", stay["pk"], case.get_stage_display() or ""),
        entered_at=stay["entered_at"],
        percent=time_box_use(recorded, now=now).percent,
        ends_at=stay["time_box_ends_at"],
        days=days + extension if days else None,
        runs=stay["clock_stopped_at"] is None,
    )
