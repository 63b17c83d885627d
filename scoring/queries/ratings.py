"""The ratings in force of many cases, as the rules take them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from portfolio.enums import TeamRole
from portfolio.models import TeamMember, UseCase
from scoring.models import Assessment, ScorecardPosition
from scoring.queries.probe_facts.periods import in_force
from scoring.rules.reasons import Record
from scoring.rules.scorecard import Rating

BATCH = 200
_COLUMNS = (
    "case_id",
    "pk",
    "assessor_id",
    "assessor__full_name",
    "assessor__username",
    "criterion",
    "rating",
    "low",
    "high",
    "discipline",
    "assessed_at",
)


def ratings_of(case_ids: Iterable[int], *, now: datetime) -> dict[int, list[Rating]]:
    """The latest rating of each assessor and criterion at `now`, by case; every case has an entry. Two queries."""
    found: dict[int, list[Rating]] = {case_id: [] for case_id in case_ids}
    team = _team(found, now=now)
    rows = Assessment.objects.filter(in_force(now, start="assessed_at", end="superseded_at"), case__in=list(found))
    for case_id, pk, assessor_id, name, username, criterion, rating, low, high, discipline, at in rows.order_by(
        "case", "criterion", "assessor"
    ).values_list(*_COLUMNS):
        roles = team.get((case_id, assessor_id), frozenset())
        found[case_id].append(
            Rating(
                record=Record("assessment", pk, name or username),
                criterion=criterion,
                assessor_id=assessor_id,
                rating=rating,
                discipline=discipline,
                on_team=bool(roles),
                is_owner=TeamRole.PRODUCT_OWNER in roles,
                rated_at=at,
                low=low,
                high=high,
            )
        )
    return found


def rated_batches() -> Iterator[list[int]]:
    """The ids of all cases that have ratings or still a position, in their order, `BATCH` at a time."""
    last = 0
    while ids := list(
        UseCase.objects.filter(
            Exists(Assessment.objects.filter(case=OuterRef("pk"), superseded_at__isnull=True))
            | Exists(ScorecardPosition.objects.filter(case=OuterRef("pk"))),
            pk__gt=last,
        )
        .order_by("pk")
        .values_list("pk", flat=True)[:BATCH]
    ):
        yield ids
        last = ids[-1]


def _team(case_ids: Iterable[int], *, now: datetime) -> dict[tuple[int, int], frozenset[str]]:
    """The roles of each person on the team of each case at `now`, by case and person."""
    rows = TeamMember.objects.filter(
        Q(ended_at__isnull=True) | Q(ended_at__gt=now), case__in=list(case_ids), started_at__lte=now
    ).values_list("case_id", "user_id", "role")
    team: dict[tuple[int, int], frozenset[str]] = {}
    for case_id, user_id, role in rows:
        team[case_id, user_id] = team.get((case_id, user_id), frozenset()) | {role}
    return team
