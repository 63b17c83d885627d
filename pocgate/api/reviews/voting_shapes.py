"""Questions and delegations as the API answers them."""

from __future__ import annotations

from typing import Any

from gates.models import Delegation, Question
from pocgate.api.shapes import INTEGER, STRING, TIME, array, named, or_null, record

QUESTION = named(
    "Question",
    record(
        id=INTEGER,
        text=STRING,
        asked_by=STRING,
        asked_at=TIME,
        answer=or_null(STRING),
        answered_by=or_null(STRING),
        answered_at=or_null(TIME),
    ),
)
QUESTIONS = named("Questions", record(results=array(QUESTION)))
DELEGATION = named(
    "Delegation",
    record(
        id=INTEGER,
        seat=INTEGER,
        committee=STRING,
        holder=STRING,
        delegate=STRING,
        starts_at=TIME,
        ends_at=TIME,
        reason=or_null(STRING),
        created_by=STRING,
        revoked_at=or_null(TIME),
    ),
)
DELEGATIONS = named("Delegations", record(results=array(DELEGATION)))


def question_document(row: Question) -> dict[str, Any]:
    """A question with its answer."""
    return {
        "id": row.pk,
        "text": row.text,
        "asked_by": row.asked_by.username,
        "asked_at": row.asked_at,
        "answer": row.answer or None,
        "answered_by": row.answered_by.username if row.answered_by else None,
        "answered_at": row.answered_at,
    }


def delegation_document(row: Delegation) -> dict[str, Any]:
    """Whose seat, filled by whom, and for how long."""
    return {
        "id": row.pk,
        "seat": row.seat_id,
        "committee": row.seat.committee.name,
        "holder": row.seat.user.username,
        "delegate": row.delegate.username,
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "reason": row.reason or None,
        "created_by": row.created_by.username,
        "revoked_at": row.revoked_at,
    }
