"""Findings of one case for pages, API and dossier: each detector with why, since when, how to mend, and the answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from portfolio.models import UseCase
from scoring.enums import FindingState
from scoring.models import Finding, FindingAnswer, FindingChange, SwampSignal
from scoring.queries.playbooks import current_playbook
from scoring.queries.readiness import in_reader_language
from scoring.rules.detectors.answers import is_broken
from scoring.rules.playbook.findings import Detector
from scoring.rules.reasons import Record
from scoring.rules.vocabulary import DETECTORS


@dataclass(frozen=True)
class ShownSignal:
    """A signal as it was found: its state, its numbers, and the records behind it."""

    code: str
    strong: bool
    state: str
    params: Mapping[str, Any]
    records: tuple[Record, ...]


@dataclass(frozen=True)
class ShownAnswer:
    """An owner's answer. `stands` is False once the detector stopped firing or a later answer came."""

    answer: FindingAnswer
    stands: bool
    broken: bool


@dataclass(frozen=True)
class ShownFinding:
    """A detector on one case: texts in the reader's language, signals that fired first, answers newest first."""

    finding: Finding
    title: str
    how: str
    signals: tuple[ShownSignal, ...]
    records: tuple[Record, ...]
    answers: tuple[ShownAnswer, ...]
    history: tuple[FindingChange, ...]

    @property
    def key(self) -> str:
        """The detector's key."""
        return self.finding.detector

    @property
    def fired(self) -> bool:
        """It fires now."""
        return self.finding.state == FindingState.FIRED

    @property
    def standing(self) -> ShownAnswer | None:
        """The answer that stands."""
        return next((answer for answer in self.answers if answer.stands), None)


def findings_of(case: UseCase, *, now: datetime) -> tuple[ShownFinding, ...]:
    """The findings of a case, those that fired first, then in the order of the playbook. Four queries."""
    rows = sorted(Finding.objects.filter(case=case), key=_fired_first)
    answers = list(FindingAnswer.objects.filter(case=case).select_related("author").order_by("-answered_at", "-pk"))
    history = list(FindingChange.objects.filter(case=case).order_by("-at", "-pk"))
    texts = {entry.key: entry for entry in current_playbook().findings.detectors}
    today = timezone.localdate(now, timezone.get_default_timezone())
    return tuple(_shown(row, texts[row.detector], answers, history, today) for row in rows if row.detector in texts)


def frozen_findings(case: UseCase) -> list[dict[str, Any]]:
    """The findings with their standing answers as plain values, for a dossier. Two queries."""
    rows = sorted(Finding.objects.filter(case=case), key=_fired_first)
    answers: dict[str, FindingAnswer] = {}
    for answer in FindingAnswer.objects.filter(case=case).select_related("author").order_by("answered_at", "pk"):
        answers[answer.detector] = answer
    return [_frozen(row, answers.get(row.detector)) for row in rows]


def _frozen(row: Finding, answer: FindingAnswer | None) -> dict[str, Any]:
    fired = row.state == FindingState.FIRED
    stands = fired and answer is not None and row.first_seen_at and answer.answered_at >= row.first_seen_at
    return {
        "key": row.detector,
        "version": row.version,
        "state": row.state,
        "severity": row.severity,
        "first_seen_at": row.first_seen_at if fired else None,
        "signals": row.signals,
        "answer": _frozen_answer(answer) if stands and answer else None,
    }


def _frozen_answer(answer: FindingAnswer) -> dict[str, Any]:
    return {
        "reply": answer.reply,
        "reason": answer.reason,
        "mend_by": answer.mend_by,
        "by": str(answer.author),
        "at": answer.answered_at,
    }


def swamp_of(case: UseCase) -> tuple[SwampSignal, ...]:
    """The swamp signals that stand, the oldest first."""
    return tuple(SwampSignal.objects.filter(case=case, ended_at__isnull=True).order_by("first_seen_at", "pk"))


def standing_answer(finding: Finding) -> FindingAnswer | None:
    """The latest answer since the detector began to fire; one to an earlier time is history."""
    if finding.state != FindingState.FIRED:
        return None
    answers = FindingAnswer.objects.filter(
        case=finding.case_id, detector=finding.detector, answered_at__gte=finding.first_seen_at
    )
    return answers.order_by("-answered_at", "-pk").first()


def shown_records(stored: Iterable[Mapping[str, Any]]) -> tuple[Record, ...]:
    """Records as they were stored."""
    return tuple(Record(record["type"], record["id"], record["label"]) for record in stored)


def _fired_first(row: Finding) -> tuple[bool, bool, int]:
    order = DETECTORS.index(row.detector) if row.detector in DETECTORS else len(DETECTORS)
    return row.state != FindingState.FIRED, row.state == FindingState.CLEAR, order


def _shown(
    row: Finding, texts: Detector, answers: list[FindingAnswer], history: list[FindingChange], today: date
) -> ShownFinding:
    signals = tuple(
        ShownSignal(
            signal["code"], signal["strong"], signal["state"], signal["params"], shown_records(signal["records"])
        )
        for signal in row.signals
    )
    return ShownFinding(
        finding=row,
        title=in_reader_language(texts.title),
        how=in_reader_language(texts.how),
        signals=tuple(sorted(signals, key=lambda signal: signal.state != FindingState.FIRED)),
        records=shown_records(row.records),
        answers=_answers(row, [answer for answer in answers if answer.detector == row.detector], today),
        history=tuple(change for change in history if change.detector == row.detector),
    )


def _answers(row: Finding, answers: list[FindingAnswer], today: date) -> tuple[ShownAnswer, ...]:
    shown = []
    for place, answer in enumerate(answers):
        is_present = row.first_seen_at is not None and answer.answered_at >= row.first_seen_at
        stands = place == 0 and row.state == FindingState.FIRED and is_present
        broken = stands and is_broken(answer.reply, answer.mend_by, row.state, today=today)
        shown.append(ShownAnswer(answer, stands, broken))
    return tuple(shown)
