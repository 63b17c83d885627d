"""Which shares of a cap are reached, and which notices still ask for something."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from scoring.rules.costs.outlook import Outlook
from scoring.rules.costs.records import RUN_RATE_CAP, Cap


@dataclass(frozen=True)
class Crossing:
    """A share of a cap that is reached, with what counts against the cap."""

    scope: str
    stage: int | None
    percent: int
    cap: Cap
    used: Decimal


@dataclass(frozen=True)
class Noticed:
    """A notice on record: which cap, which share, and whether it asks for a justification that nobody gave."""

    id: int
    scope: str
    stage: int | None
    iteration: int
    plan_id: int
    percent: int
    is_asked: bool
    is_answered: bool


def crossings(outlook: Outlook, percents: Iterable[int]) -> list[Crossing]:
    """Every share of an agreed cap that is reached now, by cap and share."""
    wanted = sorted(percents)
    return [
        Crossing(scope, stage, percent, cap, used)
        for scope, stage, cap, used in _against_caps(outlook)
        for percent in wanted
        if used > 0 and used * 100 >= cap.amount * percent
    ]


def _against_caps(outlook: Outlook) -> Iterator[tuple[str, int | None, Cap, Decimal]]:
    for standing in outlook.standings:
        if standing.cap is not None:
            yield standing.scope, standing.stage, standing.cap, standing.used
    if outlook.monthly_cap is not None and outlook.run_rate is not None:
        yield RUN_RATE_CAP, None, outlook.monthly_cap, outlook.run_rate


def highest_each(found: Iterable[Crossing]) -> list[Crossing]:
    """The highest share of each cap: who is told that 90 % are reached need not be told of 50 and 75 in one go."""
    highest: dict[tuple[str, int | None], Crossing] = {}
    for crossing in found:
        key = (crossing.scope, crossing.stage)
        if key not in highest or crossing.percent > highest[key].percent:
            highest[key] = crossing
    return list(highest.values())


def still_asking(notices: Sequence[Noticed]) -> list[int]:
    """The ids of notices whose justification is outstanding: of each cap the highest share that asks, unless answered.

    An answer to a share answers the lower ones too: it was written in view of more.
    """
    highest: dict[tuple[object, ...], Noticed] = {}
    for notice in notices:
        key = (notice.plan_id, notice.scope, notice.stage, notice.iteration)
        if notice.is_asked and (key not in highest or notice.percent > highest[key].percent):
            highest[key] = notice
    return sorted(notice.id for notice in highest.values() if not notice.is_answered)
