"""The readiness of cases as their records are now: everything of a case, or only what depends on a change.

Reading comes first, under the version requested and the count of computations seen by then; nothing is written here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from portfolio.enums import Section
from scoring.commands.readiness.results import Part, Parts, Total, part_of, stored_parts, total_of
from scoring.models import ReadinessScore
from scoring.queries.probe_facts import EVERYTHING, CaseRow, CaseState, answer_state, answer_states, states_of
from scoring.rules.playbook import Playbook
from scoring.rules.probes import sections_read
from scoring.rules.readiness import evaluate_criterion, in_points, readiness


@dataclass(frozen=True)
class Rules:
    """The version of the playbook that is applied."""

    pk: int
    playbook: Playbook


@dataclass(frozen=True)
class Computed:
    """A case with its parts as stored and as computed. Without a next gate it has none."""

    row: CaseRow
    playbook_id: int
    stored: Parts
    parts: Parts

    @property
    def case_id(self) -> int:
        """The case."""
        return self.row.case.pk

    @property
    def has_gate(self) -> bool:
        """Whether the case has a next gate, and so a score."""
        return self.row.case.next_gate is not None

    @property
    def gate(self) -> int:
        """The next gate, of a case that has one."""
        return self.row.case.next_gate or 0

    @property
    def score(self) -> ReadinessScore | None:
        """The score as stored."""
        return self.row.score

    @cached_property
    def total(self) -> Total:
        """The score as computed."""
        return total_of(self.parts)

    @cached_property
    def is_news(self) -> bool:
        """Whether the score or its open musts changed."""
        if self.score is None or not self.has_gate:
            return self.has_gate
        before = (self.score.gate, self.score.overall, total_of(self.stored).open_musts)
        return before != (self.gate, in_points(self.total.overall), self.total.open_musts)

    @cached_property
    def is_visible(self) -> bool:
        """Whether anything that lists show of its readiness changed."""
        if self.score is None or not self.has_gate:
            return (self.score is not None) != self.has_gate
        return self.is_news or self.score.shoulds_open != self.total.shoulds_open


def compute(rows: Sequence[CaseRow], rules: Rules, *, now: datetime, afresh: bool) -> list[Computed]:
    """The parts of each case: all of them `afresh`, else those that a change or the passing of time can have moved."""
    stored = stored_parts(row.case.pk for row in rows)
    affected = {
        row.case.pk: None if afresh else _affected(row, stored.get(row.case.pk, {}), rules, now=now) for row in rows
    }
    wanted = {case_id: _sections(keys, rules.playbook) for case_id, keys in affected.items()}
    states = states_of(rows, now=now, wanted=wanted)
    return [
        Computed(
            row, rules.pk, before, _parts(states[row.case.pk], before, affected[row.case.pk], rules.playbook, now=now)
        )
        for row in rows
        for before in (stored.get(row.case.pk, {}),)
    ]


def _affected(row: CaseRow, stored: Parts, rules: Rules, *, now: datetime) -> frozenset[str] | None:
    """The criteria whose result may differ; None when which criteria count may differ too."""
    score, case, criteria = row.score, row.case, rules.playbook.criteria_by_key
    if (
        score is None
        or (score.gate, score.playbook_id) != (case.next_gate, rules.pk)
        or not stored.keys() <= criteria.keys()
    ):
        return None
    changed = Section(case.changed_sections) if row.version > case.computed_version else Section(0)
    if changed == Section.EVERYTHING:
        return None
    names = {str(section.name).lower() for section in changed}
    return frozenset(
        key
        for key, part in stored.items()
        if not names.isdisjoint(sections_read(criteria[key]))
        or (part.changes_at is not None and part.changes_at <= now)
    )


def _sections(keys: frozenset[str] | None, playbook: Playbook) -> frozenset[str]:
    if keys is None:
        return EVERYTHING
    return frozenset().union(*(sections_read(playbook.criteria_by_key[key]) for key in keys))


def _parts(
    state: CaseState, stored: Parts, keys: frozenset[str] | None, playbook: Playbook, *, now: datetime
) -> Mapping[str, Part]:
    if state.gate is None:
        return {}
    if keys is None:
        found = readiness(playbook, state.gate, state.facts, answer_states(state, playbook), now)
        return {result.key: part_of(result, state.gate, playbook) for result in found.results}
    parts = dict(stored)
    for key in keys:
        criterion = playbook.criteria_by_key[key]
        answer = answer_state(state, criterion, playbook)
        result = evaluate_criterion(criterion, stored[key].level, state.gate, answer, now)
        parts[key] = part_of(result, state.gate, playbook)
    return parts
