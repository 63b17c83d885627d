"""What an override of a review depends on now, and those that wait."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from django.db.models import QuerySet

from gates.models import GateReview, OverrideRequest
from gates.queries.acts import Basis, Wanted, decision_state
from gates.queries.evaluation import Evaluation
from gates.queries.seats import standing_of, standings_of
from gates.rules.overrides import CAP, OverrideFinding, SecondState, excused, override_finding
from gates.rules.transitions import decision_blockers
from gates.rules.verdict import blocking_musts, open_musts, recommend
from pocgate.identity.models import User
from pocgate.kernel.errors import Blocker
from portfolio.models import UseCase


def overrides_visible_to(user: User, *, now: datetime) -> QuerySet[OverrideRequest]:
    """Overrides of the cases that a person sees, the newest first."""
    cases = UseCase.objects.visible_to(user, now=now).values("pk")
    people = ("requested_by", "settled_by", "consented_by", "decision", "review__case")
    return OverrideRequest.objects.filter(review__case__in=cases).select_related(*people).order_by("-pk")


def finding_of(review: GateReview, wanted: Wanted, basis: Basis, *, actor: User, now: datetime) -> OverrideFinding:
    """What this decision has to pass over, or what no override passes over."""
    plain = decision_state(review, wanted, basis, actor=actor, now=now)

    def blockers_when(names: Collection[str]) -> Sequence[Blocker]:
        changed = replace(basis, found=_excused(basis.found, wanted, names))
        state = decision_state(review, wanted, changed, actor=actor, now=now)
        return decision_blockers(replace(state, dossier_outdated=plain.dossier_outdated))

    return override_finding(basis.found.playbook.overrides, blockers_when)


def second_state(review: GateReview, request: OverrideRequest, actor: User, *, now: datetime) -> SecondState:
    """What a second signature of this person depends on."""
    own = standing_of(actor, standings_of(review, now=now))
    in_person = own is not None and own.is_able and own.delegation is None
    return SecondState(
        state=request.state,
        is_person=actor.is_person and actor.is_active,
        is_requester=request.requested_by_id == actor.pk,
        seat_role=str(own.seat.role) if own is not None and in_person else "",
        needs_consent=CAP in request.passes_over,
        has_consent=request.consented_at is not None,
    )


def _excused(found: Evaluation, wanted: Wanted, names: Collection[str]) -> Evaluation:
    planned = replace(found.inputs, closing_plans=(*found.inputs.closing_plans, *wanted.plans))
    changed = excused(planned, names, wanted.outcome)
    inputs = replace(changed, closing_plans=found.inputs.closing_plans)
    return replace(
        found,
        inputs=inputs,
        readiness=replace(found.readiness, results=inputs.results),
        recommended=recommend(found.playbook, inputs),
        open_musts=open_musts(inputs.results),
        blocking=blocking_musts(inputs, found.playbook),
    )
