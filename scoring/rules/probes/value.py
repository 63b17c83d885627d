"""The probe of measured benefit against the business case. Only the present iteration counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

from scoring.rules.playbook.whole import Playbook
from scoring.rules.probes.records import Benefit, ProbeFacts
from scoring.rules.probes.results import failed, missing, outdated, passed
from scoring.rules.readiness.answers import ProbeResult
from scoring.rules.vocabulary import LAST_GATE

YEAR = timedelta(days=365)
_CENT = Decimal("0.01")
_NAMED = 20


def value_realised(facts: ProbeFacts, playbook: Playbook) -> ProbeResult:
    """The measured benefit, as a rate a year, reaches the low estimate of the business case.

    Before the last gate it is projected to the full scale: a pilot can not bring in what all will. At the last gate
    what came in before production does not count. The last year up to the newest entry counts; days inside it that
    nobody measured bring nothing.
    """
    is_projected = facts.gate < LAST_GATE
    entries = [each for each in facts.benefits if is_projected or each.in_stage]
    if not entries:
        return missing("value_missing")
    newest_first = sorted(entries, key=lambda each: (each.period_to, str(each.record.id)), reverse=True)
    newest = newest_first[0]
    records = [each.record for each in newest_first[:_NAMED]]
    days = playbook.criteria_by_key["value_realised"].valid_days
    stale_at = newest.ended_at + timedelta(days=days) if days else None
    if stale_at is not None and stale_at <= facts.now:
        return outdated("value_outdated", {"days": days}, records=records)
    counted = [each for each in newest_first if each.period_to > newest.period_to - YEAR]
    covered, needed = covered_days(counted), playbook.kpis.pilot_weeks * 7
    if covered < needed:
        short = {"covered": covered, "needed": needed}
        return missing("value_too_short", short, records=records, changes_at=stale_at)
    case = facts.business_case
    if case is None or case.benefit_low is None:
        return missing("value_without_case", records=records, changes_at=stale_at)
    rate = yearly_rate(counted, is_projected=is_projected)
    params = {"measured": rate, "benefit": case.benefit_low, "likely": case.benefit_likely}
    records = [case.record, *records]
    if rate > 0 and rate >= case.benefit_low:
        code = "value_projected" if is_projected else "value_realised"
        return passed(code, params, records=records, changes_at=stale_at)
    code = "value_below_case_projected" if is_projected else "value_below_case"
    share = Fraction(rate) / Fraction(case.benefit_low) if case.benefit_low else Fraction(0)
    return failed(code, params, records=records, changes_at=stale_at, achieved=share)


def covered_days(entries: Sequence[Benefit]) -> int:
    """The days from the first entry's begin to the last one's end, gaps included."""
    return (max(each.period_to for each in entries) - min(each.period_from for each in entries)).days


def yearly_rate(entries: Sequence[Benefit], *, is_projected: bool) -> Decimal:
    """What the entries bring a year of 365 days, to the cent; projected to full scale by each entry's own share."""
    total = sum(
        (Fraction(each.amount) * (100 / Fraction(each.scale_percent) if is_projected else 1) for each in entries),
        Fraction(0),
    )
    rate = total * YEAR.days / covered_days(entries)
    return (Decimal(rate.numerator) / Decimal(rate.denominator)).quantize(_CENT, ROUND_HALF_EVEN)
