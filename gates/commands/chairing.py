"""What the chair does to a case outside a review: end a pause, extend a time-box once, convene a review."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from gates.commands.reviews import Request, request_review
from gates.commands.texts import check_texts
from gates.enums import ReviewKind
from gates.errors import NOT_CHAIR, required
from gates.models import GateReview, ReviewProposal
from gates.permissions import is_chair_of
from gates.queries.committees import committee_for
from gates.queries.proposals import open_proposals
from pocgate.identity.models import User
from pocgate.kernel.errors import Forbidden, Invalid
from portfolio.commands.clock import extend_time_box
from portfolio.commands.lifecycle import resume
from portfolio.models import StageSpell, UseCase
from scoring.queries.playbooks import current_playbook


def resume_case(*, case_id: int, reason: str, actor: User, now: datetime) -> UseCase:
    """Paused → active, by the chair of the next gate, with a reason. Raises Forbidden, Invalid, NotAllowedNow."""
    _check(reason)
    with transaction.atomic():
        _require_chair(case_id, actor, now)
        return resume(case_id=case_id, reason=reason.strip(), actor=actor, now=now)


def extend_stage(*, case_id: int, days: int, reason: str, actor: User, now: datetime) -> StageSpell:
    """Extend the time-box of the present stage once, by at most the playbook's share. Raises as `resume_case`."""
    _check(reason)
    with transaction.atomic():
        _require_chair(case_id, actor, now)
        share = current_playbook().pace.extension_share
        return extend_time_box(case_id=case_id, days=days, share=share, reason=reason.strip(), actor=actor, now=now)


def convene_review(*, case_id: int, reason: str, actor: User, now: datetime) -> GateReview:
    """Open a review out of cycle, such as one that is proposed. Raises as `request_review`, and without a reason.

    It settles what was proposed until now, and names the first of it as its trigger.
    """
    _check(reason)
    with transaction.atomic():
        _require_chair(case_id, actor, now)
        proposals = open_proposals([case_id])
        request = Request(kind=ReviewKind.OUT_OF_CYCLE.value, convened_reason=reason.strip())
        review = request_review(case_id=case_id, request=request, actor=actor, now=now)
        if proposals:
            review.trigger = proposals[0].trigger
            review.save(update_fields=["trigger"])
            ReviewProposal.objects.filter(pk__in=[each.pk for each in proposals]).update(review=review)
        return review


def _check(reason: str) -> None:
    check_texts(reason=reason)
    if not reason.strip():
        raise Invalid([required("reason", "a reason")])


def _require_chair(case_id: int, actor: User, now: datetime) -> None:
    case = UseCase.objects.select_related("department", "unit").get(pk=case_id)
    committee = committee_for(case, case.stage) if case.stage is not None else None
    if not is_chair_of(actor, committee, now=now):
        raise Forbidden(NOT_CHAIR)
