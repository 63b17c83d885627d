"""Probes of the dimension cost."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from fractions import Fraction

from portfolio.rules.burn import running_lines, stops_running_on
from scoring.rules.costs.outlook import OVER, SURE, WITHIN, Standing, outlook_of
from scoring.rules.costs.records import CASE_CAP, RUN_RATE_CAP, STAGE_CAP, CaseMoney
from scoring.rules.playbook.whole import Playbook
from scoring.rules.probes.records import ProbeFacts
from scoring.rules.probes.results import failed, missing, outdated, passed
from scoring.rules.readiness.answers import ProbeResult
from scoring.rules.reasons import Record
from scoring.rules.vocabulary import COST_LINES, LAST_GATE

# The entries behind a sum are named largest first; a case may have thousands, and the cost page lists them all.
_ENTRIES_NAMED = 25


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
    outlook = outlook_of(money_of(facts), playbook.costs)
    stage = outlook.stage
    if stage is None or stage.cap is None:
        return missing("cap_missing")
    changes_at = _changes_at(facts)
    worst = outlook.worst
    for standing in outlook.standings:
        if standing.state == OVER and standing.cap is not None:
            amounts = {"spent": standing.used, "cap": standing.cap.amount, "scope": standing.scope}
            return failed("cap_exceeded", amounts, records=_records(standing))
    if worst.state == SURE and worst.cap is not None and worst.forecast is not None:
        bound = {"cap": worst.cap.amount, "lower_bound": worst.forecast.lower, "scope": worst.scope}
        shown = {**bound, "horizon": outlook.horizon}
        return failed("cap_breach_sure", shown, records=_records(worst), changes_at=changes_at)
    forecast = "within_cap" if worst.state == WITHIN else worst.state
    shown = {"spent": stage.used, "cap": stage.cap.amount, "forecast": forecast}
    return passed("within_cap", shown, records=_records(stage), changes_at=changes_at)


def money_of(facts: ProbeFacts) -> CaseMoney:
    """What the rules of cost read, at the day of `now`."""
    return CaseMoney(facts.now.date(), facts.stage, facts.cost_plan, facts.costs, facts.horizon)


def _changes_at(facts: ProbeFacts) -> datetime | None:
    """When the same records may forecast otherwise: the first day on which a line counts as ended."""
    if facts.horizon is None:
        return None
    actual = [cost for cost in facts.costs if cost.in_stage and not cost.committed]
    ends = running_lines(actual, facts.now.date()).values()
    following = min((stops_running_on(until) for until in ends), default=None)
    return None if following is None else datetime.combine(following, time(), tzinfo=facts.now.tzinfo)


def _records(standing: Standing) -> list[Record]:
    largest = sorted(standing.costs, key=lambda cost: (-cost.amount, str(cost.record.id)))[:_ENTRIES_NAMED]
    return [*([standing.cap.record] if standing.cap else []), *(cost.record for cost in largest)]
