"""Whether what people say about a case may change now; the same blockers explain and refuse."""

from __future__ import annotations

from pocgate.kernel.errors import Blocker
from portfolio.enums import Status
from portfolio.models import UseCase
from portfolio.rules.locks import editing_blockers
from scoring import errors


def openness_blockers(case: UseCase) -> list[Blocker]:
    """Why nothing can be answered or rated now: drafts, ended and archived cases, and while a vote runs."""
    blockers = editing_blockers(
        case.status, is_locked=case.records_locked_at is not None, is_archived=case.archived_at is not None
    )
    return [*blockers, errors.case_is_draft()] if case.status == Status.DRAFT else blockers
