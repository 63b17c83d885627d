"""Probes of the dimension cost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from statistics import mean, variance

from scoring.rules.playbook.whole import Playbook
from scoring.rules.probes.kpis import normal_quantile
from scoring.rules.probes.records import CASE_CAP, RUN_RATE_CAP, STAGE_CAP, Cap, Cost, ProbeFacts
from scoring.rules.probes.results import failed, missing, outdated, passed
from scoring.rules.readiness.answers import ProbeResult
from scoring.rules.reasons import Record
from scoring.rules.vocabulary import COST_LINES, LAST_GATE

# The entries behind a sum are named largest first; a case may have thousands, and the cost page lists them all.
_ENTRIES_NAMED = 25
_DAYS_PER_MONTH = Decimal("30.4375")


def cap_agreed(facts: ProbeFacts, playbook: Playbook) -> ProbeResult:
    """The budget holder agreed the caps of the stage after the gate, of the whole case and of the run-rate."""
    stage = min(facts.gate + 1, LAST_GATE)
    plan = facts.cost_plan
    wanted: list[tuple[str, str, int | None]] = [
        (f"stage_{stage}", STAGE_CAP, stage),
        ("case", CASE_CAP, None),
        ("run_rate", RUN_RATE_CAP, None),
    ]
    found = {name: plan.agreed_cap(scope, of_stage) if plan else None for name, scope, of_stage in wanted}
    records = [cap.record for cap in found.values() if cap]
    lacking = [name for name, cap in found.items() if cap is None]
    if lacking:
        return missing("caps_missing", {"missing": lacking}, records=records)
    return passed("caps_agreed", records=records)


def tco_estimated(facts: ProbeFacts, playbook: Playbook) -> ProbeResult:
    """Every cost line is estimated at target scale, or zero with a reason; the achievement is the share of lines."""
    plan = facts.cost_plan
    given = {estimate.line for estimate in plan.estimates if estimate.is_given} if plan else set()
    lacking = [line for line in COST_LINES if line not in given]
    estimated = len(COST_LINES) - len(lacking)
    records = [plan.record] if plan else []
    days = playbook.criteria_by_key["tco_estimated"].valid_days
    expires_at = plan.estimated_at + timedelta(days=days) if plan and plan.estimated_at and days else None
    if expires_at is not None and expires_at <= facts.now:
        return outdated("estimate_outdated", {"days": days}, records=records)
    if lacking:
        counts = {"estimated": estimated, "lines": len(COST_LINES), "missing": lacking}
        achieved = Fraction(estimated, len(COST_LINES))
        return missing("lines_missing", counts, records=records, changes_at=expires_at, achieved=achieved)
    return passed("every_line_estimated", records=records, changes_at=expires_at)


def spend_within_cap(facts: ProbeFacts, playbook: Playbook) -> ProbeResult:
    """Actual and committed cost stay within the agreed caps of the present stage and of the case, surely to the end."""
    plan = facts.cost_plan
    stage_cap = plan.agreed_cap(STAGE_CAP, facts.stage) if plan else None
    if stage_cap is None:
        return missing("cap_missing")
    in_stage = [cost for cost in facts.costs if cost.in_stage]
    case_cap = plan.agreed_cap(CASE_CAP) if plan else None
    for cap, costs in ((stage_cap, in_stage), (case_cap, facts.costs)):
        if cap is not None and _spent(costs) > cap.amount:
            amounts = {"spent": _spent(costs), "cap": cap.amount, "scope": cap.scope}
            return failed("cap_exceeded", amounts, records=_records(cap, costs))
    forecast = lower_forecast(in_stage, facts, playbook)
    records = _records(stage_cap, in_stage)
    if forecast is not None and forecast > stage_cap.amount:
        return failed("cap_breach_sure", {"cap": stage_cap.amount, "lower_bound": forecast}, records=records)
    verdict = "cannot_tell" if forecast is None else "within_cap"
    return passed(
        "within_cap", {"spent": _spent(in_stage), "cap": stage_cap.amount, "forecast": verdict}, records=records
    )


def _spent(costs: Sequence[Cost]) -> Decimal:
    return sum((cost.amount for cost in costs), Decimal(0))


def _records(cap: Cap, costs: Sequence[Cost]) -> list[Record]:
    largest = sorted(costs, key=lambda cost: (-cost.amount, str(cost.record.id)))[:_ENTRIES_NAMED]
    return [cap.record, *(cost.record for cost in largest)]


def lower_forecast(costs: Sequence[Cost], facts: ProbeFacts, playbook: Playbook) -> Decimal | None:
    """The lower bound of actual cost at the horizon; None when too few months or no horizon let nothing be told.

    Recurring cost of past months goes on with its mean m and deviation s over n months; after r more months the bound
    is spent + r·m − z·s·√(r + r²/n), the one-sided normal prediction bound of a sum.
    """
    actual = [cost for cost in costs if not cost.committed]
    months = _recurring_by_month(actual)
    if len(months) < playbook.costs.forecast_periods or facts.horizon is None:
        return None
    remaining = Decimal(max((facts.horizon - facts.now.date()).days, 0)) / _DAYS_PER_MONTH
    spread = variance(months) * (remaining + remaining**2 / len(months))
    quantile = normal_quantile(playbook.costs.forecast_confidence)
    bound = _spent(actual) + remaining * mean(months) - quantile * spread.sqrt()
    return max(bound, _spent(actual)).quantize(Decimal("0.01"))


def _recurring_by_month(costs: Sequence[Cost]) -> list[Decimal]:
    by_month: dict[date, Decimal] = defaultdict(Decimal)
    for cost in costs:
        if cost.recurring:
            by_month[cost.period_from.replace(day=1)] += cost.amount
    return [by_month[month] for month in sorted(by_month)]
