"""Freezing a dossier: canonical JSON with its SHA-256, a new revision each time, nothing ever overwritten."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from gates.commands.notices import tell_vote_stale
from gates.commands.states import lock_review
from gates.enums import ReviewState
from gates.models import Dossier, GateReview, Vote
from gates.queries.acts import evaluate_review
from gates.queries.dossier import content_of, dossier_content, material, material_changes
from gates.queries.evaluation import Evaluation
from gates.queries.seats import standings_of
from gates.queries.versions import version_of
from gates.queries.votes import current_dossier
from gates.rules.digest import canonical_json, sha256_of
from pocgate.identity.models import User
from pocgate.ledger.commands import Act, record


def freeze(review: GateReview, found: Evaluation, *, reason: str, actor: User | None, now: datetime) -> Dossier:
    """Write the next revision, in the caller's transaction and under the review's lock.

    `reason` is `requested`, `voting_opened` or `material_change`.
    """
    content = dossier_content(review, version_of(review), found, now=now)
    latest = current_dossier(review)
    dossier = Dossier.objects.create(
        review=review,
        revision=latest.revision + 1 if latest else 1,
        content=canonical_json(content).decode(),
        digest=sha256_of(content),
        recommended=found.recommended.outcome,
        rule=found.recommended.rule,
        reason=reason,
        frozen_at=now,
    )
    after = {"revision": dossier.revision, "digest": dossier.digest, "reason": reason}
    record(Act("review.dossier_frozen", "review", review.pk, review.case_id, after=after), actor=actor, now=now)
    return dossier


def refreeze_when_material(*, review_id: int, actor: User | None, now: datetime) -> Dossier | None:
    """While voting: a new revision when something material changed since the last one, else None.

    Votes on the older revision no longer count until their voters confirm them.
    """
    with transaction.atomic():
        review = lock_review(review_id)
        latest = current_dossier(review)
        if review.state != ReviewState.VOTING or latest is None:
            return None
        found = evaluate_review(review, now=now)
        counted = found.playbook.voting.material
        if not material_changes(content_of(latest)["material"], material(found), counted):
            return None
        dossier = freeze(review, found, reason="material_change", actor=actor, now=now)
        stale = set(Vote.objects.filter(review=review).exclude(dossier=dossier).values_list("seat", flat=True))
        voters = {one.voter_id for one in standings_of(review, now=now) if one.is_voter and one.seat.pk in stale}
        tell_vote_stale(review, dossier.revision, sorted(voters), now=now)
        return dossier
