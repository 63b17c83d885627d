"""Dossiers of reviews: whole for cases with a story, a frame for the others. The digests are true for both."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256

from gates.models import Dossier, GateReview
from gates.queries.dossier import dossier_content
from gates.queries.evaluation import Evaluation, evaluate, plans_from
from gates.rules.digest import canonical_json
from pocgate.demo.plan.shapes import CasePlan, ReviewPlan
from pocgate.demo.writing.frames import Frames
from portfolio.models import UseCase
from scoring.rules.playbook import Playbook


def dossiers_of(plan: CasePlan, review: ReviewPlan, row: GateReview, frames: Frames) -> Iterator[Dossier]:
    """The revisions of a review, not saved yet, oldest first: at the request, and when the vote opened."""
    if not plan.detailed:
        frame = frames.of(plan, review)
        yield _dossier(row, frame.content, review.opened_at or review.requested_at, frame.outcome, frame.rule)
        return
    version = frames.version
    found = _evaluation_then(row, version.rules, review.requested_at)
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


def _evaluation_then(review: GateReview, playbook: Playbook, now: datetime) -> Evaluation:
    """The evaluation at `now`. The row of the case has to be as it was: stage and iteration are read from it."""
    UseCase.objects.filter(pk=review.case_id).update(
        stage=review.gate, status="active", iteration=review.iteration, target_gate_date=None
    )
    review.case.stage, review.case.iteration = review.gate, review.iteration
    plans = plans_from(review.closing_plans)
    return evaluate(review.case, gate=review.gate, playbook=playbook, now=now, plans=plans)
