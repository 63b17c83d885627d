"""The home page in one object."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from pocgate.identity.models import User
from pocgate.web.queries.changes import Event, changes_since
from pocgate.web.queries.track import GateTrack, tracks_of
from pocgate.web.queries.waiting import Waiting, waiting_for
from portfolio.enums import Stage, Status
from portfolio.models import TeamMember, UseCase

FIRST_VISIT_LOOKS_BACK = timedelta(days=7)
OWN_CASES = 12
OPEN = (Status.ACTIVE, Status.IN_REVIEW, Status.PAUSED)


@dataclass(frozen=True)
class StageCount:
    """How many open cases are in a stage."""

    stage: int
    count: int


@dataclass(frozen=True)
class Summary:
    """The visible portfolio in one line; `overdue` cases are past their time-box."""

    stages: Sequence[StageCount]
    paused: int
    overdue: int
    unknown: int

    @property
    def open(self) -> int:
        """Cases on their way, those in an unknown stage included."""
        return sum(stage.count for stage in self.stages) + self.unknown


@dataclass(frozen=True)
class OwnCase:
    """A case the person works on, with its track."""

    case: UseCase
    track: GateTrack


@dataclass(frozen=True)
class Home:
    """What waits, what changed since, and the person's own cases."""

    waiting: Sequence[Waiting]
    since: datetime
    changes: Sequence[Event]
    own_cases: Sequence[OwnCase]
    summary: Summary


def home_of(user: User, roles: frozenset[str], *, now: datetime) -> Home:
    """Everything on a person's home page, in a fixed number of queries."""
    since = user.previous_visit_at or now - FIRST_VISIT_LOOKS_BACK
    return Home(
        waiting=waiting_for(user, roles, now=now),
        since=since,
        changes=changes_since(user, since, now=now),
        own_cases=_own_cases(user, now=now),
        summary=summary_of(user, now=now),
    )


def summary_of(user: User, *, now: datetime) -> Summary:
    """Counts over the cases the person may see, in two passes."""
    cases = UseCase.objects.visible_to(user, now=now).filter(archived_at__isnull=True)
    grouped = cases.filter(status__in=OPEN).order_by().values_list("stage", "status").annotate(count=Count("pk"))
    counts = {(stage, status): count for stage, status, count in grouped}
    late = Q(spells__exit_reason="", spells__clock_stopped_at__isnull=True, spells__time_box_ends_at__lt=now)
    return Summary(
        stages=[StageCount(stage, sum(counts.get((stage, status), 0) for status in OPEN)) for stage in Stage.values],
        paused=sum(count for (_stage, status), count in counts.items() if status == Status.PAUSED),
        overdue=cases.filter(late, status=Status.ACTIVE).count(),
        unknown=sum(count for (stage, _status), count in counts.items() if stage is None),
    )


def _own_cases(user: User, *, now: datetime) -> Sequence[OwnCase]:
    on_team = TeamMember.objects.filter(user=user, ended_at__isnull=True).values("case")
    cases = list(
        UseCase.objects.filter(pk__in=on_team)
        .filter(status__in=OPEN)
        .with_people_and_places()
        .order_by("-updated_at", "-pk")[:OWN_CASES]
    )
    tracks = tracks_of(cases, now=now)
    return [OwnCase(case, tracks[case.pk]) for case in cases]
