"""Everything the rules read of cases, put together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeAlias, TypeVar

from scoring.queries.probe_facts.answers import answers_of
from scoring.queries.probe_facts.basics import (
    CaseRow,
    LiveWaiver,
    business_cases_of,
    case_rows,
    facts_of,
    scope_of,
    team_of,
)
from scoring.queries.probe_facts.costs import costs_of, plans_of
from scoring.queries.probe_facts.kpis import kpis_of
from scoring.queries.probe_facts.use import benefits_of, feedback_of, operations_of, training_of
from scoring.rules.facts import CaseFacts, applies
from scoring.rules.playbook import Criterion, Playbook
from scoring.rules.probes import ANSWERS, SECTIONS, ProbeFacts, run_probe
from scoring.rules.readiness import AnswerState
from scoring.rules.vocabulary import COMPUTED

Value = TypeVar("Value")
Wanted: TypeAlias = Mapping[int, Collection[str]]

# What switches criteria on and off; who wants single sections keeps the criteria that count.
FACTS = "facts"
EVERYTHING = SECTIONS | {ANSWERS, FACTS}


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
    """The states of the cases that exist, by id in pk order; seventeen queries at most, however many cases."""
    return states_of(case_rows(case_ids, now=now), now=now)


def states_of(rows: Sequence[CaseRow], *, now: datetime, wanted: Wanted | None = None) -> dict[int, CaseState]:
    """The states of the cases, by id. `wanted` names the sections to read of each; without it everything is read.

    A section that no case wants costs no query. Of a case in `wanted` the facts that switch criteria are not read.
    """
    gated = [row for row in rows if row.case.next_gate is not None]
    states = {row.case.pk: CaseState(row.case.pk, row.version, None) for row in rows}
    reading = Reading(gated, wanted)
    facts = _read(facts_of, reading.ids(FACTS), now=now)
    answers = _read(answers_of, reading.ids(ANSWERS), now=now)
    waivers = {row.case.pk: row.waivers for row in gated}
    for case_id, probe_facts in _probe_facts(reading, now=now).items():
        states[case_id] = CaseState(
            case_id,
            states[case_id].version,
            probe_facts.gate,
            facts.get(case_id, CaseFacts()),
            probe_facts,
            _with_waivers(answers.get(case_id, {}), waivers.get(case_id, ())),
        )
    return states


def _with_waivers(answers: Mapping[str, AnswerState], waivers: Sequence[LiveWaiver]) -> Mapping[str, AnswerState]:
    """The answers with the waivers that stand: also of criteria that nobody answers, and where no answer was read."""
    found = dict(answers)
    for waiver in waivers:
        state = found.get(waiver.criterion) or AnswerState(waiver.criterion)
        found[waiver.criterion] = replace(state, waived_until=waiver.until, waiver=waiver.record)
    return found


@dataclass(frozen=True)
class Reading:
    """Which sections are to be read of which cases."""

    rows: Sequence[CaseRow]
    wanted: Wanted | None

    def of(self, section: str) -> list[CaseRow]:
        """The cases of which the section is wanted."""
        if self.wanted is None:
            return list(self.rows)
        return [row for row in self.rows if section in self.wanted[row.case.pk]]

    def ids(self, section: str) -> list[int]:
        """Their ids. A query for none of them is never sent."""
        return [row.case.pk for row in self.of(section)]

    def seen(self, facts: ProbeFacts, case_id: int) -> ProbeFacts:
        """The facts with every section refused that was not read."""
        return facts if self.wanted is None else facts.only(self.wanted[case_id])


def case_state(case_id: int, *, now: datetime) -> CaseState:
    """The state of one case. Raises KeyError when there is no such case."""
    return case_states([case_id], now=now)[case_id]


def answer_states(state: CaseState, playbook: Playbook, gate: int | None = None) -> tuple[AnswerState, ...]:
    """The answers, and what the probes find for the computed criteria that count at the gate."""
    at_gate = state.gate if gate is None else gate
    if state.probe_facts is None or at_gate is None:
        return tuple(state.answers.values())
    facts = replace(state.probe_facts, gate=at_gate)
    counting = [
        criterion.key
        for criterion in playbook.criteria
        if criterion.kind == COMPUTED and applies(criterion, state.facts, at_gate) is not None
    ]
    stored = [answer for key, answer in state.answers.items() if key not in counting]
    return (*stored, *(_probed(key, facts, playbook, state.answers.get(key)) for key in counting))


def answer_state(state: CaseState, criterion: Criterion, playbook: Playbook) -> AnswerState:
    """What is known of one criterion of a case with a next gate."""
    if criterion.kind == COMPUTED and state.probe_facts is not None:
        return _probed(criterion.key, state.probe_facts, playbook, state.answers.get(criterion.key))
    return state.answers.get(criterion.key) or AnswerState(criterion.key)


def _probed(key: str, facts: ProbeFacts, playbook: Playbook, stored: AnswerState | None) -> AnswerState:
    """What the probe finds; of what is stored about a computed criterion only its waiver counts."""
    probe = run_probe(key, facts, playbook)
    if stored is None:
        return AnswerState(key, probe=probe)
    return AnswerState(key, probe=probe, waived_until=stored.waived_until, waiver=stored.waiver)


def _probe_facts(reading: Reading, *, now: datetime) -> dict[int, ProbeFacts]:
    ids = reading.ids
    team, scope = _grouped(team_of, ids("team"), now=now), _grouped(scope_of, ids("scope"), now=now)
    kpis, costs = _grouped(kpis_of, reading.of("kpis"), now=now), _grouped(costs_of, reading.of("costs"), now=now)
    feedback = _grouped(feedback_of, reading.of("feedback"), now=now)
    benefits = _grouped(benefits_of, reading.of("benefits"), now=now)
    training = _grouped(training_of, reading.of("training"), now=now)
    operations = _grouped(operations_of, reading.of("operations"), now=now)
    business_cases = _read(business_cases_of, ids("business_case"), now=now)
    plans = _read(plans_of, ids("cost_plan"), now=now)
    found = {
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
            feedback=feedback[row.case.pk],
            benefits=benefits[row.case.pk],
            training=training[row.case.pk],
            operations=operations[row.case.pk],
        )
        for row in reading.rows
    }
    return {case_id: reading.seen(facts, case_id) for case_id, facts in found.items()}


def _read(load: Callable[..., Mapping[int, Value]], wanted: Sequence[object], *, now: datetime) -> Mapping[int, Value]:
    """What is loaded of the cases that want it. Even a query for none of them would take time to put together."""
    return load(wanted, now=now) if wanted else {}


def _grouped(
    load: Callable[..., Iterable[tuple[int, Value]]], wanted: Sequence[object], *, now: datetime
) -> Mapping[int, tuple[Value, ...]]:
    groups: dict[int, list[Value]] = defaultdict(list)
    for case_id, value in load(wanted, now=now) if wanted else ():
        groups[case_id].append(value)
    return defaultdict(tuple, {case_id: tuple(values) for case_id, values in groups.items()})
