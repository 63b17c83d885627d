"""Whether what people say about a case may change now."""

from __future__ import annotations

from pocgate.kernel.errors import NotAllowedNow
from portfolio.enums import Status
from portfolio.models import UseCase
from portfolio.rules.locks import editing_blockers
from scoring import errors


def refuse_unless_open(case: UseCase) -> None:
    """Raise `NotAllowedNow` for drafts, ended and archived cases, and while a vote runs."""
    blockers = editing_blockers(
        case.status, is_locked=case.records_locked_at is not None, is_archived=case.archived_at is not None
    )
    if case.status == Status.DRAFT:
        blockers.append(errors.case_is_draft())
    if blockers:
        raise NotAllowedNow(blockers)
