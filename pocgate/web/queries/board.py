"""The board: stages across, lanes down, each cell with its oldest cards and how many there are in all.

Every cell asks for its few oldest cards by the index on stage and entry, so that a hundred thousand cases cost about as
much as a hundred; one pass counts, another one groups the ages by day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Q
from django.db.models.functions import TruncDate
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pocgate.web.queries.track import GateTrack, tracks_of
from portfolio.enums import Stage, Status
from portfolio.models import UseCase, UseCaseQuerySet
from portfolio.queries.rows import CaseRow, as_rows, row_of
from portfolio.rules.ageing import percentiles
from scoring.queries.finding_counts import in_swamp

FLOW_CARDS, SIDE_CARDS = 7, 4
ON_BOARD = (Status.ACTIVE, Status.IN_REVIEW, Status.PAUSED)
OPEN_SPELL = Q(spells__exit_reason="")


@dataclass(frozen=True)
class BoardCard:
    """A case on the board with its track; `percentile` is the share of its stage that is younger, 0–100."""

    row: CaseRow
    track: GateTrack
    percentile: int


@dataclass(frozen=True)
class Cell:
    """Where a lane crosses a stage; `query` is the table's filter that shows all of it."""

    stage: int
    count: int
    cards: Sequence[BoardCard]
    query: str

    @property
    def hidden(self) -> int:
        """How many cases are not drawn."""
        return self.count - len(self.cards)


@dataclass(frozen=True)
class Lane:
    """One row of the board; `key`: flow, swamp or paused."""

    key: str
    label: str | Promise
    hint: str | Promise
    cells: Sequence[Cell]

    @property
    def count(self) -> int:
        """Cases in all its cells."""
        return sum(cell.count for cell in self.cells)


@dataclass(frozen=True)
class StageHead:
    """A column's head: cases at work in the stage, those in the swamp, and ages in days at 50 and 85 %."""

    stage: int
    label: str
    count: int
    swamped: int
    median_days: int | None
    late_days: int | None


@dataclass(frozen=True)
class Board:
    """The whole board; `unknown` counts the cases whose stage is not known."""

    heads: Sequence[StageHead]
    lanes: Sequence[Lane]
    unknown: int

    @property
    def is_empty(self) -> bool:
        """There is nothing on it."""
        return not self.unknown and not any(lane.count for lane in self.lanes)


@dataclass(frozen=True)
class _Part:
    """A lane: which cases (joined with their open spell) it takes, and the table's filter for the same."""

    key: str
    label: str | Promise
    hint: str | Promise
    query: str
    limit: int

    def takes(self) -> Q:
        """The condition of the lane."""
        if self.key == "swamp":
            return Q(in_swamp(), status=Status.ACTIVE)
        if self.key == "paused":
            return Q(status=Status.PAUSED)
        return Q(status=Status.IN_REVIEW) | Q(~in_swamp(), status=Status.ACTIVE)


PARTS = (
    _Part("flow", _("On the way"), "", "status=active&status=in_review&swamp=false", FLOW_CARDS),
    _Part(
        "swamp",
        _("Swamp"),
        _("Past the time-box, silent, turning in circles or without an owner: go on, or stop with dignity."),
        "status=active&swamp=true",
        SIDE_CARDS,
    ),
    _Part(
        "paused", _("Paused"), _("Waits for a date or a trigger; the clock stands still."), "status=paused", SIDE_CARDS
    ),
)


