"""Overrides: a ruling more lenient than policy or vote, decided by the chair and a second person together."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from gates.commands.decisions import Ruling
from gates.commands.decisions.decide import check_values, close_when_over, wanted
from gates.commands.decisions.terms import ruling_as_json, ruling_from_json
from gates.commands.decisions.writing import carry_out
from gates.commands.notices import tell_decision
from gates.commands.override_notices import tell_override_refused, tell_override_requested
from gates.commands.pending import note_override
from gates.commands.states import change_state, lock_review, refuse
from gates.commands.texts import check_texts
from gates.enums import OverrideState
from gates.errors import required
from gates.models import Decision, GateReview, OverrideRequest
from gates.queries.acts import Basis, basis_of
from gates.queries.overrides import finding_of, second_state
from gates.queries.seats import presides, standings_of
from gates.rules.overrides import CAP, second_blockers
from pocgate.identity.commands import require_recent_sign_in
from pocgate.identity.models import User
from pocgate.identity.rules import SignIn
from pocgate.kernel.errors import Blocker, Forbidden, Invalid, NotAllowedNow, Stale
from portfolio.enums import TeamRole
from portfolio.models import TeamMember
from scoring.queries.playbooks import playbook_of

NOT_NEEDED = Blocker("override_not_needed", "Neither policy nor vote stands in the way; decide it as it is.")
PENDING_ALREADY = Blocker("override_pending", "An override of this review waits for its second signature already.")
NOT_BUDGET_HOLDER = Blocker(
    "budget_holder_only", "Only the budget holder of the case consents to passing over the cap."
)
NOT_YOURS = Blocker("override_not_yours", "Only who asked for the override, or presides now, takes it back.")


def request_override(*, review_id: int, ruling: Ruling, actor: User, sign_in: SignIn, now: datetime) -> OverrideRequest:
    """Propose a ruling that passes over policy or vote; it is decided when a second person signs it.

    Raises RecentSignInRequired, Invalid, and NotAllowedNow with everything that no override passes over.
    """
    require_recent_sign_in(sign_in, now=now)
    with transaction.atomic():
        review = lock_review(review_id)
        playbook = playbook_of(review.playbook_id)
        check_values(ruling, review, playbook, now)
        if not ruling.reason.strip():
            raise Invalid([required("reason", "why policy or vote is passed over")])
        close_when_over(review, playbook, now=now)
        basis = basis_of(review, playbook, now=now)
        passes_over = _passes_over(review, ruling, basis, actor=actor, now=now)
        if OverrideRequest.objects.filter(review=review, state=OverrideState.PENDING).exists():
            refuse([PENDING_ALREADY])
        request = OverrideRequest.objects.create(
            review=review,
            outcome=ruling.outcome,
            ruling=ruling_as_json(ruling),
            passes_over=list(passes_over),
            reason=ruling.reason.strip(),
            digest=basis.dossier.digest,
            requested_by=actor,
            requested_at=now,
        )
        note_override("override.requested", request, actor=actor, now=now)
        # Rooms that are open elsewhere notice that the review moved on.
        change_state(review, review.state)
        tell_override_requested(request, now=now)
    return request


def consent_to_override(*, override_id: int, actor: User, sign_in: SignIn, now: datetime) -> OverrideRequest:
    """The budget holder lets the cap be passed over."""
    require_recent_sign_in(sign_in, now=now)
    with transaction.atomic():
        review, request = _locked(override_id)
        _refuse_settled(request)
        holders = TeamMember.objects.filter(case=review.case_id, role=TeamRole.BUDGET_HOLDER, ended_at__isnull=True)
        if not actor.is_active or not actor.is_person or not holders.filter(user=actor).exists():
            raise Forbidden(NOT_BUDGET_HOLDER)
        if CAP not in request.passes_over:
            refuse([Blocker("consent_not_needed", "This override passes over no cap.")])
        _change(request, consented_by=actor, consented_at=now)
        note_override("override.consented", request, actor=actor, now=now)
        change_state(review, review.state)
    return request


def sign_override(*, override_id: int, actor: User, sign_in: SignIn, now: datetime) -> Decision:
    """Sign second: the ruling is decided now, as its chair's and flagged for ever.

    The basis is looked at once more. `Stale` when the dossier is another than the one of the request.
    """
    require_recent_sign_in(sign_in, now=now)
    with transaction.atomic():
        review, request = _locked(override_id)
        playbook = playbook_of(review.playbook_id)
        refuse(second_blockers(second_state(review, request, actor, now=now), playbook.overrides))
        ruling = ruling_from_json(request.ruling)
        check_values(ruling, review, playbook, now)
        basis = basis_of(review, playbook, now=now)
        if basis.dossier.digest != request.digest:
            raise Stale("The dossier changed since the override was asked for; ask for it anew.")
        passes_over = _passes_over(review, ruling, basis, actor=request.requested_by, now=now)
        if not set(passes_over) <= set(request.passes_over):
            raise Stale("The override would pass over more than it was asked for; ask for it anew.")
        decision = carry_out(review, ruling, basis, actor=request.requested_by, now=now, is_override=True)
        _change(request, state=OverrideState.SIGNED, settled_by=actor, settled_at=now, decision=decision)
        note_override("override.signed", request, actor=actor, now=now)
        tell_decision(decision, now=now)
    return decision


def refuse_override(*, override_id: int, note: str, actor: User, now: datetime) -> OverrideRequest:
    """Who could sign second refuses, with a reason."""
    return _settle(override_id, OverrideState.REFUSED, note, actor=actor, now=now)


def withdraw_override(*, override_id: int, note: str, actor: User, now: datetime) -> OverrideRequest:
    """Who asked for the override, or who presides now, takes it back."""
    return _settle(override_id, OverrideState.WITHDRAWN, note, actor=actor, now=now)


def _settle(override_id: int, state: str, note: str, *, actor: User, now: datetime) -> OverrideRequest:
    check_texts(note=note)
    if not note.strip():
        raise Invalid([required("note", "why")])
    with transaction.atomic():
        review, request = _locked(override_id)
        _refuse_settled(request)
        if state == OverrideState.WITHDRAWN and not _may_withdraw(request, actor, now):
            raise Forbidden(NOT_YOURS)
        if state == OverrideState.REFUSED:
            found = second_blockers(
                second_state(review, request, actor, now=now), playbook_of(review.playbook_id).overrides
            )
            refuse([blocker for blocker in found if blocker.code != "consent_missing"])
        _change(request, state=state, settled_by=actor, settled_at=now, note=note.strip())
        note_override(f"override.{state}", request, actor=actor, now=now)
        change_state(review, review.state)
        if state == OverrideState.REFUSED:
            tell_override_refused(request, now=now)
    return request


def _may_withdraw(request: OverrideRequest, actor: User, now: datetime) -> bool:
    return request.requested_by_id == actor.pk or presides(actor, standings_of(request.review, now=now))


def _passes_over(review: GateReview, ruling: Ruling, basis: Basis, *, actor: User, now: datetime) -> tuple[str, ...]:
    found = finding_of(review, wanted(ruling), basis, actor=actor, now=now)
    refuse(found.blockers)
    if not found.passes_over:
        raise NotAllowedNow([NOT_NEEDED])
    return found.passes_over


def _locked(override_id: int) -> tuple[GateReview, OverrideRequest]:
    review = lock_review(OverrideRequest.objects.values_list("review_id", flat=True).get(pk=override_id))
    found = OverrideRequest.objects.select_for_update(of=("self",)).select_related("requested_by").get(pk=override_id)
    found.review = review
    return review, found


def _refuse_settled(request: OverrideRequest) -> None:
    if request.state != OverrideState.PENDING:
        refuse([Blocker("override_settled", "This override is {state}.", {"state": request.state})])


def _change(request: OverrideRequest, **fields: object) -> None:
    OverrideRequest.objects.filter(pk=request.pk).update(**fields)
    for name, value in fields.items():
        setattr(request, name, value)
