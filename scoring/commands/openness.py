"""Refusing what may not change now."""

from __future__ import annotations

from pocgate.kernel.errors import NotAllowedNow
from portfolio.models import UseCase
from scoring.queries.openness import openness_blockers


def refuse_unless_open(case: UseCase) -> None:
    """Raise `NotAllowedNow` for drafts, ended and archived cases, and while a vote runs."""
    blockers = openness_blockers(case)
    if blockers:
        raise NotAllowedNow(blockers)
