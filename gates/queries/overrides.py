"""What an override of a review depends on now, who may act on one, and those that wait."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from gates.enums import OverrideState, ReviewState
from gates.models import GateReview, OverrideRequest, Recusal, Seat
from gates.queries.acts import Basis, Wanted, decision_state, filled_in
from gates.queries.committees import delegations_in_force, in_conflict
from gates.queries.evaluation import Evaluation, with_plans
from gates.queries.seats import SeatStanding, presides, standing_of, standings_of
from gates.rules.overrides import CAP, OverrideFinding, SecondState, excused, override_finding, second_blockers
from gates.rules.transitions import DecisionState, decision_blockers
from gates.rules.verdict import blocking_musts, open_musts, recommend
from pocgate.identity.models import User
from pocgate.kernel.errors import Blocker
from portfolio.enums import TeamRole
from portfolio.models import TeamMember, UseCase
from scoring.queries.playbooks import current_playbook, playbook_of


def overrides_visible_to(user: User, *, now: datetime) -> QuerySet[OverrideRequest]:
    """Overrides of the cases that a person sees, the newest first."""
    cases = UseCase.objects.visible_to(user, now=now).values("pk")
    people = ("requested_by", "settled_by", "consented_by", "decision", "review__case", "review__committee")
    return OverrideRequest.objects.filter(review__case__in=cases).select_related(*people).order_by("-pk")


def overrides_of(review: GateReview) -> list[OverrideRequest]:
    """Every override asked for at the review, the newest first; there is none before the close of its vote."""
    if review.state not in (ReviewState.CLOSED, ReviewState.DECIDED, ReviewState.WITHDRAWN):
        return []
    people = ("requested_by", "consented_by", "settled_by", "decision")
    return list(OverrideRequest.objects.filter(review=review).select_related(*people).order_by("-pk"))


def override_of(review: GateReview) -> OverrideRequest | None:
    """The override by which the review was decided."""
    people = ("requested_by", "settled_by", "consented_by")
    return OverrideRequest.objects.filter(review=review, state=OverrideState.SIGNED).select_related(*people).first()


def overrides_in_force() -> QuerySet[OverrideRequest]:
    """Those that wait while their review can still be decided, the first to be decided first."""
    pending = OverrideRequest.objects.filter(state=OverrideState.PENDING, review__state=ReviewState.CLOSED)
    joined = pending.select_related("requested_by", "review__case", "review__committee")
    return joined.order_by("review__decide_by", "pk")


def finding_of(review: GateReview, wanted: Wanted, basis: Basis, *, actor: User, now: datetime) -> OverrideFinding:
    """What this decision has to pass over, or what no override passes over."""
    return _finding(decision_state(review, wanted, basis, actor=actor, now=now), wanted, basis)


def outcomes_by_override(
    review: GateReview,
    basis: Basis,
    standings: tuple[SeatStanding, ...],
    outcomes: Collection[str],
    *,
    actor: User,
    now: datetime,
) -> Mapping[str, tuple[str, ...]]:
    """Those of the outcomes that an override makes possible, and what each would have to pass over."""
    found = {}
    for outcome in outcomes:
        wanted = filled_in(basis, outcome, actor=actor)
        plain = decision_state(review, wanted, basis, actor=actor, now=now, standings=standings)
        finding = _finding(plain, wanted, basis)
        if finding.passes_over and not finding.blockers:
            found[outcome] = finding.passes_over
    return found


def _finding(plain: DecisionState, wanted: Wanted, basis: Basis) -> OverrideFinding:
    def blockers_when(names: Collection[str]) -> Sequence[Blocker]:
        found = with_plans(_excused(basis.found, wanted, names), wanted.plans)
        state = replace(
            plain,
            recommended=found.recommended,
            results=found.readiness.results,
            musts_open=tuple(result.key for result in found.open_musts),
            musts_blocking=tuple(result.key for result in found.blocking),
        )
        return decision_blockers(state)

    return override_finding(basis.found.playbook.overrides, blockers_when)


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


def second_state(
    review: GateReview,
    request: OverrideRequest,
    actor: User,
    *,
    now: datetime,
    standings: tuple[SeatStanding, ...] | None = None,
) -> SecondState:
    """What a second signature of this person depends on. `standings` are those of this moment, where known."""
    own = standing_of(actor, standings_of(review, now=now) if standings is None else standings)
    in_person = own is not None and own.is_able and own.delegation is None
    return SecondState(
        state=request.state,
        is_person=actor.is_person and actor.is_active,
        is_requester=request.requested_by_id == actor.pk,
        seat_role=str(own.seat.role) if own is not None and in_person else "",
        needs_consent=CAP in request.passes_over,
        has_consent=request.consented_at is not None,
    )


def second_signers(request: OverrideRequest, standings: Sequence[SeatStanding]) -> tuple[int, ...]:
    """The ids of those who could sign it second: seats of the roles named, able and filled in person."""
    roles = playbook_of(request.review.playbook_id).overrides.second_signature_roles
    return tuple(
        standing.seat.user_id
        for standing in standings
        if standing.is_able
        and standing.delegation is None
        and standing.seat.role in roles
        and standing.seat.user_id != request.requested_by_id
    )


def consenters(request: OverrideRequest) -> tuple[int, ...]:
    """The ids of the budget holders whose consent is still missing; nobody where no cap is passed over."""
    if CAP not in request.passes_over or request.consented_at is not None:
        return ()
    holders = TeamMember.objects.filter(
        case=request.review.case_id, role=TeamRole.BUDGET_HOLDER, ended_at__isnull=True, user__is_active=True
    )
    return tuple(holders.order_by("pk").values_list("user_id", flat=True))


@dataclass(frozen=True)
class ShownOverride:
    """An override as one person sees it, and what they may do about it. `blockers` explain a signature refused yet."""

    request: OverrideRequest
    may_sign: bool
    may_refuse: bool
    may_consent: bool
    may_withdraw: bool
    blockers: tuple[Blocker, ...] = ()


def shown_override(
    request: OverrideRequest, viewer: User, standings: tuple[SeatStanding, ...], *, now: datetime
) -> ShownOverride:
    """The pending override with what the viewer may do, by the rules that refuse the commands."""
    review = request.review
    state = second_state(review, request, viewer, now=now, standings=standings)
    found = second_blockers(state, playbook_of(review.playbook_id).overrides)
    may_refuse = all(blocker.code == "consent_missing" for blocker in found)
    return ShownOverride(
        request=request,
        may_sign=not found,
        may_refuse=may_refuse,
        may_consent=viewer.is_person and viewer.pk in consenters(request),
        may_withdraw=viewer.pk == request.requested_by_id or presides(viewer, standings),
        blockers=tuple(found) if may_refuse else (),
    )


def overrides_waiting_for(user: User, *, now: datetime) -> list[OverrideRequest]:
    """Those that wait for this person: for the second signature, or for the consent of the budget holder."""
    holders = TeamMember.objects.filter(user=user, role=TeamRole.BUDGET_HOLDER, ended_at__isnull=True)
    budgets = holders.filter(case=OuterRef("review__case"))
    signs = Exists(_seats_that_sign(user, now)) & ~Exists(_conflicts(user, now)) & ~Q(requested_by=user)
    rows = overrides_in_force().annotate(holds_budget=Exists(budgets), signs_second=signs)
    found = rows.filter(Q(holds_budget=True) | Q(signs_second=True))
    return [row for row in found if row.signs_second or (CAP in row.passes_over and row.consented_at is None)]


def _seats_that_sign(user: User, now: datetime) -> QuerySet[Seat]:
    """The person's own seat as the vote closed: of a role that signs second, neither recused nor delegated."""
    review, closed_at = OuterRef(OuterRef("review")), OuterRef("review__closed_at")
    recused = Recusal.objects.filter(review=review, seat=OuterRef("pk"))
    return (
        Seat.objects.filter(
            Q(ended_at__isnull=True) | Q(ended_at__gt=closed_at),
            user=user,
            committee=OuterRef("review__committee"),
            started_at__lte=closed_at,
            role__in=current_playbook().overrides.second_signature_roles,
        )
        .exclude(Exists(recused))
        .exclude(Exists(delegations_in_force(now).filter(seat=OuterRef("pk"))))
    )


def _conflicts(user: User, now: datetime) -> QuerySet[TeamMember]:
    recent = in_conflict(now)
    return TeamMember.objects.filter(recent, case=OuterRef("review__case"), user=user)
