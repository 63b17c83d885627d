"""Which readings of a KPI count at a gate, why the others do not, and whether those that count are enough."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import floor

from scoring.rules.playbook.measures import KpiPolicy
from scoring.rules.probes.records import Kpi, ProbeFacts, Reading, Threshold
from scoring.rules.probes.results import missing
from scoring.rules.readiness.answers import ProbeResult

OTHER_ITERATION, NOT_YET, NO_SAMPLES = "other_iteration", "not_yet", "no_samples"
BEFORE_START, BEFORE_EASED, RATERS = "before_start", "before_eased", "raters"
SAME_SET, SAME_PERIOD = "same_set", "same_period"
PROTOTYPE_GATE, PILOT_GATE = 1, 2
_MONTHLY_CADENCE_DAYS = 28
# A reading may end a quarter of the cadence early and still stand for its own period.
_TOLERANCE = 0.25
_HALF_A_DAY = timedelta(hours=12)


@dataclass(frozen=True)
class Counting:
    """The readings that count, oldest first; why each other one does not, by the id of its record.

    `run` are those of the newest cadence periods without a gap, of all readings at gate 1.
    """

    readings: tuple[Reading, ...]
    excluded: Mapping[int | str, str] = field(default_factory=dict)
    run: tuple[Reading, ...] = ()

    @property
    def samples(self) -> int:
        """How many samples they have together."""
        return sum(reading.sample_size for reading in self.readings)


def counting_readings(kpi: Kpi, threshold: Threshold | None, facts: ProbeFacts, policy: KpiPolicy) -> Counting:
    """One reading a set at gate 1, one a cadence period from gate 2 on, of those that may count at all."""
    excluded: dict[int | str, str] = {}
    fit: list[Reading] = []
    for reading in sorted(kpi.readings, key=_age):
        why = _why_not(reading, kpi, threshold, facts, policy)
        if why:
            excluded[reading.record.id] = why
        else:
            fit.append(reading)
    if not fit:
        return Counting((), excluded)
    return _one_a_set(fit, excluded) if facts.gate <= PROTOTYPE_GATE else _one_a_period(fit, kpi, excluded)


def _age(reading: Reading) -> tuple[datetime, datetime, int, str]:
    """Oldest first; of two readings of one time the one recorded first."""
    return reading.observed_to, reading.observed_from, len(str(reading.record.id)), str(reading.record.id)


def _why_not(
    reading: Reading, kpi: Kpi, threshold: Threshold | None, facts: ProbeFacts, policy: KpiPolicy
) -> str | None:
    eased_at = threshold.eased_at if threshold else None
    tests = (
        (OTHER_ITERATION, reading.iteration != facts.iteration),
        (NOT_YET, reading.observed_to > facts.now),
        (NO_SAMPLES, reading.sample_size <= 0),
        (BEFORE_START, kpi.counts_from is not None and reading.observed_from < kpi.counts_from),
        (BEFORE_EASED, eased_at is not None and reading.observed_from < eased_at),
        (RATERS, not _is_rated_enough(reading, kpi, policy)),
    )
    return next((code for code, applies in tests if applies), None)


def _is_rated_enough(reading: Reading, kpi: Kpi, policy: KpiPolicy) -> bool:
    """Whether enough people rated, and agreed better than by chance. A reading that names raters is a rating."""
    if not kpi.human_rated and reading.raters is None:
        return True
    enough = reading.raters is not None and reading.raters >= policy.min_raters
    return enough and reading.agreement is not None and reading.agreement > 0


def _one_a_set(fit: Sequence[Reading], excluded: dict[int | str, str]) -> Counting:
    """A set measured again shows the same samples once more, so the newest reading stands for it."""
    newest = {reading.set_key.strip().casefold(): reading for reading in fit}
    chosen = tuple(sorted(newest.values(), key=_age))
    return Counting(chosen, excluded | _passed_over(fit, chosen, SAME_SET), chosen)


def _one_a_period(fit: Sequence[Reading], kpi: Kpi, excluded: dict[int | str, str]) -> Counting:
    """Periods are counted back from the newest reading; the reading nearest to a period's end stands for it."""
    cadence = timedelta(days=max(kpi.cadence_days, 1))
    last = fit[-1].observed_to
    by_period: dict[int, Reading] = {}
    for reading in reversed(fit):
        back = last - reading.observed_to
        period = floor(back / cadence + _TOLERANCE)
        standing = by_period.get(period)
        if standing is None or abs(back - period * cadence) < abs(last - standing.observed_to - period * cadence):
            by_period[period] = reading
    chosen = tuple(sorted(by_period.values(), key=_age))
    unbroken = next(period for period in range(len(by_period) + 1) if period not in by_period)
    return Counting(chosen, excluded | _passed_over(fit, chosen, SAME_PERIOD), chosen[len(chosen) - unbroken :])


def _passed_over(fit: Iterable[Reading], chosen: Sequence[Reading], why: str) -> dict[int | str, str]:
    kept = {reading.record.id for reading in chosen}
    return {reading.record.id: why for reading in fit if reading.record.id not in kept}


def fresh_days(kpi: Kpi, gate: int, policy: KpiPolicy) -> int:
    """How many days a reading stays fresh: the window of the gate, at least one cadence after it, and label delay."""
    window = policy.pilot_fresh_days if gate == PILOT_GATE else policy.fresh_days
    if gate >= PILOT_GATE:
        window = max(window, kpi.cadence_days)
    return window + kpi.label_delay_days


def shortage(kpi: Kpi, counting: Counting, gate: int, policy: KpiPolicy) -> ProbeResult | None:
    """What the readings lack to be enough; None when they are."""
    name = kpi.record.label
    needed = policy.min_samples if kpi.min_samples is None else kpi.min_samples
    if counting.samples < needed:
        return missing("kpi_too_few_samples", {"kpi": name, "samples": counting.samples, "needed": needed})
    if gate <= PROTOTYPE_GATE:
        sets = sum(1 for reading in counting.readings if reading.set_key.strip())
        found = {"kpi": name, "sets": sets, "needed": policy.prototype_sets}
        return missing("kpi_too_few_sets", found) if sets < policy.prototype_sets else None
    periods = policy.pilot_monthly_periods if kpi.cadence_days >= _MONTHLY_CADENCE_DAYS else policy.pilot_periods
    if len(counting.run) >= periods and _days_covered(counting.run) >= 7 * policy.pilot_weeks:
        return None
    counts = {"periods": len(counting.run), "needed": periods, "weeks": policy.pilot_weeks}
    return missing("kpi_too_few_periods", {"kpi": name, **counts})


def _days_covered(readings: Sequence[Reading]) -> int:
    """Whole days from the first beginning to the last end: a day that ends at 23:59 is whole."""
    span = max(reading.observed_to for reading in readings) - min(reading.observed_from for reading in readings)
    return (span + _HALF_A_DAY).days
