"""Cost blindness: nobody reckons what it costs at scale."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from scoring.rules.costs.records import RUN_RATE_CAP
from scoring.rules.detectors.facts import DetectorFacts, numbers_of
from scoring.rules.detectors.shapes import Signal, both, opposite, strong, weak
from scoring.rules.playbook.whole import Playbook
from scoring.rules.probes.cost import spend_within_cap
from scoring.rules.reasons import Record
from scoring.rules.vocabulary import COST_LINES

VERSION = 1

_PROTOTYPE, _PILOT = 1, 2
_MONTHS = 12
_CENTS = Decimal("0.01")
_BREACHES = ("cap_exceeded", "cap_breach_sure")


@dataclass(frozen=True)
class RunRate:
    """Cost a month at target scale; when not `whole`, lines are missing and it is at least so much."""

    amount: Decimal
    whole: bool
    records: tuple[Record, ...]


def signals(facts: DetectorFacts, playbook: Playbook) -> tuple[Signal, ...]:
    """Too dear at scale, a cap that will surely break, lines nobody estimated, no plan for a falling unit cost."""
    rate = run_rate_at_scale(facts)
    return (
        _over_cap(facts, rate),
        _over_benefit(facts, rate, numbers_of(playbook, "cost_blindness")["benefit_percent"]),
        _sure_breach(facts, playbook),
        _lines_missing(facts),
        weak(
            "no_optimisation_plan",
            both(facts.stage >= _PILOT, opposite(facts.shown("optimisation_plan", playbook))),
            {"stage": facts.stage},
            facts.behind("optimisation_plan", playbook),
        ),
    )


def run_rate_at_scale(facts: DetectorFacts) -> RunRate | None:
    """The estimates of every cost line, else the business case's cost at scale, else the lines there are."""
    plan, business = facts.probe.cost_plan, facts.probe.business_case
    given = [estimate for estimate in plan.estimates if estimate.is_given] if plan else []
    total = sum((estimate.amount or Decimal(0) for estimate in given), Decimal(0))
    if plan is not None and {estimate.line for estimate in given} >= set(COST_LINES):
        return RunRate(total, True, (plan.record,))
    if business is not None and business.cost_at_scale is not None:
        return RunRate((business.cost_at_scale / _MONTHS).quantize(_CENTS), True, (business.record,))
    return RunRate(total, False, (plan.record,)) if plan is not None and given else None


def _over_cap(facts: DetectorFacts, rate: RunRate | None) -> Signal:
    plan = facts.probe.cost_plan
    cap = plan.agreed_cap(RUN_RATE_CAP) if plan else None
    if rate is None or cap is None:
        return strong("run_rate_over_cap", None, {})
    holds = True if rate.amount > cap.amount else (False if rate.whole else None)
    return strong("run_rate_over_cap", holds, {"rate": rate.amount, "cap": cap.amount}, (*rate.records, cap.record))


def _over_benefit(facts: DetectorFacts, rate: RunRate | None, percent: Decimal) -> Signal:
    business = facts.probe.business_case
    if rate is None or business is None or business.benefit_likely is None:
        return strong("run_rate_over_benefit", None, {})
    over = 100 * _MONTHS * rate.amount > percent * business.benefit_likely
    holds = True if over else (False if rate.whole else None)
    params = {"cost": rate.amount * _MONTHS, "benefit": business.benefit_likely, "percent": percent}
    return strong("run_rate_over_benefit", holds, params, (*rate.records, business.record))


def _sure_breach(facts: DetectorFacts, playbook: Playbook) -> Signal:
    """A breach is sure only when the forecast says so; a forecast that can not be made says nothing."""
    spent = spend_within_cap(facts.probe, playbook)
    holds = None if spent.code == "cap_missing" else spent.code in _BREACHES
    code = spent.code if spent.code in _BREACHES else "cap_breach_sure"
    return strong(code, holds, spent.params, spent.records)


def _lines_missing(facts: DetectorFacts) -> Signal:
    plan = facts.probe.cost_plan
    given = {estimate.line for estimate in plan.estimates if estimate.is_given} if plan else set()
    lacking = [line for line in COST_LINES if line not in given]
    holds = facts.stage >= _PROTOTYPE and bool(lacking)
    params = {"missing": lacking, "lines": len(COST_LINES)}
    return weak("cost_lines_missing", holds, params, [plan.record] if plan else [facts.case])