def board_of(cases: UseCaseQuerySet, *, now: datetime) -> Board:
    """The (visible, filtered) cases as a board, in at most 20 queries however many there are."""
    counts = _counts(cases, now)
    ages = _ages(cases, now)
    oldest = {
        (part.key, stage): _oldest(cases, part, stage, now)
        for part in PARTS
        for stage in Stage.values
        if counts.get((part.key, stage))
    }
    cards = _cards([pk for found in oldest.values() for pk in found], ages, now)
    lanes = [
        Lane(part.key, part.label, part.hint, [_cell(part, stage, counts, oldest, cards) for stage in Stage.values])
        for part in PARTS
    ]
    return Board(
        heads=[_head(lanes, stage, ages.get(stage, [])) for stage in Stage.values],
        lanes=[lane for lane in lanes if lane.key == "flow" or lane.count],
        unknown=cases.filter(stage__isnull=True, status__in=ON_BOARD).count(),
    )


def _counts(cases: UseCaseQuerySet, now: datetime) -> Mapping[tuple[str, int], int]:
    lanes = {part.key: Count("pk", filter=part.takes()) for part in PARTS}
    at_work = cases.filter(OPEN_SPELL, status__in=ON_BOARD, stage__isnull=False).order_by()
    counts: dict[tuple[str, int], int] = {}
    for stage, *by_lane in at_work.values("stage").annotate(**lanes).values_list("stage", *lanes):
        counts.update({(key, stage): count for key, count in zip(lanes, by_lane, strict=True)})
    return counts


def _ages(cases: UseCaseQuerySet, now: datetime) -> Mapping[int, Sequence[tuple[int, int]]]:
    """Days in the present stage with how many cases are so old, by stage, youngest first."""
    days = (
        cases.filter(OPEN_SPELL, status__in=ON_BOARD, stage__isnull=False, spells__entered_at__isnull=False)
        .annotate(day=TruncDate("spells__entered_at"))
        .order_by("-day")
        .values_list("stage", "day")
        .annotate(count=Count("pk"))
    )
    ages: dict[int, list[tuple[int, int]]] = {}
    for stage, day, count in days:
        ages.setdefault(stage, []).append(((now.date() - day).days, count))
    return ages


def _oldest(cases: UseCaseQuerySet, part: _Part, stage: int, now: datetime) -> Sequence[int]:
    found = cases.filter(OPEN_SPELL & Q(spells__stage=stage, stage=stage) & part.takes())
    first = F("spells__entered_at").asc(nulls_last=True)
    return list(found.order_by(first, "number").values_list("pk", flat=True)[: part.limit])


def _cards(ids: Sequence[int], ages: Mapping[int, Sequence[tuple[int, int]]], now: datetime) -> Mapping[int, BoardCard]:
    cases = list(as_rows(UseCase.objects.filter(pk__in=ids)))
    tracks = tracks_of(cases, now=now)
    rows = [row_of(case, now=now) for case in cases]
    return {
        row.case.pk: BoardCard(row, tracks[row.case.pk], _percentile(row, ages.get(row.case.stage or 0, []), now))
        for row in rows
    }


def _percentile(row: CaseRow, ages: Sequence[tuple[int, int]], now: datetime) -> int:
    total = sum(count for _days, count in ages)
    if row.entered_at is None or not total:
        return 0
    own = (now.date() - row.entered_at.date()).days
    return round(100 * sum(count for days, count in ages if days < own) / total)


def _cell(
    part: _Part,
    stage: int,
    counts: Mapping[tuple[str, int], int],
    oldest: Mapping[tuple[str, int], Sequence[int]],
    cards: Mapping[int, BoardCard],
) -> Cell:
    ids = oldest.get((part.key, stage), [])
    query = f"stage={stage}&{part.query}&ordering=age"
    return Cell(stage, counts.get((part.key, stage), 0), [cards[pk] for pk in ids], query)


def _head(lanes: Sequence[Lane], stage: int, ages: Sequence[tuple[int, int]]) -> StageHead:
    counts = {lane.key: lane.cells[stage].count for lane in lanes}
    median, late, _latest = percentiles(ages)
    return StageHead(
        stage=stage,
        label=str(Stage(stage).label),
        count=counts["flow"] + counts["swamp"],
        swamped=counts["swamp"],
        median_days=median,
        late_days=late,
    )
