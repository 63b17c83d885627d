"""When time alone may change what is found of a case."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from scoring.rules.detectors.facts import DetectorFacts, numbers_of
from scoring.rules.detectors.swamp import after, idle_until
from scoring.rules.playbook.whole import Playbook
from scoring.rules.probes.cost import spend_within_cap
from scoring.rules.probes.kpis import judge_kpi
from scoring.rules.probes.outcome import kpis_counting_at

_FULL = Decimal(100)


def next_moment(facts: DetectorFacts, playbook: Playbook) -> datetime | None:
    """The next of those moments after `now`, None when only records can change anything."""
    return min((moment for moment in _moments(facts, playbook) if moment and moment > facts.now), default=None)


def _moments(facts: DetectorFacts, playbook: Playbook) -> Iterator[datetime | None]:
    yield from _of_time_box(facts, playbook)
    yield idle_until(facts, playbook)
    yield facts.hold.ends_at if facts.hold else None
    days = int(numbers_of(playbook, "no_change_management")["unanswered_days"])
    for item in facts.feedback:
        yield after(item.given_at, days) if item.answered_at is None else None
    yield spend_within_cap(facts.probe, playbook).changes_at
    for kpi in kpis_counting_at(facts.probe.kpis, facts.stage, playbook):
        yield judge_kpi(kpi, facts.probe, playbook.kpis).changes_at
    for member in facts.probe.team:
        yield member.until


def _of_time_box(facts: DetectorFacts, playbook: Playbook) -> Iterator[datetime | None]:
    box = facts.box
    if box is None or not box.runs or box.ends_at is None or not box.days:
        return
    shares = {numbers_of(playbook, key)["time_box_percent"] for key in ("sandbox_heroics", "governance_later")}
    for percent in sorted({*shares, _FULL}):
        left = timedelta(days=box.days) * float((_FULL - percent) / 100)
        yield box.ends_at - left
