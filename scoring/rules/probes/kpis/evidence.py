"""What the readings of a KPI show against its threshold: the bound on the cautious side has to meet it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from scoring.rules.estimates import Estimate, More, Sample, estimate, more_to_settle
from scoring.rules.playbook.measures import KpiPolicy
from scoring.rules.playbook.whole import Playbook
from scoring.rules.probes.kpis.counting import Counting, counting_readings, fresh_days, shortage
from scoring.rules.probes.outcome import kpis_counting_at
from scoring.rules.probes.records import HIGHER, Kpi, ProbeFacts, Threshold
from scoring.rules.probes.results import failed, missing, outdated, passed
from scoring.rules.readiness.answers import ProbeResult
from scoring.rules.reasons import Record
from scoring.rules.vocabulary import FAIL, NOT_ENOUGH_EVIDENCE, PASS, STALE

# The worst verdict of a single KPI is that of all of them together.
_WORST_FIRST = (FAIL, STALE, NOT_ENOUGH_EVIDENCE, PASS)
_FEWEST_DIGITS, _MOST_DIGITS = 3, 12


@dataclass(frozen=True)
class KpiEvidence:
    """One KPI at a gate. `estimate` is there as soon as a reading counts, also while there is not enough."""

    kpi: Kpi
    gate: int
    threshold: Threshold | None
    result: ProbeResult
    counting: Counting
    estimate: Estimate | None = None
    stale_at: datetime | None = None
    more: More | None = None
    futile: bool = False


def kpi_meets_threshold(facts: ProbeFacts, playbook: Playbook) -> ProbeResult:
    """Every KPI that counts at the gate meets its threshold; the worst single verdict decides."""
    kpis = kpis_counting_at(facts.kpis, facts.gate, playbook)
    if not kpis:
        return missing("no_kpi_for_gate", {"gate": facts.gate})
    return worst([kpi_evidence(kpi, facts, playbook.kpis).result for kpi in kpis], facts.gate)


def worst(judged: list[ProbeResult], gate: int) -> ProbeResult:
    """The results of several KPIs as one."""
    lowest = min(judged, key=lambda result: _WORST_FIRST.index(result.verdict))
    changes_at = min((result.changes_at for result in judged if result.changes_at), default=None)
    records = tuple(record for result in judged for record in result.records)
    if lowest.verdict == PASS and len(judged) > 1:
        return passed("kpis_meet_threshold", {"gate": gate}, records=records, changes_at=changes_at)
    return replace(lowest, records=records, changes_at=changes_at)


def futile_kpis(facts: ProbeFacts, playbook: Playbook) -> tuple[Record, ...]:
    """The KPIs of the gate whose generous bound of improvement stays under the futile share of what was promised."""
    kpis = kpis_counting_at(facts.kpis, facts.gate, playbook)
    return tuple(kpi.record for kpi in kpis if kpi_evidence(kpi, facts, playbook.kpis).futile)


def judge_kpi(kpi: Kpi, facts: ProbeFacts, policy: KpiPolicy) -> ProbeResult:
    """The verdict of one KPI at the gate of `facts`."""
    return kpi_evidence(kpi, facts, policy).result


def kpi_evidence(
    kpi: Kpi, facts: ProbeFacts, policy: KpiPolicy, *, threshold: Threshold | None = None, days: int | None = None
) -> KpiEvidence:
    """What one KPI shows at the gate of `facts`; against another threshold, or fresh for other `days`, when given."""
    asked = threshold or kpi.threshold_at(facts.gate)
    counting = counting_readings(kpi, asked, facts, policy)
    found = KpiEvidence(kpi, facts.gate, asked, missing("never_computed"), counting)
    if counting.readings:
        fresh = fresh_days(kpi, facts.gate, policy) if days is None else days
        stale_at = counting.readings[-1].observed_to + timedelta(days=fresh)
        known = estimate(_samples(counting), kpi.statistic, kpi.whole, policy.confidence)
        found = replace(found, estimate=known, stale_at=stale_at)
        found = _judged(found, facts, policy, fresh)
    else:
        found = replace(found, result=_without_readings(found))
    flagged = [asked.record] if asked and asked.record and (asked.eased or asked.late) else []
    # The newest reading first: it is the one that goes stale, and pages name the first few.
    records = (kpi.record, *flagged, *(reading.record for reading in reversed(counting.readings)))
    return replace(found, result=replace(found.result, records=records))


def _without_readings(found: KpiEvidence) -> ProbeResult:
    if found.threshold is None:
        return _without_threshold(found)
    left_out = len(found.counting.excluded)
    if left_out:
        return missing("kpi_no_reading_counts", {"kpi": found.kpi.record.label, "count": left_out})
    return missing("kpi_without_readings", {"kpi": found.kpi.record.label})


def _without_threshold(found: KpiEvidence) -> ProbeResult:
    return missing("kpi_threshold_missing", {"kpi": found.kpi.record.label, "gate": found.gate})


def _judged(found: KpiEvidence, facts: ProbeFacts, policy: KpiPolicy, fresh: int) -> KpiEvidence:
    kpi, stale_at = found.kpi, found.stale_at
    if found.threshold is None:
        return replace(found, result=_without_threshold(found))
    if stale_at is not None and stale_at <= facts.now:
        stale = outdated("kpi_readings_stale", {"kpi": kpi.record.label, "days": fresh})
        return replace(found, result=stale)
    lacking = shortage(kpi, found.counting, facts.gate, policy)
    if lacking is not None:
        return replace(found, result=replace(lacking, changes_at=stale_at))
    more = _more(found, policy)
    result = replace(_compared(found, more), changes_at=stale_at)
    return replace(found, result=result, more=more, futile=_is_futile(found, policy))


def _samples(counting: Counting) -> list[Sample]:
    return [Sample(reading.value, reading.sample_size, reading.error) for reading in counting.readings]


def _more(found: KpiEvidence, policy: KpiPolicy) -> More | None:
    kpi, threshold = found.kpi, found.threshold
    if threshold is None or _sides(found) is None or _is_settled(found):
        return None
    return more_to_settle(_samples(found.counting), kpi.statistic, kpi.whole, policy.confidence, threshold.value)


def _sides(found: KpiEvidence) -> tuple[Decimal, Decimal] | None:
    """The cautious and the generous bound; None while nothing tells the error."""
    known = found.estimate
    if known is None or known.lower is None or known.upper is None:
        return None
    return (known.lower, known.upper) if found.kpi.direction == HIGHER else (known.upper, known.lower)


def _gain(kpi: Kpi, value: Decimal, over: Decimal) -> Decimal:
    """How much better the value is, in the direction of the KPI."""
    return value - over if kpi.direction == HIGHER else over - value


def _is_settled(found: KpiEvidence) -> bool:
    sides, threshold = _sides(found), found.threshold
    if sides is None or threshold is None:
        return False
    cautious, generous = sides
    return _gain(found.kpi, cautious, threshold.value) >= 0 or _gain(found.kpi, generous, threshold.value) < 0


def _compared(found: KpiEvidence, more: More | None) -> ProbeResult:
    kpi, threshold, known, sides = found.kpi, found.threshold, found.estimate, _sides(found)
    if threshold is None or known is None:
        return _without_threshold(found)
    shown = {"kpi": kpi.record.label, "unit": kpi.unit, "threshold": threshold.value, "method": known.method}
    shown["samples"] = known.samples
    if sides is None:
        return missing("kpi_error_unknown", {**shown, **_placed("mean", known.mean, threshold.value)})
    cautious, generous = sides
    is_higher = kpi.direction == HIGHER
    shown["confidence"] = f"{float(known.confidence * 100):g}"
    if _gain(kpi, cautious, threshold.value) >= 0:
        side = {"side": "lower" if is_higher else "upper"}
        return passed("kpi_meets_threshold", {**shown, **side, **_placed("bound", cautious, threshold.value)})
    if _gain(kpi, generous, threshold.value) < 0:
        side = {"side": "upper" if is_higher else "lower"}
        return failed("kpi_misses_threshold", {**shown, **side, **_placed("bound", generous, threshold.value)})
    return _inconclusive(found, shown, more)


def _inconclusive(found: KpiEvidence, shown: Mapping[str, object], more: More | None) -> ProbeResult:
    known, threshold = found.estimate, found.threshold
    if known is None or threshold is None or known.lower is None or known.upper is None:
        return _without_threshold(found)
    between = {name: figure(value, threshold.value) for name, value in (("lower", known.lower), ("upper", known.upper))}
    if more is None:
        return missing("kpi_at_threshold", {**shown, **between})
    if more.sets:
        return missing(
            "kpi_inconclusive_sets", {**shown, **between, "more_sets": more.sets, "more_samples": more.samples}
        )
    return missing("kpi_inconclusive", {**shown, **between, "more_samples": more.samples})


def _placed(name: str, value: Decimal, threshold: Decimal) -> dict[str, object]:
    relation = "at" if value == threshold else "above" if value > threshold else "below"
    return {name: figure(value, threshold), "relation": relation}


def figure(value: Decimal, threshold: Decimal) -> Decimal:
    """The value with the fewest digits, whole ones at least, that leave it on its side of the threshold."""
    whole = max(value.adjusted() + 1, 0) if value else 0
    for digits in range(max(_FEWEST_DIGITS, whole), _MOST_DIGITS + max(whole, 0)):
        short = Decimal(f"{value:.{digits}g}")
        if (short > threshold) == (value > threshold) and (short < threshold) == (value < threshold):
            return short
    return value


def _is_futile(found: KpiEvidence, policy: KpiPolicy) -> bool:
    kpi, threshold, sides = found.kpi, found.threshold, _sides(found)
    if threshold is None or kpi.baseline is None or sides is None:
        return False
    promised = _gain(kpi, threshold.value, kpi.baseline)
    improvement = _gain(kpi, sides[1], kpi.baseline)
    # A guardrail promises nothing better than its baseline, so it can fail but never be futile.
    return promised > 0 and improvement * policy.futility_share.denominator < promised * policy.futility_share.numerator
