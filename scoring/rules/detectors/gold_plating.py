"""Gold-plating: the threshold is met, and it is polished further."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from scoring.rules.detectors.facts import DetectorFacts, numbers_of
from scoring.rules.detectors.shapes import Signal, both, strong, weak
from scoring.rules.playbook.whole import Playbook
from scoring.rules.probes.kpis import counting_readings, judge_kpi
from scoring.rules.probes.outcome import kpis_counting_at
from scoring.rules.probes.records import HIGHER, Kpi, Reading
from scoring.rules.vocabulary import PASS

VERSION = 1

_PROTOTYPE = 1
_POLISHED_IN = (1, 2)
_FULL_BOX = Decimal(100)


@dataclass(frozen=True)
class Passed:
    """Whether the thresholds of the next gate were met, and since which reading; None when it can not be told."""

    holds: bool | None
    since: datetime | None = None
    kpis: tuple[Kpi, ...] = ()


@dataclass(frozen=True)
class _Gain:
    percent: Decimal
    readings: tuple[Reading, ...]


def signals(facts: DetectorFacts, playbook: Playbook) -> tuple[Signal, ...]:
    """Still in the prototype past its time-box, scope that grows after the pass, gains that shrink to nothing."""
    passed = thresholds_passed(facts, playbook)
    return (
        _kept_in_prototype(facts, passed),
        _scope_grown(facts, passed),
        _little_gained(facts, playbook, passed),
    )


def thresholds_passed(facts: DetectorFacts, playbook: Playbook) -> Passed:
    """By the readings themselves: one that has gone stale meanwhile was met all the same."""
    kpis = kpis_counting_at(facts.probe.kpis, facts.stage, playbook)
    moments = [_passed_since(kpi, facts, playbook) for kpi in kpis]
    if not kpis:
        return Passed(None)
    if any(holds is False for holds, _since in moments):
        return Passed(False)
    if any(holds is None for holds, _since in moments):
        return Passed(None)
    return Passed(True, max(since for _holds, since in moments if since is not None), kpis)


def _passed_since(kpi: Kpi, facts: DetectorFacts, playbook: Playbook) -> tuple[bool | None, datetime | None]:
    """Bisection over the readings, oldest first: the one with which the verdict turned into a pass."""
    threshold = kpi.threshold_at(facts.stage)
    if threshold is None or not counting_readings(kpi, threshold, facts.probe, playbook.kpis).readings:
        return None, None
    ends = sorted({reading.observed_to for reading in kpi.readings if reading.observed_to <= facts.probe.now})

    def passes(count: int) -> bool:
        # A set measured again counts with its newest reading, so each moment is judged by what was there by then.
        return judge_kpi(kpi, replace(facts.probe, now=ends[count - 1]), playbook.kpis).verdict == PASS

    low, high = 0, len(ends)
    if not passes(high):
        return False, None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if passes(middle) else (middle, high)
    return True, ends[high - 1]


def _kept_in_prototype(facts: DetectorFacts, passed: Passed) -> Signal:
    here = facts.stage == _PROTOTYPE and facts.requested_at is None
    holds = both(here, passed.holds, facts.past(_FULL_BOX))
    box = facts.box
    records = [*([box.record] if box else []), *(kpi.record for kpi in passed.kpis)]
    params = {"since": passed.since, "percent": box.percent if box else None}
    return strong("kept_in_prototype", holds, params, records)


def _scope_grown(facts: DetectorFacts, passed: Passed) -> Signal:
    grown = [item for item in facts.scope if passed.since is not None and item.added_at > passed.since]
    holds = both(_is_polished(facts), bool(facts.scope), passed.holds, bool(grown) if passed.since else None)
    params = {"count": len(grown), "since": passed.since}
    return weak("scope_after_pass", holds, params, [item.record for item in grown])


def _little_gained(facts: DetectorFacts, playbook: Playbook, passed: Passed) -> Signal:
    least = numbers_of(playbook, "gold_plating")["gain_percent_per_week"]
    here = both(_is_polished(facts), passed.holds)
    if here is False:
        return weak("little_gained", False, {})
    gain = _gain_per_week(facts, passed.since) if here and passed.since else None
    if gain is None:
        return weak("little_gained", None, {})
    params = {"percent": gain.percent, "least": least, "since": passed.since}
    return weak("little_gained", gain.percent < least, params, [reading.record for reading in gain.readings])


def _is_polished(facts: DetectorFacts) -> bool:
    return facts.stage in _POLISHED_IN and facts.requested_at is None


def _gain_per_week(facts: DetectorFacts, since: datetime) -> _Gain | None:
    """From the reading of the pass to the newest one, in per cent of baseline → target a week, of the primary KPI."""
    for kpi in sorted(facts.probe.kpis, key=lambda kpi: kpi.role != "primary"):
        later = sorted(
            (reading for reading in kpi.readings if since <= reading.observed_to <= facts.now),
            key=lambda reading: (reading.observed_to, str(reading.record.id)),
        )
        if kpi.baseline is None or kpi.target is None or kpi.baseline == kpi.target or not later:
            continue
        first, last = later[0], later[-1]
        weeks = Decimal((last.observed_to - first.observed_to) // timedelta(days=1)) / 7
        if weeks < 1:
            continue
        better = last.value - first.value if kpi.direction == HIGHER else first.value - last.value
        percent = 100 * better / abs(kpi.target - kpi.baseline) / weeks
        return _Gain(percent.quantize(Decimal("0.1")), (first, last))
    return None
