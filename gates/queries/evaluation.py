"""How a case stands before a gate at this moment: readiness, scorecard, and the outcome policy recommends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from gates.queries.checklists import ChecklistItem, extra_items_of
from gates.queries.days import day_here
from gates.rules.extras import DIMENSION, extra_result
from gates.rules.verdict import ClosingPlan, GateInputs, RecommendedOutcome, blocking_musts, open_musts, recommend
from portfolio.models import UseCase
from portfolio.queries.dependencies import blocking_dependencies
from scoring.queries.probe_facts import CaseState, answer_states, case_state
from scoring.queries.scorecards import scorecard_at
from scoring.rules.facts import CaseFacts
from scoring.rules.playbook import Criterion, Playbook
from scoring.rules.playbook.texts import Texts
from scoring.rules.probes import futile_kpis
from scoring.rules.readiness import CriterionResult, Readiness, readiness
from scoring.rules.reasons import Record
from scoring.rules.scorecard import Scorecard
from scoring.rules.vocabulary import MUST, PASS, SIGNED

__all__ = ["AWAITING_COMPLIANCE", "Evaluation", "as_if_signed", "day_here", "evaluate", "plans_from", "with_plans"]


@dataclass(frozen=True)
class Evaluation:
    """A case before a gate. `blocking` are the open musts that may not stay open even under a conditional go.

    `extras` are the extra items of the checklist; they count among the musts, and not in readiness.
    """

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
    extras: tuple[ChecklistItem, ...] = ()

    def criterion(self, key: str) -> Criterion:
        """A criterion of the playbook, or an extra item put as one that compliance signs."""
        known = self.playbook.criteria_by_key.get(key)
        return known or next(_as_criterion(item) for item in self.extras if item.key == key)

    @property
    def facts(self) -> CaseFacts:
        """The facts that switch criteria."""
        return self.state.facts


def evaluate(
    case: UseCase,
    *,
    gate: int,
    playbook: Playbook,
    now: datetime,
    plans: Iterable[ClosingPlan] = (),
    requested_at: datetime | None = None,
    overrun: str = "",
) -> Evaluation:
    """Evaluate the case afresh from its records. `plans` say who closes which open must by when.

    `overrun` is what policy recommends for a review that opens by itself far past the time-box: `stop` or `pause`.
    A review that was `requested_at` a moment keeps the lists of extra items that were in force then.
    """
    state = case_state(case.pk, now=now)
    result = readiness(playbook, gate, state.facts, answer_states(state, playbook, gate), now)
    scorecard = _scorecard(case, gate, playbook, now)
    extras = extra_items_of(case, gate=gate, tier=state.facts.tier, at=requested_at or now, now=now)
    inputs = GateInputs(
        gate=gate,
        today=day_here(now),
        facts=state.facts,
        iteration=case.iteration,
        results=(*result.results, *(_extra_result(item) for item in extras)),
        quadrant=scorecard.quadrant if scorecard else None,
        closing_plans=tuple(plans),
        blocking_dependencies=_blocking(case, now),
        futile_kpis=_futile(state, gate, playbook),
        overrun=overrun,
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
        open_musts=open_musts(inputs.results),
        blocking=blocking_musts(inputs, playbook),
        extras=extras,
    )


def _as_criterion(item: ChecklistItem) -> Criterion:
    title, asks, how = (Texts((("en", text),)) for text in (item.title, item.asks, item.how or item.asks))
    return Criterion(
        key=item.key,
        dimension=DIMENSION,
        kind=SIGNED,
        counts=(),
        weight=Decimal(0),
        valid_days=None,
        closable=False,
        standing=False,
        verifier=None,
        effort="",
        lead_days=0,
        title=title,
        asks=asks,
        how=how,
        variants=(),
    )


def _scorecard(case: UseCase, gate: int, playbook: Playbook, now: datetime) -> Scorecard | None:
    demand = playbook.gate(gate).scorecard
    if demand is None:
        return None
    return scorecard_at(case.pk, playbook=playbook, within_days=demand.rated_within_days, now=now)


def _blocking(case: UseCase, now: datetime) -> tuple[Record, ...]:
    return tuple(Record("dependency", row.pk, row.text) for row in blocking_dependencies(case.pk, now=now))


def _extra_result(item: ChecklistItem) -> CriterionResult:
    signed = (Record("sign_off", item.sign_off.pk, item.title),) if item.sign_off else ()
    return extra_result(item.key, item.state, is_must=item.level == MUST, records=signed)


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
