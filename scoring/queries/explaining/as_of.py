"""Readiness recomputed from dated records as it stood at a moment, and as it will stand if none of them changes."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from pocgate.ledger.models import Activity
from portfolio.models import StageSpell, UseCase
from scoring.enums import PlaybookState
from scoring.models import Playbook as PlaybookRow
from scoring.queries.playbooks import PublishedPlaybook, playbook_of, published_playbook
from scoring.queries.probe_facts import CaseRow, CaseState, answer_state, answer_states, case_rows, states_of
from scoring.queries.probe_facts.basics import end_of_day
from scoring.rules.explaining.ahead import ReadinessAt
from scoring.rules.facts import CaseFacts
from scoring.rules.playbook import Playbook
from scoring.rules.readiness import Readiness, readiness

# Fields of the case that readiness depends on. They are not dated; each change of them stands in the ledger.
RESTORED = (
    "problem_statement",
    "affected_process",
    "affected_users",
    "stage",
    "status",
    "iteration",
    "target_gate_date",
)


@dataclass(frozen=True)
class AsOf:
    """A case's readiness for the gate that was next at `at`, under the playbook in force then."""

    at: datetime
    playbook: PublishedPlaybook
    state: CaseState
    readiness: Readiness

    @property
    def rules(self) -> Playbook:
        """The rules of the playbook."""
        return self.playbook.rules

    def under(self, rules: Playbook, gate: int, facts: CaseFacts) -> Readiness:
        """The same records judged by another playbook, for another gate, or under other facts."""
        state = replace(self.state, facts=facts)
        return readiness(rules, gate, facts, answer_states(state, rules, gate), self.at)

    def later(self) -> ReadinessAt:
        """The readiness at later moments, asked in order, if no record changes until then. No queries."""
        return _Later(self)


class _Later:
    """Goes forward in time: a probe runs again only once the change that it announced has come."""

    def __init__(self, found: AsOf) -> None:
        self.found = found
        self.last = found.at
        self.answers = {answer.criterion: answer for answer in answer_states(found.state, found.rules)}

    def __call__(self, moment: datetime) -> Readiness:
        if moment < self.last:
            return moved_to(self.found, moment).readiness
        state, rules, gate = moved_state(self.found.state, moment), self.found.rules, self.found.readiness.gate
        for key, answer in self.answers.items():
            if answer.probe is not None and answer.probe.changes_at is not None and answer.probe.changes_at <= moment:
                self.answers[key] = answer_state(state, rules.criteria_by_key[key], rules)
        self.last = moment
        return readiness(rules, gate, state.facts, self.answers.values(), moment)


def moved_to(found: AsOf, at: datetime) -> AsOf:
    """The same records at a later moment, as they will stand if none of them changes. No queries."""
    state = moved_state(found.state, at)
    answers = answer_states(state, found.rules, found.readiness.gate)
    computed = readiness(found.rules, found.readiness.gate, state.facts, answers, at)
    return replace(found, at=at, state=state, readiness=computed)


def moved_state(state: CaseState, at: datetime) -> CaseState:
    """The same records, looked at from a later moment."""
    return replace(state, probe_facts=replace(state.probe_facts, now=at) if state.probe_facts else None)


def on_day(case_id: int, day: date, *, now: datetime) -> AsOf | None:
    """The readiness at the end of a day: as it stood, or for a day to come as it will stand if nothing changes."""
    at = last_moment_of(day, now=now)
    if at <= now:
        return as_of(case_id, at=at)
    today = as_of(case_id, at=now)
    return moved_to(today, at) if today else None


def last_moment_of(day: date, *, now: datetime) -> datetime:
    """Where the installation is; for today the present moment."""
    today = timezone.localdate(now, timezone.get_default_timezone())
    return now if day == today else end_of_day(day) - timedelta(microseconds=1)


def as_of(case_id: int, *, at: datetime) -> AsOf | None:
    """The readiness at a moment; None when the case did not exist or had no next gate. A fixed number of queries."""
    return as_of_all([case_id], at=at).get(case_id)


def as_of_all(case_ids: Iterable[int], *, at: datetime) -> dict[int, AsOf]:
    """The same for many cases with as many queries as for one; those without a next gate are left out."""
    playbook = playbook_at(at)
    found = {}
    for case_id, state in states_of(_rows_at(case_ids, at), now=at).items():
        if state.gate is not None:
            answers = answer_states(state, playbook.rules)
            computed = readiness(playbook.rules, state.gate, state.facts, answers, at)
            found[case_id] = AsOf(at, playbook, state, computed)
    return found


def playbook_at(at: datetime) -> PublishedPlaybook:
    """The version in force at a moment. Before the first was published the first one counts, as if it always had."""
    published = PlaybookRow.objects.filter(state=PlaybookState.PUBLISHED).order_by("version")
    by_then = published.filter(published_at__lte=at).reverse().first() or published.first()
    if by_then is None:
        return published_playbook()
    rules = playbook_of(by_then.pk)
    return PublishedPlaybook(by_then.pk, by_then.version or 0, by_then.digest, by_then.published_at, rules)


def _rows_at(case_ids: Iterable[int], at: datetime) -> list[CaseRow]:
    rows = [row for row in case_rows(case_ids, now=at) if row.case.created_at <= at]
    ids = [row.case.pk for row in rows]
    earlier, spells = _earlier_values(ids, at), _spells_at(ids, at)
    return [_row_at(row, earlier.get(row.case.pk, {}), spells.get(row.case.pk)) for row in rows]


def _row_at(row: CaseRow, earlier: Mapping[str, Any], spell: StageSpell | None) -> CaseRow:
    case: UseCase = copy.copy(row.case)
    for field, value in earlier.items():
        setattr(case, field, value)
    return replace(
        row,
        case=case,
        entered_at=spell.entered_at if spell else None,
        time_box_ends_at=spell.time_box_ends_at if spell else None,
    )


def _earlier_values(case_ids: list[int], at: datetime) -> dict[int, dict[str, Any]]:
    """What the fields held at `at` where they changed later: the first value that a later act replaced."""
    later = Activity.objects.filter(case_id__in=case_ids, subject_type="use_case", at__gt=at).order_by("sequence")
    found: dict[int, dict[str, Any]] = {}
    for case_id, before in later.values_list("case_id", "before"):
        values = found.setdefault(case_id or 0, {})
        for field in RESTORED:
            if field in before and field not in values:
                values[field] = _value(field, before[field])
    return found


def _value(field: str, stored: Any) -> Any:
    if field == "target_gate_date":
        return date.fromisoformat(stored) if stored else None
    if field in ("stage", "iteration") and isinstance(stored, str):
        # An import's act keeps the word of the cell.
        return int(stored) if stored.isdecimal() else None
    return stored


def _spells_at(case_ids: list[int], at: datetime) -> dict[int, StageSpell]:
    """The spell each case was in; one whose beginning nobody knows counts as begun before."""
    spells = StageSpell.objects.filter(case__in=case_ids).order_by("pk")
    return {
        spell.case_id: spell
        for spell in spells
        if (spell.entered_at is None or spell.entered_at <= at) and (spell.left_at is None or spell.left_at > at)
    }
