"""The portfolio in value × feasibility, as far as its ratings are open to the viewer.

Ranks are those among the cases whose ratings the viewer may see: from ranks among all, the place of a hidden case would
follow as the one that nobody holds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from itertools import islice

import numpy as np
from django.core.cache import cache
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from pocgate.identity.models import User
from portfolio.enums import Status
from portfolio.models import UseCase, UseCaseQuerySet
from scoring.models import Assessment, ScorecardPosition
from scoring.queries.blindness import open_positions, rateable_by, rated_whole_by
from scoring.queries.playbooks import current_playbook
from scoring.rules.ranks import Priorities, Ranking, RankInterval, as_priorities

CHUNK = 2000
KEPT_SECONDS = 600
_LATEST_FIRST = ("-priority", "case__number")
Place = tuple[Decimal, int]


@dataclass(frozen=True)
class MatrixRow:
    """A case with its position and its rank interval among the `ranked` cases of the viewer."""

    case: UseCase
    position: ScorecardPosition
    rank: RankInterval

    @property
    def is_unsure(self) -> bool:
        """Whether any assessor left a range, so that rank and chance have a width."""
        return self.position.value_low != self.position.value_high or (
            self.position.feasibility_low != self.position.feasibility_high
        )

    @property
    def commit_percent(self) -> int:
        """The chance of being in commit, in whole per cent."""
        return round(100 * self.position.commit_chance)


@dataclass(frozen=True)
class MatrixCounts:
    """Of the filtered cases: those shown, those whose ratings wait for the viewer's own, those not rated enough."""

    shown: int
    waiting: int
    unrated: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.shown + self.waiting + self.unrated


@dataclass(frozen=True)
class ToRate:
    """A case that waits for the viewer's rating, and how many have given theirs."""

    case: UseCase
    raters: int


class Matrix:
    """The matrix of one viewer over their `visible` cases; `wanted` are those that the filters leave."""

    def __init__(self, viewer: User, visible: UseCaseQuerySet, wanted: UseCaseQuerySet, *, now: datetime) -> None:
        self.viewer, self.wanted, self.now = viewer, wanted, now
        self._ranked = open_positions(viewer, visible, now=now)
        self._open = self._ranked.filter(case__in=wanted)

    def counts(self) -> MatrixCounts:
        """Two queries of numbers, and one for all of the cases."""
        shown = self._open.count()
        placed = ScorecardPosition.objects.filter(case__in=self.wanted).count()
        return MatrixCounts(shown, placed - shown, self.wanted.order_by().count() - placed)

    def rows(self, *, limit: int, after: Place | None = None) -> list[MatrixRow]:
        """The cases of highest priority, those with equal ones by number; `after` is the last one seen before."""
        positions = self._open
        if after is not None:
            priority, number = after
            positions = positions.filter(Q(priority__lt=priority) | Q(priority=priority, case__number__gt=number))
        found = list(_with_case(positions)[:limit])
        ranks = self.ranks if found else {}
        # A position may have appeared between the two queries; the next look has it.
        return [MatrixRow(each.case, each, ranks[each.case_id]) for each in found if each.case_id in ranks]

    @cached_property
    def ranks(self) -> Mapping[int, RankInterval]:
        """The rank interval of every case whose ratings are open to the viewer, kept until one of them changes."""
        held = list(self._ranked.order_by("case").values_list("case_id", "digest"))
        key = f"scoring.ranks.{hashlib.sha256(repr(held).encode()).hexdigest()}"
        stored = cache.get(key)
        if stored is None:
            stored = _rank(self._ranked)
            cache.set(key, stored, KEPT_SECONDS)
        ends = np.frombuffer(stored, dtype=np.int32).reshape(-1, 3).tolist()
        return {case_id: RankInterval(low, high) for case_id, low, high in ends}

    def to_rate(self, *, limit: int) -> list[ToRate]:
        """Cases before a gate that asks for ratings, or of unknown stage, that lack the viewer's: most rated first."""
        if not self.viewer.is_person:
            return []
        counted = Count("assessments__assessor", filter=Q(assessments__superseded_at__isnull=True), distinct=True)
        cases = rateable_by(self.viewer, now=self.now).filter(
            Q(pk__in=self.wanted.order_by().values("pk")),
            Q(stage__isnull=True) | Q(stage__in=_rated_stages()),
            status__in=(Status.ACTIVE, Status.IN_REVIEW, Status.PAUSED),
            records_locked_at__isnull=True,
        )
        waiting = cases.exclude(pk__in=rated_whole_by(self.viewer)).annotate(raters=counted)
        return [ToRate(case, case.__dict__["raters"]) for case in waiting.order_by("-raters", "number")[:limit]]


def _rated_stages() -> list[int]:
    """The stages before gates that ask for a scorecard."""
    return [gate.gate for gate in current_playbook().gates if gate.scorecard is not None]


def is_rated_by_somebody(cases: UseCaseQuerySet) -> bool:
    """Whether any of the cases has a rating at all."""
    given = Assessment.objects.filter(case=OuterRef("pk"), superseded_at__isnull=True)
    return cases.filter(Exists(given)).exists()


def _with_case(positions: QuerySet[ScorecardPosition]) -> QuerySet[ScorecardPosition]:
    joined = positions.select_related("case", "case__department").order_by(*_LATEST_FIRST)
    return joined.defer("draws", "case__problem_statement", "case__expected_benefit")


def _rank(positions: QuerySet[ScorecardPosition]) -> bytes:
    """Case id, better and worse end of each, as 32-bit numbers. Two passes, a chunk of draws in memory at a time."""
    ranking = Ranking()
    for _ids, priorities in _chunks(positions):
        ranking.add(priorities)
    found = [
        (case_id, rank.low, rank.high)
        for ids, priorities in _chunks(positions)
        for case_id, rank in zip(ids, ranking.intervals(priorities), strict=True)
    ]
    return np.array(found, dtype=np.int32).tobytes()


def _chunks(positions: QuerySet[ScorecardPosition]) -> Iterator[tuple[list[int], Priorities]]:
    rows = positions.order_by("case").values_list("case_id", "draws", "priority").iterator(chunk_size=CHUNK)
    while chunk := list(islice(rows, CHUNK)):
        stored = ((bytes(draws), int(priority * 100)) for _case_id, draws, priority in chunk)
        yield [case_id for case_id, _draws, _priority in chunk], as_priorities(stored)
