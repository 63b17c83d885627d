"""How a case stood before a gate at an earlier moment, read back from its dated records."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from gates.models import GateReview
from gates.queries.evaluation import Evaluation, evaluate, plans_from
from gates.rules.verdict import blocking_musts, open_musts, recommend
from portfolio.models import UseCase
from scoring.queries.probe_facts import answer_states
from scoring.rules.playbook import Playbook
from scoring.rules.readiness import AnswerState, ProbeResult, readiness
from scoring.rules.vocabulary import PASS

_NOT_MEASURED_YET = "not_measured_yet"


def evaluation_then(review: GateReview, *, playbook: Playbook, now: datetime) -> Evaluation:
    """The evaluation of a review at `now`.

    The row of the case has to be as it was: stage and iteration are read from it. What no probe measures yet was shown
    to the committees of that time on paper, and passes.
    """
    UseCase.objects.filter(pk=review.case_id).update(
        stage=review.gate, status="active", iteration=review.iteration, target_gate_date=None
    )
    review.case.stage, review.case.iteration = review.gate, review.iteration
    plans = plans_from(review.closing_plans)
    found = evaluate(review.case, gate=review.gate, playbook=playbook, now=now, plans=plans)
    if all(result.reason.code != _NOT_MEASURED_YET for result in found.readiness.results):
        return found
    answers = tuple(_as_shown(state) for state in answer_states(found.state, playbook, review.gate))
    result = readiness(playbook, review.gate, found.facts, answers, now)
    inputs = replace(found.inputs, results=result.results)
    return replace(
        found,
        readiness=result,
        inputs=inputs,
        recommended=recommend(playbook, inputs),
        open_musts=open_musts(result.results),
        blocking=blocking_musts(inputs, playbook),
    )


def _as_shown(state: AnswerState) -> AnswerState:
    if state.probe is None or state.probe.code != _NOT_MEASURED_YET:
        return state
    return replace(state, probe=ProbeResult(Decimal(1), PASS, "shown", {}, ()))
