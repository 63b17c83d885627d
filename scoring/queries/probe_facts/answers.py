"""Answers and sign-offs with the evidence they name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Exists, OuterRef

from portfolio.models import EvidenceRevision
from scoring.enums import Answer
from scoring.models import AnswerEvidence, CriterionAnswer
from scoring.queries.probe_facts.basics import end_of_day
from scoring.queries.probe_facts.periods import in_force
from scoring.rules import readiness
from scoring.rules.reasons import Record
from scoring.rules.vocabulary import ACCEPTED, OUTDATED

SIGN_OFFS = (Answer.ACCEPTED, Answer.RETURNED, Answer.OUTDATED)


@dataclass
class _Named:
    """The revisions an answer names; `newer` when one of them has a successor that came after the answer."""

    revisions: list[readiness.EvidenceRevision] = field(default_factory=list)
    newer: bool = False


class _AnswerRow(NamedTuple):
    pk: int
    case_id: int
    criterion: str
    answer: str
    note: str
    imported: bool
    author_id: int | None
    answered_at: datetime
    verified_by_id: int | None
    verified_at: datetime | None


class _RevisionRow(NamedTuple):
    pk: int
    number: int
    uploaded_at: datetime
    valid_until: date | None
    title: str
    withdrawn_at: datetime | None


_REVISION = (
    "revision_id",
    "revision__number",
    "revision__uploaded_at",
    "revision__valid_until",
    "revision__evidence__title",
    "revision__evidence__withdrawn_at",
)


def answers_of(case_ids: Sequence[int], *, now: datetime) -> dict[int, dict[str, readiness.AnswerState]]:
    """The answers current at `now` by case and criterion; two queries."""
    current = CriterionAnswer.objects.filter(
        in_force(now, start="answered_at", end="superseded_at"), case__in=case_ids
    ).order_by("pk")
    answers = [_AnswerRow(*row) for row in current.values_list(*_AnswerRow._fields)]
    named = _named_revisions(case_ids, now=now)
    found: dict[int, dict[str, readiness.AnswerState]] = {case_id: {} for case_id in case_ids}
    for answer in answers:
        found[answer.case_id][answer.criterion] = _state(answer, named.get(answer.pk, _Named()), now)
    return found


def _named_revisions(case_ids: Sequence[int], *, now: datetime) -> dict[int, _Named]:
    successor = EvidenceRevision.objects.filter(
        evidence=OuterRef("revision__evidence"),
        number__gt=OuterRef("revision__number"),
        uploaded_at__gt=OuterRef("answer__answered_at"),
        uploaded_at__lte=now,
    )
    rows = (
        AnswerEvidence.objects.filter(
            in_force(now, start="answer__answered_at", end="answer__superseded_at"),
            answer__case__in=case_ids,
            named_at__lte=now,
        )
        .annotate(newer=Exists(successor))
        .order_by("pk")
        # Values, as a case names dozens: three models for each would take most of the time.
        .values_list("answer_id", "newer", *_REVISION)
    )
    found: dict[int, _Named] = {}
    for answer_id, newer, *revision in rows:
        named = found.setdefault(answer_id, _Named())
        named.revisions.append(_revision(_RevisionRow(*revision), now))
        named.newer = named.newer or newer
    return found


def _revision(row: _RevisionRow, now: datetime) -> readiness.EvidenceRevision:
    return readiness.EvidenceRevision(
        record=Record("evidence_revision", row.pk, f"{row.title} ({row.number})"),
        uploaded_at=row.uploaded_at,
        valid_until=end_of_day(row.valid_until) if row.valid_until else None,
        current=row.withdrawn_at is None or row.withdrawn_at > now,
    )


def _state(answer: _AnswerRow, named: _Named, now: datetime) -> readiness.AnswerState:
    record = Record("criterion_answer", answer.pk, "")
    if answer.answer in SIGN_OFFS:
        # New evidence outdates a signature at once, before anybody says so.
        state = OUTDATED if named.newer and answer.answer == ACCEPTED else answer.answer
        return readiness.AnswerState(
            criterion=answer.criterion,
            reason=answer.note,
            evidence=tuple(named.revisions),
            sign_off=readiness.SignOffState(state, answer.answered_at, record),
        )
    verified = answer.verified_at is not None and answer.verified_at <= now
    return readiness.AnswerState(
        criterion=answer.criterion,
        answer=answer.answer,
        reason=answer.note,
        answered_at=answer.answered_at,
        author_id=answer.author_id,
        verified_at=answer.verified_at if verified else None,
        verified_by_id=answer.verified_by_id if verified else None,
        evidence=tuple(named.revisions),
        record=record,
        imported=answer.imported,
    )
