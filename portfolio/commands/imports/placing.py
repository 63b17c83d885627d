"""Spells of imported cases, from their stage and the dates their file gives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime

from portfolio.enums import ExitReason, Precision, Stage, Status
from portfolio.models import StageSpell, UseCase

BATCH = 500
# The date by which a case entered a stage; inventories give none for the pilot.
ENTRY_FIELDS = {
    Stage.DISCOVERY: "date_started",
    Stage.PROTOTYPE: "date_development",
    Stage.PRODUCTION: "date_implemented",
}
ENDED = {Status.RETIRED: ExitReason.RETIRED, Status.STOPPED: ExitReason.STOPPED}
YEAR, MONTH = 4, 7
Moment = tuple[datetime | None, str]
UNKNOWN: Moment = (None, Precision.UNKNOWN)


def place_cases(pairs: Sequence[tuple[UseCase, dict[str, str]]], *, replacing: bool = False) -> None:
    """Write the spells that the cells show: past stays as closed, the present one open; unknown times stay unknown.

    `replacing` first removes the spells that an earlier import wrote.
    """
    if replacing:
        StageSpell.objects.filter(case__in=[case.pk for case, _values in pairs], imported=True).delete()
    StageSpell.objects.bulk_create(_spells(pairs), batch_size=BATCH)


def _spells(pairs: Iterable[tuple[UseCase, dict[str, str]]]) -> Iterator[StageSpell]:
    for case, values in pairs:
        known = {
            stage: moment
            for stage, name in ENTRY_FIELDS.items()
            if (moment := moment_of(values.get(name, "")))[0] is not None
        }
        yield from _past(case, known)
        yield from _last(case, known, moment_of(values.get("date_retired", "")))


def _past(case: UseCase, known: dict[Stage, Moment]) -> Iterator[StageSpell]:
    """Closed stays in the stages before the present one, or, for an ended case, before its last known one."""
    last = max(known, default=Stage.DISCOVERY) if case.stage is None else case.stage
    for stage in sorted(stage for stage in known if stage < last):
        following = known.get(Stage(stage + 1), UNKNOWN)
        left = following if _in_order(known[stage], following) else UNKNOWN
        yield _spell(case, stage, known[stage], left, ExitReason.PROMOTED)


def _last(case: UseCase, known: dict[Stage, Moment], ended: Moment) -> Iterator[StageSpell]:
    if case.stage is not None:
        yield _spell(case, case.stage, known.get(Stage(case.stage), UNKNOWN), UNKNOWN, "")
    elif known and case.status in ENDED:
        stage = max(known)
        left = ended if _in_order(known[stage], ended) else UNKNOWN
        yield _spell(case, stage, known[stage], left, ENDED[Status(case.status)])


def _in_order(entered: Moment, left: Moment) -> bool:
    return entered[0] is not None and left[0] is not None and entered[0] <= left[0]


def _spell(case: UseCase, stage: int, entered: Moment, left: Moment, reason: str) -> StageSpell:
    return StageSpell(
        case=case,
        stage=stage,
        entered_at=entered[0],
        entered_precision=entered[1],
        left_at=left[0],
        left_precision=left[1] if reason else Precision.EXACT,
        exit_reason=reason,
        imported=True,
    )


def moment_of(text: str) -> Moment:
    """The first moment of a date at its precision: `2023`, `2023-Q3`, `2023-07`, `2023-07-14`; or unknown."""
    if not text:
        return UNKNOWN
    if "Q" in text:
        year, quarter = text.split("-Q")
        return _midnight(date(int(year), 3 * int(quarter) - 2, 1)), Precision.QUARTER
    if len(text) == YEAR:
        return _midnight(date(int(text), 1, 1)), Precision.YEAR
    if len(text) == MONTH:
        return _midnight(date.fromisoformat(f"{text}-01")), Precision.MONTH
    return _midnight(date.fromisoformat(text)), Precision.DAY


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
