"""The probe of KPI readings at a gate.

A pooled mean, weighted by sample size, with a one-sided normal bound: the cautious bound has to meet the threshold to
pass, the generous one has to miss it to fail (confidence from the playbook). Readings without a standard error take
the largest one given; where none is given, the mean itself is compared and the method says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction
from statistics import NormalDist

from scoring.rules.playbook.measures import KpiPolicy
from scoring.rules.playbook.whole import Playbook
from scoring.rules.probes.outcome import kpis_counting_at
from scoring.rules.probes.records import HIGHER, Kpi, ProbeFacts, Reading, Threshold
from scoring.rules.probes.results import failed, missing, outdated, passed
from scoring.rules.readiness.answers import ProbeResult
from scoring.rules.reasons import Record
from scoring.rules.vocabulary import FAIL, NOT_ENOUGH_EVIDENCE, PASS, STALE

# The worst verdict of a single KPI is that of all of them together.
_WORST_FIRST = (FAIL, STALE, NOT_ENOUGH_EVIDENCE, PASS)
_MONTHLY_CADENCE_DAYS = 28
_PROTOTYPE_GATE = 1


@dataclass(frozen=True)
class Pooled:
    """The pooled mean of readings; `error` is its standard error, None when no reading gave one."""

    mean: Decimal
    error: Decimal | None
    samples: int


def kpi_meets_threshold(facts: ProbeFacts, playbook: Playbook) -> ProbeResult:
    """Every KPI that counts at the gate meets its threshold; the worst single verdict decides."""
    kpis = kpis_counting_at(facts.kpis, facts.gate, playbook)
    if not kpis:
        return missing("no_kpi_for_gate", {"gate": facts.gate})
    judged = [judge_kpi(kpi, facts, playbook.kpis) for kpi in kpis]
    worst = min(judged, key=lambda result: _WORST_FIRST.index(result.verdict))
    changes_at = min((result.changes_at for result in judged if result.changes_at), default=None)
    records = tuple(record for result in judged for record in result.records)
    if worst.verdict == PASS and len(judged) > 1:
        return passed("kpis_meet_threshold", {"gate": facts.gate}, records=records, changes_at=changes_at)
    return ProbeResult(worst.achievement, worst.verdict, worst.code, worst.params, records, changes_at)


def futile_kpis(facts: ProbeFacts, playbook: Playbook) -> tuple[Record, ...]:
    """The KPIs of the gate whose generous bound of improvement stays under the futile share of what was promised."""
    kpis = kpis_counting_at(facts.kpis, facts.gate, playbook)
    return tuple(kpi.record for kpi in kpis if _is_futile(kpi, facts, playbook.kpis))


def judge_kpi(kpi: Kpi, facts: ProbeFacts, policy: KpiPolicy) -> ProbeResult:
    """The verdict of one KPI at the gate of `facts`."""
    threshold = kpi.threshold_at(facts.gate)
    name = kpi.record.label
    if threshold is None:
        return missing("kpi_threshold_missing", {"kpi": name, "gate": facts.gate}, records=[kpi.record])
    readings = counting_readings(kpi, threshold, facts, policy)
    records = [kpi.record, *(reading.record for reading in readings)]
    if not readings:
        return missing("kpi_without_readings", {"kpi": name}, records=records)
    stale_at = _stale_at(kpi, readings, facts.gate, policy)
    if stale_at <= facts.now:
        days = _fresh_days(kpi, facts.gate, policy)
        return outdated("kpi_readings_stale", {"kpi": name, "days": days}, records=records)
    shortage = _shortage(kpi, readings, facts.gate, policy)
    result = shortage or _compared(kpi, threshold, pooled(readings), policy)
    return replace(result, records=tuple(records), changes_at=stale_at)


def counting_readings(kpi: Kpi, threshold: Threshold, facts: ProbeFacts, policy: KpiPolicy) -> list[Reading]:
    """The readings of the present iteration that count, oldest first; from gate 2 on one a cadence period."""
    starts = [moment for moment in (kpi.counts_from, threshold.eased_at) if moment is not None]
    counting = [
        reading
        for reading in kpi.readings
        if reading.iteration == facts.iteration
        and reading.observed_to <= facts.now
        and reading.sample_size > 0
        and all(reading.observed_from >= start for start in starts)
        and (not kpi.human_rated or _is_rated_enough(reading, policy))
    ]
    counting.sort(key=lambda reading: (reading.observed_to, reading.observed_from, str(reading.record.id)))
    if facts.gate <= _PROTOTYPE_GATE or not counting:
        return counting
    by_period = {_period_of(reading, counting, kpi): reading for reading in counting}
    return list(by_period.values())


def _is_rated_enough(reading: Reading, policy: KpiPolicy) -> bool:
    return reading.raters is not None and reading.raters >= policy.min_raters and reading.agreement is not None


def _period_of(reading: Reading, readings: Sequence[Reading], kpi: Kpi) -> int:
    first = min(other.observed_from for other in readings)
    return (reading.observed_from - first).days // max(kpi.cadence_days, 1)


def _fresh_days(kpi: Kpi, gate: int, policy: KpiPolicy) -> int:
    window = policy.fresh_days if gate <= _PROTOTYPE_GATE else max(kpi.cadence_days, policy.pilot_fresh_days)
    return window + kpi.label_delay_days


def _stale_at(kpi: Kpi, readings: Sequence[Reading], gate: int, policy: KpiPolicy) -> datetime:
    return max(reading.observed_to for reading in readings) + timedelta(days=_fresh_days(kpi, gate, policy))


def _shortage(kpi: Kpi, readings: Sequence[Reading], gate: int, policy: KpiPolicy) -> ProbeResult | None:
    """What the readings lack to be enough; None when they are."""
    name = kpi.record.label
    samples = sum(reading.sample_size for reading in readings)
    needed = policy.min_samples if kpi.min_samples is None else kpi.min_samples
    if samples < needed:
        return missing("kpi_too_few_samples", {"kpi": name, "samples": samples, "needed": needed})
    if gate <= _PROTOTYPE_GATE:
        sets = len({reading.set_key for reading in readings if reading.set_key})
        found = {"kpi": name, "sets": sets, "needed": policy.prototype_sets}
        return missing("kpi_too_few_sets", found) if sets < policy.prototype_sets else None
    periods = policy.pilot_monthly_periods if kpi.cadence_days >= _MONTHLY_CADENCE_DAYS else policy.pilot_periods
    span = max(reading.observed_to for reading in readings) - min(reading.observed_from for reading in readings)
    if len(readings) >= periods and span >= timedelta(weeks=policy.pilot_weeks):
        return None
    counts = {"periods": len(readings), "needed": periods, "weeks": policy.pilot_weeks}
    return missing("kpi_too_few_periods", {"kpi": name, **counts})


def pooled(readings: Sequence[Reading]) -> Pooled:
    """The mean weighted by sample size, and its standard error √Σ(n·e)² ÷ Σn for independent readings."""
    samples = sum(reading.sample_size for reading in readings)
    mean = sum((reading.value * reading.sample_size for reading in readings), Decimal(0)) / samples
    largest = max((reading.error for reading in readings if reading.error is not None), default=None)
    if largest is None:
        return Pooled(mean, None, samples)
    errors = [(reading.sample_size, largest if reading.error is None else reading.error) for reading in readings]
    error = sum(((size * error) ** 2 for size, error in errors), Decimal(0)).sqrt() / samples
    return Pooled(mean, error, samples)


def _compared(kpi: Kpi, threshold: Threshold, result: Pooled, policy: KpiPolicy) -> ProbeResult:
    margin = _margin(result, policy)
    # Turned so that more is always better.
    sign = 1 if kpi.direction == HIGHER else -1
    gain = sign * (result.mean - threshold.value)
    method = "point_estimate" if result.error is None else f"normal_bound_{_percent(policy.confidence)}"
    shown = {"kpi": kpi.record.label, "threshold": threshold.value, "method": method}
    if gain - margin >= 0:
        bound = _rounded(result.mean - sign * margin)
        return passed("kpi_meets_threshold", {"bound": bound, **shown})
    if gain + margin < 0:
        bound = _rounded(result.mean + sign * margin)
        return failed("kpi_misses_threshold", {"bound": bound, **shown})
    if gain == 0:
        return missing("kpi_at_threshold", shown)
    # The margin shrinks with the root of the samples; it has to come down to the distance from the threshold.
    needed = (result.samples * (margin / gain) ** 2).to_integral_value(ROUND_CEILING)
    more = max(int(needed) - result.samples, 1)
    return missing("kpi_inconclusive", {"more_samples": more, **shown})


def _margin(result: Pooled, policy: KpiPolicy) -> Decimal:
    return Decimal(0) if result.error is None else normal_quantile(policy.confidence) * result.error


def normal_quantile(confidence: Fraction) -> Decimal:
    """The one-sided normal quantile, four decimals (90 % → 1.2816)."""
    return Decimal(f"{NormalDist().inv_cdf(float(confidence)):.4f}")


def _percent(share: Fraction) -> str:
    return f"{float(share * 100):g}"


def _rounded(value: Decimal) -> Decimal:
    return Decimal(f"{value:.6g}")


def _is_futile(kpi: Kpi, facts: ProbeFacts, policy: KpiPolicy) -> bool:
    threshold = kpi.threshold_at(facts.gate)
    if threshold is None or kpi.baseline is None:
        return False
    readings = counting_readings(kpi, threshold, facts, policy)
    if not readings or _shortage(kpi, readings, facts.gate, policy) is not None:
        return False
    result = pooled(readings)
    sign = 1 if kpi.direction == HIGHER else -1
    promised = sign * (threshold.value - kpi.baseline)
    improvement = sign * (result.mean - kpi.baseline) + _margin(result, policy)
    # A guardrail promises nothing better than its baseline, so it can fail but never be futile.
    return promised > 0 and improvement * policy.futility_share.denominator < promised * policy.futility_share.numerator
