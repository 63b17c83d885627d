"""The outcome that policy recommends for a case at a gate: the first rule of the playbook that fires, with its records.

What is missing never helps: an open must and an incomplete scorecard stand in the way like failing ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from gates.rules.extras import EXTRA
from scoring.rules.facts import CaseFacts
from scoring.rules.playbook.whole import Playbook
from scoring.rules.readiness import CriterionResult
from scoring.rules.reasons import Record
from scoring.rules.vocabulary import FAIL, MUST, WAIVED

_KPI_CRITERION = "kpi_meets_threshold"
_SPEND_CRITERION = "spend_within_cap"


@dataclass(frozen=True)
class ClosingPlan:
    """Who closes an open must by when, under a conditional go."""

    criterion: str
    owner_id: int
    due: date


@dataclass(frozen=True)
class GateInputs:
    """Everything the recommendation depends on. `results` are those of readiness for this gate and of extra items.

    `quadrant` is None while the scorecard is incomplete. `futile_kpis` and `blocking_dependencies` (on others than the
    team) hold the records that show them; empty means there are none. `overrun` is what policy recommends for a review
    that opened by itself far past the time-box, `stop` or `pause`; empty for every other. `today` is in the
    installation's time zone.
    """

    gate: int
    today: date
    facts: CaseFacts
    iteration: int
    results: tuple[CriterionResult, ...]
    quadrant: str | None = None
    scorecard_records: tuple[Record, ...] = ()
    closing_plans: tuple[ClosingPlan, ...] = ()
    futile_kpis: tuple[Record, ...] = ()
    blocking_dependencies: tuple[Record, ...] = ()
    overrun: str = ""


@dataclass(frozen=True)
class RecommendedOutcome:
    """The outcome, the rule that fired, the criteria it looked at and the records behind them.

    `outcome` is one of the five outcomes or `not_ready`, which only a pre-check may say.
    """

    outcome: str
    rule: str
    criteria: tuple[str, ...]
    records: tuple[Record, ...]


@dataclass(frozen=True)
class _Fired:
    criteria: tuple[str, ...] = ()
    records: tuple[Record, ...] = ()


_Rule = Callable[[GateInputs, Playbook], _Fired | None]


def recommend(playbook: Playbook, inputs: GateInputs) -> RecommendedOutcome:
    """The recommended outcome. The playbook check makes sure that the last rule fires when no other does."""
    for row in playbook.recommendation.rules:
        fired = _RULES[row.rule](inputs, playbook)
        if fired is not None:
            return RecommendedOutcome(row.outcome, row.rule, fired.criteria, fired.records)
    return RecommendedOutcome("go", "all_musts_pass", (), ())


def open_musts(results: Sequence[CriterionResult]) -> tuple[CriterionResult, ...]:
    """The musts that neither pass nor are waived nor are not applicable."""
    return tuple(result for result in results if result.level == MUST and result.is_open)


def blocking_musts(inputs: GateInputs, playbook: Playbook) -> tuple[CriterionResult, ...]:
    """The open musts that may not stay open: all that are not closable, have no plan in time, or are too many."""
    policy = playbook.recommendation
    latest = inputs.today + timedelta(days=policy.closing_days)
    planned = {plan.criterion for plan in inputs.closing_plans if inputs.today <= plan.due <= latest}
    still_open = open_musts(inputs.results)
    closing = [result for result in still_open if result.closable and result.key in planned]
    if len(closing) > policy.closable_musts:
        return still_open
    return tuple(result for result in still_open if result not in closing)


def _fired(results: Sequence[CriterionResult]) -> _Fired | None:
    if not results:
        return None
    records = tuple(record for result in results for record in result.records)
    return _Fired(tuple(result.key for result in results), records)


def _result(inputs: GateInputs, key: str) -> CriterionResult | None:
    return next((result for result in inputs.results if result.key == key), None)


def _tier_prohibited(inputs: GateInputs, playbook: Playbook) -> _Fired | None:
    return _Fired() if inputs.facts.tier == "prohibited" else None


def _kpi_futile(inputs: GateInputs, playbook: Playbook) -> _Fired | None:
    return _Fired((_KPI_CRITERION,), inputs.futile_kpis) if inputs.futile_kpis else None


def _kpi_failed(inputs: GateInputs, playbook: Playbook) -> _Fired | None:
    result = _result(inputs, _KPI_CRITERION)
    return _fired([result]) if result is not None and result.verdict == FAIL else None


def _kpi_failed_over_cap(inputs: GateInputs, playbook: Playbook) -> _Fired | None:
    failed, breached = _kpi_failed(inputs, playbook), _cap_breached(inputs, playbook)
    if failed is None or breached is None:
        return None
    return _Fired(failed.criteria + breached.criteria, failed.records + breached.records)


def _kpi_failed_late_iteration(inputs: GateInputs, playbook: Playbook) -> _Fired | None:
    return _kpi_failed(inputs, playbook) if inputs.iteration >= playbook.recommendation.late_iteration else None


def _scorecard_decline(inputs: GateInputs, playbook: Playbook) -> _Fired | None:
    return _Fired((), inputs.scorecard_records) if inputs.quadrant == "decline" else None


def _scorecard_short_of_demand(inputs: GateInputs, playbook: Playbook) -> _Fired | None:
    demand = playbook.gate(inputs.gate).scorecard
    if demand is None or inputs.quadrant is None or inputs.quadrant == demand.quadrant:
        return None
    return _Fired((), inputs.scorecard_records)


def _scorecard_missing(inputs: GateInputs, playbook: Playbook) -> _Fired | None:
    asked = playbook.gate(inputs.gate).scorecard is not None
    return _Fired((), inputs.scorecard_records) if asked and inputs.quadrant is None else None


def _cap_breached(inputs: GateInputs, playbook: Playbook) -> _Fired | None:
    return _spend_failed(inputs, "cap_exceeded")


def _cap_breach_sure(inputs: GateInputs, playbook: Playbook) -> _Fired | None:
    return _spend_failed(inputs, "cap_breach_sure")


def _spend_failed(inputs: GateInputs, code: str) -> _Fired | None:
    result = _result(inputs, _SPEND_CRITERION)
    failed = result is not None and result.verdict == FAIL and result.reason.code == code
    return _fired([result]) if result is not None and failed else None


def _blocked_outside_team(inputs: GateInputs, playbook: Playbook) -> _Fired | None:
    return _Fired((), inputs.blocking_dependencies) if inputs.blocking_dependencies else None


def _time_box_silent(inputs: GateInputs, playbook: Playbook) -> _Fired | None:
    return _overrun(inputs, playbook, "stop")


def _time_box_overrun(inputs: GateInputs, playbook: Playbook) -> _Fired | None:
    return _overrun(inputs, playbook, "pause")


def _overrun(inputs: GateInputs, playbook: Playbook, recommended: str) -> _Fired | None:
    """A case that took too long and is ready may pass all the same: only what is open makes the time count."""
    return _must_open(inputs, playbook) if inputs.overrun == recommended else None


def _must_open(inputs: GateInputs, playbook: Playbook) -> _Fired | None:
    return _fired(blocking_musts(inputs, playbook))


def _closable_open(inputs: GateInputs, playbook: Playbook) -> _Fired | None:
    return _fired(open_musts(inputs.results))


def _must_waived(inputs: GateInputs, playbook: Playbook) -> _Fired | None:
    waived = [result for result in inputs.results if result.level == MUST and result.verdict == WAIVED]
    return _fired([result for result in waived if result.kind != EXTRA])


def _all_musts_pass(inputs: GateInputs, playbook: Playbook) -> _Fired | None:
    musts = [result for result in inputs.results if result.level == MUST]
    return _fired(musts) or _Fired()


_RULES: Mapping[str, _Rule] = {
    "tier_prohibited": _tier_prohibited,
    "kpi_futile": _kpi_futile,
    "kpi_failed_over_cap": _kpi_failed_over_cap,
    "kpi_failed_late_iteration": _kpi_failed_late_iteration,
    "scorecard_decline": _scorecard_decline,
    "time_box_silent": _time_box_silent,
    "kpi_failed": _kpi_failed,
    "scorecard_short_of_demand": _scorecard_short_of_demand,
    "cap_breached": _cap_breached,
    "cap_breach_sure": _cap_breach_sure,
    "blocked_outside_team": _blocked_outside_team,
    "time_box_overrun": _time_box_overrun,
    "scorecard_missing": _scorecard_missing,
    "must_open": _must_open,
    "closable_open": _closable_open,
    "must_waived": _must_waived,
    "all_musts_pass": _all_musts_pass,
}
