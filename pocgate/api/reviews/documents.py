"""Reviews, decisions and checklists as one caller may see them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from gates.models import Condition, Decision, Dossier, GateReview, VetoAppeal, Vote, VoteChange
from gates.queries.checklists import Checklist, ChecklistItem
from gates.queries.vetoes import appeals_of
from gates.queries.votes import Place, current_dossier, visible_votes
from pocgate.api.cases.columns import reference
from pocgate.identity.models import User
from portfolio.models import EvidenceRevision
from scoring.queries.playbooks import playbook_of


def review_in_short(review: GateReview) -> dict[str, Any]:
    """A review for lists; nothing in it comes from a vote."""
    return {
        "id": review.pk,
        "reference": reference(review.case.number),
        "title": review.case.title,
        "gate": review.gate,
        "iteration": review.iteration,
        "kind": review.kind,
        "state": review.state,
        "proposal": review.proposal or None,
        "committee": review.committee.name,
        "requested_by": review.requested_by.username if review.requested_by else None,
        "requested_at": review.requested_at,
        "decide_by": review.decide_by,
        "voting_opened_at": review.voting_opened_at,
        "voting_closes_at": review.voting_closes_at,
        "closed_at": review.closed_at,
        "decided_at": review.decided_at,
        "withdrawn_at": review.withdrawn_at,
        "version": review.version,
    }


def review_document(review: GateReview, viewer: User | None, *, now: datetime) -> dict[str, Any]:
    """A review with its table. Votes are read by the gates' one query; nobody in particular (None) sees least."""
    dossier = current_dossier(review)
    places = visible_votes(review, viewer, playbook=playbook_of(review.playbook_id), now=now)
    decision = Decision.objects.filter(review=review, corrected_by__isnull=True).order_by("-pk").first()
    return {
        **review_in_short(review),
        "convened_reason": review.convened_reason or None,
        "withdrawal_reason": review.withdrawal_reason or None,
        "dossier": dossier_in_short(dossier) if dossier else None,
        "seats": [_seat(place) for place in places],
        "tally": review.tally or None,
        "veto_appeals": [_appeal(appeal) for appeal in appeals_of(review)],
        "decision": decision.reference if decision else None,
    }


def dossier_in_short(dossier: Dossier) -> dict[str, Any]:
    """A revision of the dossier without its content."""
    return {
        "revision": dossier.revision,
        "digest": dossier.digest,
        "recommended": dossier.recommended,
        "rule": dossier.rule,
        "frozen_at": dossier.frozen_at,
    }


def _seat(place: Place) -> dict[str, Any]:
    standing = place.standing
    return {
        "seat": standing.seat.pk,
        "username": standing.seat.user.username,
        "filled_by": standing.filled_by.username,
        "delegated_until": standing.delegation.ends_at if standing.delegation else None,
        "name": str(standing.seat.user),
        "role": standing.seat.role,
        "discipline": standing.seat.discipline,
        "weight": 0 if standing.signed else standing.seat.weight,
        "can_vote": place.can_vote,
        "ended_at": standing.seat.ended_at if standing.is_over else None,
        "conflict": standing.conflict or None,
        "recusal": standing.recusal or None,
        "has_voted": place.has_voted,
        "is_stale": place.is_stale,
        "vote": _vote(place.vote, place.history) if place.vote else None,
    }


def _appeal(appeal: VetoAppeal) -> dict[str, Any]:
    return {
        "id": appeal.pk,
        "seat": appeal.vote.seat_id,
        "criterion": appeal.criterion,
        "text": appeal.text,
        "appealed_by": appeal.appealed_by.username,
        "appealed_at": appeal.appealed_at,
        "answer": appeal.answer or None,
        "answered_by": appeal.answered_by.username if appeal.answered_by else None,
        "answered_at": appeal.answered_at,
    }


def _vote(vote: Vote, history: Sequence[VoteChange]) -> dict[str, Any]:
    return {
        **_ballot(vote),
        "veto_lifted_at": vote.veto_lifted_at,
        "veto_lifted_by": vote.veto_lifted_by.username if vote.veto_lifted_by else None,
        "veto_lift_note": vote.veto_lift_note or None,
        "changed_at": vote.changed_at,
        "changed_after_sight": vote.changed_after_sight,
        "history": [_ballot(change) for change in history],
    }


