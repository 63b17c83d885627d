"""Governance later: the paperwork of the whole stage in its last days."""

from __future__ import annotations

from datetime import timedelta

from scoring.rules.detectors.facts import DetectorFacts, numbers_of
from scoring.rules.detectors.shapes import Signal, both, strong, weak
from scoring.rules.facts import applies
from scoring.rules.playbook.whole import Playbook
from scoring.rules.readiness.answers import AnswerState, EvidenceRevision
from scoring.rules.reasons import Record
from scoring.rules.vocabulary import UNANSWERED

VERSION = 1

_GOVERNANCE = "governance"


def signals(facts: DetectorFacts, playbook: Playbook) -> tuple[Signal, ...]:
    """Little touched after half of the stage, or most evidence in the last days before the request."""
    return (_untouched(facts, playbook), _last_days(facts, playbook))


def _untouched(facts: DetectorFacts, playbook: Playbook) -> Signal:
    numbers = numbers_of(playbook, "governance_later")
    counting = [
        criterion
        for criterion in playbook.criteria
        if criterion.dimension == _GOVERNANCE and applies(criterion, facts.facts, facts.stage) is not None
    ]
    idle = [criterion for criterion in counting if not _is_touched(facts.answers.get(criterion.key))]
    touched = len(counting) - len(idle)
    few = bool(counting) and 100 * touched < numbers["touched_percent"] * len(counting)
    records = [Record("criterion", criterion.key, str(criterion.title)) for criterion in idle]
    box = [facts.box.record] if facts.box else []
    params = {"touched": touched, "criteria": len(counting), "percent": facts.box.percent if facts.box else None}
    return strong("governance_untouched", both(few, facts.past(numbers["time_box_percent"])), params, box + records)


def _is_touched(answer: AnswerState | None) -> bool:
    if answer is None or answer.imported:
        return False
    return answer.sign_off is not None or answer.answer != UNANSWERED or bool(answer.evidence)


def _last_days(facts: DetectorFacts, playbook: Playbook) -> Signal:
    numbers = numbers_of(playbook, "governance_later")
    hours = int(numbers["late_hours"])
    items = _evidence_before_request(facts, playbook)
    late = [item for item in items if facts.requested_at and item.uploaded_at > facts.requested_at - _hours(hours)]
    enough = len(items) >= numbers["fewest_items"]
    holds = facts.requested_at is not None and enough and 100 * len(late) > numbers["late_percent"] * len(items)
    params = {"late": len(late), "items": len(items), "hours": hours}
    return weak("governance_in_last_days", holds, params, [item.record for item in late])


def _evidence_before_request(facts: DetectorFacts, playbook: Playbook) -> list[EvidenceRevision]:
    if facts.requested_at is None:
        return []
    found = {
        revision.record: revision
        for key, answer in facts.answers.items()
        if key in playbook.criteria_by_key and playbook.criteria_by_key[key].dimension == _GOVERNANCE
        for revision in answer.evidence
        if revision.current and revision.uploaded_at <= facts.requested_at
    }
    return list(found.values())


def _hours(hours: int) -> timedelta:
    return timedelta(hours=min(max(hours, 0), 24 * 365 * 100))
