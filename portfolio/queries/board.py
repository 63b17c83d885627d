"""The board: a column per stage with its oldest cards, and how old cases in each stage are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, F, Q, Window
from django.db.models.functions import RowNumber, TruncDate

from portfolio.enums import Stage, Status
from portfolio.models import UseCase, UseCaseQuerySet
from portfolio.queries.rows import CaseRow, as_rows, row_of, with_open_spell
from portfolio.rules.ageing import percentiles

CARDS = 50
ON_BOARD = (Status.ACTIVE, Status.IN_REVIEW, Status.PAUSED)


@dataclass(frozen=True)
class Card:
    """A case on the board; `percentile` is the share of its column that is younger, 0–100."""

    row: CaseRow
    percentile: int


@dataclass(frozen=True)
class Column:
    """A stage (None: not known) with its number of cases, its oldest cards, and ages in days at 50, 85 and 95 %."""

    stage: int | None
    label: str
    count: int
    over_time_box: int
    cards: tuple[Card, ...]
    ages: tuple[int | None, int | None, int | None]

    @property
    def has_more(self) -> bool:
        """Not all cases are on the board."""
        return self.count > len(self.cards)


def over_time_box(now: datetime) -> Q:
    """Cases, joined with their open spell, whose time-box is used up."""
    running = Q(clock_stopped_at__isnull=True, box_ends_at__lte=now)
    return running | Q(clock_stopped_at__isnull=False, box_ends_at__lte=F("clock_stopped_at"))


def board_columns(cases: UseCaseQuerySet, *, now: datetime, limit: int = CARDS) -> list[Column]:
    """The (visible, filtered) cases that are on their way, by stage; four queries however many there are."""
    on_board = cases.filter(status__in=ON_BOARD)
    counts = {stage: (count, over) for stage, count, over in _counts(on_board, now)}
    cards = _cards(on_board, counts, now, limit)
    ages = ageing(on_board, today=now.date())
    columns = []
    for stage in [*Stage.values, None]:
        count, over = counts.get(stage, (0, 0))
        if stage is not None or count:
            label = str(Stage(stage).label) if stage is not None else ""
            unknown = (None, None, None)
            columns.append(Column(stage, label, count, over, tuple(cards.get(stage, ())), ages.get(stage, unknown)))
    return columns


def ageing(cases: UseCaseQuerySet, *, today: date) -> dict[int | None, tuple[int | None, int | None, int | None]]:
    """Days in the present stage at 50, 85 and 95 % of its cases, by stage; one query, grouped by day."""
    days = (
        with_open_spell(cases)
        .filter(Q(entered_at__isnull=False))
        .annotate(day=TruncDate("entered_at"))
        .order_by()
        .values_list("stage", "day")
        .annotate(count=Count("pk"))
    )
    ages: dict[int | None, list[tuple[int, int]]] = {}
    for stage, day, count in days:
        ages.setdefault(stage, []).append(((today - day).days, count))
    return {stage: percentiles(counted) for stage, counted in ages.items()}


def _counts(cases: UseCaseQuerySet, now: datetime) -> Iterable[tuple[int | None, int, int]]:
    rows = with_open_spell(cases).order_by().values("stage")
    counted = rows.annotate(count=Count("pk"), over=Count("pk", filter=over_time_box(now)))
    return counted.values_list("stage", "count", "over")


def _cards(
    cases: UseCaseQuerySet, counts: Mapping[int | None, tuple[int, int]], now: datetime, limit: int
) -> dict[int | None, list[Card]]:
    """The oldest cases of each stage. Ranked by bare ids first: a window over whole rows sorts whole rows."""
    oldest_first = [F("entered_at").asc(nulls_last=True), F("number").asc()]
    place = Window(RowNumber(), partition_by=F("stage"), order_by=oldest_first)
    ranked = with_open_spell(cases).order_by().annotate(place=place).filter(place__lte=limit)
    places = dict(ranked.values_list("pk", "place"))
    cards: dict[int | None, list[Card]] = {}
    shown = as_rows(UseCase.objects.filter(pk__in=places)) if places else UseCase.objects.none()
    for case in sorted(shown, key=lambda each: places[each.pk]):
        younger = counts[case.stage][0] - places[case.pk]
        others = max(counts[case.stage][0] - 1, 1)
        cards.setdefault(case.stage, []).append(Card(row_of(case, now=now), round(100 * younger / others)))
    return cards
