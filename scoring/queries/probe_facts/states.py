"""Everything the rules read of cases, put together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from scoring.queries.probe_facts.answers import answers_of
from scoring.queries.probe_facts.basics import (
    CaseRow,
    business_cases_of,
    case_rows,
    facts_of,
    scope_of,
    team_of,
)
from scoring.queries.probe_facts.costs import costs_of, plans_of
from scoring.queries.probe_facts.kpis import kpis_of
from scoring.rules.facts import CaseFacts, applies
from scoring.rules.playbook import Playbook
from scoring.rules.probes import ProbeFacts, run_probe
from scoring.rules.readiness import AnswerState
from scoring.rules.vocabulary import COMPUTED

Value = TypeVar("Value")


@dataclass(frozen=True)
class CaseState:
    """What is known of one case at `now`. Without a next gate only the case itself was read.

    `version` is the requested version the records were read under; a change meanwhile has raised it.
    """

    case_id: int
    version: int
    gate: int | None
    facts: CaseFacts = field(default_factory=CaseFacts)
    probe_facts: ProbeFacts | None = None
    answers: Mapping[str, AnswerState] = field(default_factory=dict)


def case_states(case_ids: Iterable[int], *, now: datetime) -> dict[int, CaseState]:
    """The states of the cases that exist, by id in pk order; thirteen queries at most, however many cases."""
    rows = case_rows(case_ids)
    gated = [row for row in rows if row.case.next_gate is not None]
    ids = [row.case.pk for row in gated]
    states = {row.case.pk: CaseState(row.case.pk, row.version, None) for row in rows}
    if not ids:
        return states
    facts = facts_of(ids, now=now)
    answers = answers_of(ids, now=now)
    for case_id, probe_facts in _probe_facts(gated, now=now).items():
        known = states[case_id]
        states[case_id] = CaseState(
            case_id, known.version, probe_facts.gate, facts[case_id], probe_facts, answers[case_id]
        )
    return states


def case_state(case_id: int, *, now: datetime) -> CaseState:
    """The state of one case. Raises KeyError when there is no such case."""
    return case_states([case_id], now=now)[case_id]


def answer_states(state: CaseState, playbook: Playbook, gate: int | None = None) -> tuple[AnswerState, ...]:
    """The answers, and what the probes find for the computed criteria that count at the gate."""
    at_gate = state.gate if gate is None else gate
    if state.probe_facts is None or at_gate is None:
        return tuple(state.answers.values())
    facts = replace(state.probe_facts, gate=at_gate)
    probed = tuple(
        AnswerState(criterion.key, probe=run_probe(criterion.key, facts, playbook))
        for criterion in playbook.criteria
        if criterion.kind == COMPUTED and applies(criterion, state.facts, at_gate) is not None
    )
    return (*state.answers.values(), *probed)


def _probe_facts(rows: list[CaseRow], *, now: datetime) -> dict[int, ProbeFacts]:
    ids = [row.case.pk for row in rows]
    team, scope = _grouped(team_of(ids, now=now)), _grouped(scope_of(ids, now=now))
    kpis, costs = _grouped(kpis_of(rows, now=now)), _grouped(costs_of(rows, now=now))
    business_cases, plans = business_cases_of(ids, now=now), plans_of(ids, now=now)
    return {
        row.case.pk: ProbeFacts(
            now=now,
            gate=row.case.stage or 0,
            stage=row.case.stage or 0,
            iteration=row.case.iteration,
            text=row.text,
            team=team[row.case.pk],
            scope=scope[row.case.pk],
            business_case=business_cases.get(row.case.pk),
            kpis=kpis[row.case.pk],
            cost_plan=plans.get(row.case.pk),
            costs=costs[row.case.pk],
            horizon=row.horizon,
        )
        for row in rows
    }


def _grouped(pairs: Iterable[tuple[int, Value]]) -> Mapping[int, tuple[Value, ...]]:
    groups: dict[int, list[Value]] = defaultdict(list)
    for case_id, value in pairs:
        groups[case_id].append(value)
    return defaultdict(tuple, {case_id: tuple(values) for case_id, values in groups.items()})
