"""Dossiers of reviews: whole for cases with a story, a frame for the others. The digests are true for both."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256

from gates.models import Dossier, GateReview
from gates.queries.dossier import dossier_content
from gates.rules.digest import canonical_json
from pocgate.demo.plan.shapes import CasePlan, ReviewPlan
from pocgate.demo.writing.frames import Frames
from pocgate.demo.writing.then import evaluation_then


def dossiers_of(plan: CasePlan, review: ReviewPlan, row: GateReview, frames: Frames) -> Iterator[Dossier]:
    """The revisions of a review, not saved yet, oldest first: at the request, and when the vote opened."""
    if not plan.detailed:
        frame = frames.of(plan, review)
        yield _dossier(row, frame.content, review.opened_at or review.requested_at, frame.outcome, frame.rule)
        return
    version = frames.version
    found = evaluation_then(row, playbook=version.rules, now=review.requested_at)
    frozen = [("requested", review.requested_at)]
    if review.opened_at is not None:
        # Between request and vote no record of these cases changes that a verdict rests on.
        frozen.append(("voting_opened", review.opened_at))
    for revision, (reason, at) in enumerate(frozen, start=1):
        content = canonical_json(dossier_content(row, version, found, now=at))
        dossier = _dossier(row, content, at, found.recommended.outcome, found.recommended.rule)
        dossier.revision, dossier.reason = revision, reason
        yield dossier


def _dossier(row: GateReview, content: bytes, at: datetime, outcome: str, rule: str) -> Dossier:
    return Dossier(
        review=row,
        revision=1,
        content=content.decode(),
        digest=sha256(content).hexdigest(),
        recommended=outcome,
        rule=rule,
        reason="voting_opened",
        frozen_at=at,
    )
