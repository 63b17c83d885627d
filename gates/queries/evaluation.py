"""How a case stands before a gate at this moment: readiness, scorecard, and the outcome policy recommends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from gates.rules.verdict import ClosingPlan, GateInputs, RecommendedOutcome, blocking_musts, open_musts, recommend
from portfolio.models import UseCase
from portfolio.queries.dependencies import blocking_dependencies
from scoring.queries.probe_facts import CaseState, answer_states, case_state
from scoring.queries.scorecards import scorecard_at
from scoring.rules.facts import CaseFacts
from scoring.rules.playbook import Playbook
from scoring.rules.probes import futile_kpis
from scoring.rules.readiness import CriterionResult, Readiness, readiness
from scoring.rules.reasons import Record
from scoring.rules.scorecard import Scorecard
from scoring.rules.vocabulary import PASS


@dataclass(frozen=True)
class Evaluation:
    """A case before a gate. `blocking` are the open musts that may not stay open even under a conditional go."""

    case: UseCase
    gate: int
    playbook: Playbook
    state: CaseState
    readiness: Readiness
    scorecard: Scorecard | None
    inputs: GateInputs
    recommended: RecommendedOutcome
    open_musts: tuple[CriterionResult, ...]
    blocking: tuple[CriterionResult, ...]

    @property
    def facts(self) -> CaseFacts:
        """The facts that switch criteria."""
        return self.state.facts


def evaluate(
    case: UseCase, *, gate: int, playbook: Playbook, now: datetime, plans: Iterable[ClosingPlan] = ()
) -> Evaluation:
    """Evaluate the case afresh from its records. `plans` say who closes which open must by when."""
    state = case_state(case.pk, now=now)
    result = readiness(playbook, gate, state.facts, answer_states(state, playbook, gate), now)
    demand = playbook.gate(gate).scorecard
    scorecard = None
    if demand is not None:
        scorecard = scorecard_at(case.pk, playbook=playbook, within_days=demand.rated_within_days, now=now)
    inputs = GateInputs(
        gate=gate,
        today=day_here(now),
        facts=state.facts,
        iteration=case.iteration,
        results=result.results,
        quadrant=scorecard.quadrant if scorecard else None,
        closing_plans=tuple(plans),
        blocking_dependencies=tuple(
            Record("dependency", row.pk, row.text) for row in blocking_dependencies(case.pk, now=now)
        ),
        futile_kpis=_futile(state, gate, playbook),
    )
    return Evaluation(
        case=case,
        gate=gate,
        playbook=playbook,
        state=state,
        readiness=result,
        scorecard=scorecard,
        inputs=inputs,
        recommended=recommend(playbook, inputs),
        open_musts=open_musts(result.results),
        blocking=blocking_musts(inputs, playbook),
    )


def _futile(state: CaseState, gate: int, playbook: Playbook) -> tuple[Record, ...]:
    return futile_kpis(replace(state.probe_facts, gate=gate), playbook) if state.probe_facts else ()


# What waits for compliance alone; a returned item waits for the team.
AWAITING_COMPLIANCE = ("awaiting_sign_off", "sign_off_outdated", "sign_off_expired")


def as_if_signed(found: Evaluation) -> RecommendedOutcome:
    """The outcome policy would recommend once compliance accepts every item that waits for it alone.

    A gate may be asked for meanwhile: the vote on it opens only when they are signed.
    """
    results = tuple(
        replace(result, verdict=PASS) if result.reason.code in AWAITING_COMPLIANCE else result
        for result in found.inputs.results
    )
    return recommend(found.playbook, replace(found.inputs, results=results))


def with_plans(found: Evaluation, plans: Iterable[ClosingPlan]) -> Evaluation:
    """The same evaluation with further plans to close open musts."""
    inputs = replace(found.inputs, closing_plans=(*found.inputs.closing_plans, *plans))
    recommended = recommend(found.playbook, inputs)
    return replace(found, inputs=inputs, recommended=recommended, blocking=blocking_musts(inputs, found.playbook))


def plans_from(stored: Iterable[Mapping[str, Any]]) -> tuple[ClosingPlan, ...]:
    """Closing plans as a review keeps them: criterion, id of the owner, due date as ISO text."""
    return tuple(
        ClosingPlan(entry["criterion"], int(entry["owner"]), date.fromisoformat(entry["due"])) for entry in stored
    )


def day_here(now: datetime) -> date:
    """The date in the time zone of the installation, which due days and the year of a number follow."""
    return timezone.localdate(now, timezone.get_default_timezone())
