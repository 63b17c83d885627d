"""The board: stages across, lanes down, each cell with its oldest cards and how many there are in all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pocgate.web.queries.track import GateTrack, tracks_of
from portfolio.enums import Stage, Status
from portfolio.models import UseCase, UseCaseQuerySet
from portfolio.queries.board import Card, ageing, board_columns, over_time_box
from portfolio.queries.rows import with_open_spell

FLOW_CARDS, SIDE_CARDS = 7, 4
MOVING = (Status.ACTIVE, Status.IN_REVIEW)
STAGE_MARKS = [(stage, str(stage)) for stage in Stage.values]


@dataclass(frozen=True)
class BoardCard:
    """A case on the board with its track."""

    card: Card
    track: GateTrack


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
    """A column's head: cases at work in the stage, those past their time-box, and ages in days at 50 and 85 %."""

    stage: int
    label: str
    count: int
    overdue: int
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
    key: str
    label: str | Promise
    hint: str | Promise
    query: str
    limit: int


PARTS = (
    _Part("flow", _("On the way"), "", "status=active&status=in_review&over=false", FLOW_CARDS),
    _Part(
        "swamp",
        _("Swamp"),
        _("Past the time-box: request the gate, ask for an extension, or stop with dignity."),
        "status=active&over=true",
        SIDE_CARDS,
    ),
    _Part(
        "paused", _("Paused"), _("Waits for a date or a trigger; the clock stands still."), "status=paused", SIDE_CARDS
    ),
)


def board_of(cases: UseCaseQuerySet, *, now: datetime) -> Board:
    """The (visible, filtered) cases as a board, in a fixed number of queries however many there are."""
    late = with_open_spell(UseCase.objects.filter(status=Status.ACTIVE)).filter(over_time_box(now)).values("pk")
    found: Mapping[str, UseCaseQuerySet] = {
        "flow": cases.filter(status__in=MOVING).exclude(pk__in=late),
        "swamp": cases.filter(pk__in=late),
        "paused": cases.filter(status=Status.PAUSED),
    }
    columns = {
        part.key: {column.stage: column for column in board_columns(found[part.key], now=now, limit=part.limit)}
        for part in PARTS
    }
    drawn = [card.row.case for cells in columns.values() for column in cells.values() for card in column.cards]
    tracks = tracks_of(drawn, now=now)
    ages = ageing(cases.filter(status__in=[*MOVING, Status.PAUSED]), today=now.date())
    lanes = []
    for part in PARTS:
        cells = []
        for stage, mark in STAGE_MARKS:
            column = columns[part.key][stage]
            cards = [BoardCard(card, tracks[card.row.case.pk]) for card in column.cards]
            cells.append(Cell(stage, column.count, cards, f"stage={mark}&{part.query}&ordering=age"))
        lanes.append(Lane(part.key, part.label, part.hint, cells))
    return Board(
        heads=[_head(lanes, stage, ages.get(stage, (None, None, None))) for stage in Stage.values],
        lanes=[lane for lane in lanes if lane.key == "flow" or lane.count],
        unknown=sum(cells[None].count for cells in columns.values() if None in cells),
    )


def _head(lanes: Sequence[Lane], stage: int, ages: tuple[int | None, int | None, int | None]) -> StageHead:
    counts = {lane.key: lane.cells[stage].count for lane in lanes}
    median, late, _latest = ages
    return StageHead(
        stage=stage,
        label=str(Stage(stage).label),
        count=counts["flow"] + counts["swamp"],
        overdue=counts["swamp"],
        median_days=median,
        late_days=late,
    )
