"""Asking for a gate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from gates.commands.dossiers import freeze
from gates.commands.notices import tell_review_requested
from gates.commands.states import refuse
from gates.commands.texts import check_texts
from gates.enums import ReviewKind, ReviewState
from gates.errors import NO_OWNER_YET, NOT_REQUESTER, unknown
from gates.models import GateReview
from gates.permissions import can_request
from gates.queries.committees import committee_for
from gates.queries.evaluation import Evaluation, day_here
from gates.queries.gaps import has_owner
from gates.queries.precheck import precheck, precheck_blockers
from gates.rules.deadlines import after_working_days
from gates.rules.verdict import ClosingPlan
from pocgate.identity.models import User
from pocgate.kernel.errors import FieldProblem, Forbidden, Invalid
from pocgate.ledger.commands import Act, record
from portfolio.commands.lifecycle import enter_review, lock_case
from portfolio.models import UseCase
from scoring.commands.playbooks import ensure_default_playbook


@dataclass(frozen=True)
class Request:
    """What is asked for. An out-of-cycle `proposal` of `stop` waits for no readiness and needs no vote.

    `convened_reason` is the chair's for convening a review that is not ready. `plans` say who closes which open must
    by when under a conditional go.
    """

    kind: str = ReviewKind.SCHEDULED.value
    proposal: str = ""
    convened_reason: str = ""
    plans: tuple[ClosingPlan, ...] = ()


def request_review(*, case_id: int, request: Request, actor: User, now: datetime) -> GateReview:
    """Open a review of the case at its next gate and freeze the first revision of its dossier.

    Raises Forbidden, Invalid, and NotAllowedNow with everything that stands in the way, who mends it and how.
    """
    _check_values(request)
    check_texts(convened_reason=request.convened_reason)
    with transaction.atomic():
        version = ensure_default_playbook(now=now)
        case = UseCase.objects.select_related("department", "unit").get(pk=lock_case(case_id).pk)
        committee = committee_for(case, case.stage) if case.stage is not None else None
        if not can_request(actor, case, committee, now=now):
            raise Forbidden(NOT_REQUESTER if has_owner(case) else NO_OWNER_YET)
        found = precheck(case, kind=request.kind, proposal=request.proposal, plans=request.plans, actor=actor, now=now)
        refuse(precheck_blockers(found, reason=request.convened_reason))
        if committee is None or found.evaluation is None or version.pk is None:  # refused or published above
            raise AssertionError("a request without committee, stage or playbook passed the blockers")
        place = {"playbook_id": version.pk, "committee_id": committee.pk}
        return begin_review(case, request, found.evaluation, place, actor=actor, now=now)


def begin_review(
    case: UseCase,
    request: Request,
    found: Evaluation,
    place: Mapping[str, int],
    *,
    actor: User | None,
    now: datetime,
    trigger: str = "",
) -> GateReview:
    """Open the review of the locked case, freeze its dossier and tell chair and compliance.

    `place` names playbook and committee. Nobody is the actor of a review that opens by itself, for its `trigger`.
    """
    review = _open(case, request, found, place, actor=actor, now=now, trigger=trigger)
    freeze(review, found, reason="requested", actor=actor, now=now)
    enter_review(case_id=case.pk, actor=actor, now=now)
    tell_review_requested(review, now=now)
    return review


def _check_values(request: Request) -> None:
    problems: list[FieldProblem] = []
    if request.kind not in ReviewKind.values:
        problems.append(unknown("kind", request.kind))
    if request.proposal not in ("", "stop"):
        problems.append(unknown("proposal", request.proposal))
    if request.proposal == "stop" and request.kind != ReviewKind.OUT_OF_CYCLE:
        message = "A proposal to stop is made by a review out of cycle."
        problems.append(FieldProblem("proposal", "out_of_cycle_only", message))
    if problems:
        raise Invalid(problems)


def _open(
    case: UseCase,
    request: Request,
    found: Evaluation,
    place: Mapping[str, int],
    *,
    actor: User | None,
    now: datetime,
    trigger: str,
) -> GateReview:
    policy = found.playbook.gate(found.gate)
    review = GateReview.objects.create(
        case=case,
        gate=found.gate,
        iteration=case.iteration,
        kind=request.kind,
        state=ReviewState.REQUESTED,
        proposal=request.proposal,
        **place,
        status_before=case.status,
        convened_reason=request.convened_reason.strip(),
        trigger=trigger,
        requested_by=actor,
        requested_at=now,
        decide_by=after_working_days(day_here(now), policy.decide_within_working_days),
        closing_plans=stored_plans(request.plans),
    )
    after = {"gate": review.gate, "kind": review.kind, "proposal": review.proposal, "status_before": case.status}
    after |= {"trigger": trigger} if trigger else {}
    record(Act("review.requested", "review", review.pk, case.pk, after=after), actor=actor, now=now)
    return review


def stored_plans(plans: Sequence[ClosingPlan]) -> list[dict[str, object]]:
    """Closing plans as a review keeps them."""
    return [{"criterion": plan.criterion, "owner": plan.owner_id, "due": _iso(plan.due)} for plan in plans]


def _iso(day: date) -> str:
    return day.isoformat()
