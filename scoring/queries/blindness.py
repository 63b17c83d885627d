"""Whose ratings a person may see: others' wait for one's own, on every page and in every answer.

Nobody is led while a rating is still theirs to give. A decision that moves a case on publishes the ratings it was made
on, so from then on they are open; so are those of cases that ended, which nobody can rate any more.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet

from pocgate.identity.enums import Role
from pocgate.identity.models import User
from pocgate.identity.queries import roles_of
from portfolio.enums import Status
from portfolio.models import StageSpell, UseCase, UseCaseQuerySet
from scoring.models import Assessment, ScorecardPosition
from scoring.queries.playbooks import current_playbook

RATING_ROLES = frozenset({Role.COMMITTEE, Role.CHAIR, Role.COMPLIANCE})
ENDED = (Status.STOPPED, Status.RETIRED)


def rateable_by(viewer: User, *, now: datetime) -> UseCaseQuerySet:
    """The cases whose ratings wait for this person's own; all for a program, which rates nothing."""
    cases = UseCase.objects.exclude(status__in=ENDED)
    if not viewer.is_person or not roles_of(viewer, now=now).isdisjoint(RATING_ROLES):
        return cases
    return cases.filter(pk__in=viewer.team_memberships.filter(ended_at__isnull=True).values("case"))


def rated_whole_by(viewer: User) -> QuerySet[Assessment]:
    """The cases that this person rated on every criterion in force, as a subquery."""
    keys = [criterion.key for criterion in current_playbook().scorecard.criteria]
    own = Assessment.objects.filter(assessor=viewer, superseded_at__isnull=True, criterion__in=keys)
    counted = own.order_by().values("case").annotate(given=Count("criterion")).filter(given=len(keys))
    return counted.values("case")  # type: ignore[return-value]


def open_positions(viewer: User, cases: UseCaseQuerySet, *, now: datetime) -> QuerySet[ScorecardPosition]:
    """The positions of those cases whose ratings the viewer may see."""
    moved_on = Exists(_departures().filter(case=OuterRef("case"), left_at__gte=OuterRef("rated_at")))
    waits = Q(case__in=rateable_by(viewer, now=now)) & ~Q(case__in=rated_whole_by(viewer)) & ~Q(moved_on)
    return ScorecardPosition.objects.filter(~waits, case__in=cases)


def owes_rating(viewer: User, case: UseCase, *, now: datetime) -> bool:
    """Whether the case has ratings that wait for the viewer's own."""
    owed = rateable_by(viewer, now=now).filter(pk=case.pk).exclude(pk__in=rated_whole_by(viewer))
    if not owed.exists():
        return False
    given = Assessment.objects.filter(case=case, superseded_at__isnull=True)
    latest = given.aggregate(latest=Max("assessed_at"))["latest"]
    return latest is not None and not has_moved_on(case.pk, since=latest)


def has_moved_on(case_id: int, *, since: datetime) -> bool:
    """Whether a decision taken here ended a stay of the case at that moment or later."""
    return _departures().filter(case=case_id, left_at__gte=since).exists()


def _departures() -> QuerySet[StageSpell]:
    """Stays that ended here; those that a file told of ended without a decision of ours."""
    return StageSpell.objects.filter(imported=False, left_at__isnull=False)