def _ballot(cast: Vote | VoteChange) -> dict[str, Any]:
    return {
        "outcome": cast.outcome,
        "rationale": cast.rationale,
        "conditions": cast.conditions,
        "veto_criterion": cast.veto_criterion or None,
        "veto_lifts_when": cast.veto_lifts_when or None,
        "confidence": cast.confidence,
        "dossier_revision": cast.dossier.revision,
        "cast_by": cast.cast_by.username,
        "by_delegate": cast.delegation_id is not None,
        "cast_at": cast.cast_at,
    }


def decision_document(decision: Decision) -> dict[str, Any]:
    """A decision with its conditions and the digest of the dossier it was taken on."""
    review, corrected = decision.review, getattr(decision, "corrected_by", None)
    return {
        "number": decision.reference,
        "review": review.pk,
        "reference": reference(review.case.number),
        "title": review.case.title,
        "gate": review.gate,
        "outcome": decision.outcome,
        "recommended": decision.recommended,
        "reason": decision.reason or None,
        "reason_code": decision.reason_code or None,
        "learning": decision.learning or None,
        "funding_amount": decision.funding_amount,
        "funding_until": decision.funding_until,
        "funding_people": decision.funding_people,
        "freed_amount": decision.freed_amount,
        "freed_people": decision.freed_people,
        "release": decision.release.label if decision.release else None,
        "thresholds": decision.thresholds,
        "pivot_changes": {
            place: {"before": pair[0], "after": pair[1]} for place, pair in decision.pivot_changes.items()
        },
        "is_override": decision.is_override,
        "musts_open": decision.musts_open,
        "musts_waived": decision.musts_waived,
        "corrects": decision.corrects.reference if decision.corrects else None,
        "correction_note": decision.correction_note or None,
        "corrected_by": corrected.reference if corrected else None,
        "decided_by": decision.decided_by.username,
        "decided_at": decision.decided_at,
        "dossier_revision": decision.dossier.revision,
        "dossier_digest": decision.digest,
        "tally": decision.tally or None,
        "conditions": [condition_document(condition) for condition in decision.conditions.all()],
    }


def condition_document(condition: Condition) -> dict[str, Any]:
    """A condition, and how it was cleared."""
    evidence = condition.clearing_evidence
    return {
        "id": condition.pk,
        "text": condition.text,
        "criterion": condition.criterion or None,
        "owner": condition.owner.username,
        "due_date": condition.due_date,
        "cleared_at": condition.cleared_at,
        "cleared_by": condition.cleared_by.username if condition.cleared_by else None,
        "clearing_note": condition.clearing_note or None,
        "clearing_evidence": _revision(evidence) if evidence else None,
    }


def checklist_document(checklist: Checklist) -> dict[str, Any]:
    """What compliance signs at the case's next gate."""
    return {
        "reference": reference(checklist.case.number),
        "gate": checklist.gate,
        "review": checklist.review.pk if checklist.review else None,
        "due_date": checklist.due_date,
        "is_open": checklist.is_open,
        "items": [_item(item) for item in checklist.items],
    }


def _item(item: ChecklistItem) -> dict[str, Any]:
    signed = item.sign_off
    return {
        "criterion": item.key,
        "title": item.title,
        "asks": item.asks,
        "kind": item.kind,
        "level": item.level,
        "state": item.state,
        "is_due": item.is_due,
        "comment": (signed.comment or None) if signed else None,
        "signed_by": signed.signed_by.username if signed else None,
        "signed_at": signed.signed_at if signed else None,
        "bound_revisions": [_revision(entry.revision) for entry in item.bound],
        "named_revisions": [_revision(revision) for revision in item.named],
    }


def _revision(revision: EvidenceRevision) -> dict[str, Any]:
    return {
        "id": revision.pk,
        "evidence": revision.evidence_id,
        "number": revision.number,
        "sha256": revision.sha256,
        "valid_until": revision.valid_until,
    }
