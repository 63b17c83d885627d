"""What each act on a review depends on now: the same states grey a button, explain why, and refuse the command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from gates.enums import Outcome, ReviewKind, ReviewState, ReviewTrigger
from gates.models import Dossier, GateReview, ReviewProposal
from gates.queries.dossier import content_of, material
from gates.queries.evaluation import Evaluation, evaluate, plans_from, with_plans
from gates.queries.precheck import missing_blocker, missing_of
from gates.queries.seats import SeatStanding, presides, standing_of, standings_of
from gates.queries.votes import Table, current_dossier, table_of, tally_of
from gates.rules.tally import Tally
from gates.rules.transitions import ClosingState, DecisionState, OpeningState, decision_blockers
from gates.rules.verdict import ClosingPlan
from pocgate.identity.models import User
from pocgate.kernel.errors import Blocker
from portfolio.enums import Status
from scoring.queries.playbooks import playbook_of
from scoring.queries.probe_facts.basics import facts_of
from scoring.rules.playbook import Playbook
from scoring.rules.vocabulary import NOT_READY


def evaluate_review(review: GateReview, *, now: datetime) -> Evaluation:
    """The case of the review as it stands now, under the playbook the review was opened with."""
    playbook = playbook_of(review.playbook_id)
    plans = plans_from(review.closing_plans)
    return evaluate(
        review.case,
        gate=review.gate,
        playbook=playbook,
        now=now,
        plans=plans,
        requested_at=review.requested_at,
        overrun=_overrun(review),
    )


def _overrun(review: GateReview) -> str:
    if review.trigger != ReviewTrigger.TIME_BOX:
        return ""
    opened = ReviewProposal.objects.filter(review=review, trigger=ReviewTrigger.TIME_BOX)
    return opened.values_list("recommended", flat=True).first() or ""


def opening_state(
    review: GateReview,
    standings: tuple[SeatStanding, ...],
    *,
    actor: User,
    closes_at: datetime | None,
    now: datetime,
) -> OpeningState:
    """What opening depends on. The chair's first act may be to open the vote: preparation then begins with it."""
    state = review.state
    return OpeningState(
        review_status=ReviewState.IN_PREPARATION if state == ReviewState.REQUESTED else state,
        is_chair=presides(actor, standings),
        now=now,
        closes_at=closes_at,
        able_seats=sum(standing.is_able for standing in standings),
        min_voters=playbook_of(review.playbook_id).gate(review.gate).min_voters,
        has_dossier=current_dossier(review) is not None,
    )


def readiness_blockers(found: Evaluation, reason: str) -> list[Blocker]:
    """Why the review is not convened: each thing missing; none when the chair gave a reason to convene it."""
    if found.recommended.outcome != NOT_READY or reason:
        return []
    missing = [missing for missing in missing_of(found) if not missing.may_stay_open]
    titles = ", ".join(str(missing.criterion.title) for missing in missing)
    message = "The case is not ready. Missing: {missing}. The chair may convene it all the same with a reason."
    return [Blocker("not_ready", message, {"missing": titles}), *(missing_blocker(one) for one in missing)]


def closing_state(
    review: GateReview, playbook: Playbook, *, by_chair: bool, now: datetime, table: Table | None = None
) -> ClosingState:
    """What closing depends on, with the tally of this moment."""
    facts = facts_of([review.case_id], now=now)[review.case_id]
    return ClosingState(
        review_status=review.state,
        by_chair=by_chair,
        now=now,
        voting_closes_at=review.voting_closes_at,
        tally=tally_of(review, playbook=playbook, facts=facts, now=now, table=table),
        extensions_used=review.extensions,
    )


@dataclass(frozen=True)
class Basis:
    """What a decision rests on: the dossier voted on, the case evaluated afresh, and the count."""

    dossier: Dossier
    found: Evaluation
    tally: Tally


def basis_of(review: GateReview, playbook: Playbook, *, now: datetime, table: Table | None = None) -> Basis:
    """The basis at this moment, from `table` where it was read before."""
    table = table or table_of(review, now=now)
    if table.dossier is None:
        raise AssertionError("a review is never without a dossier")
    found = evaluate_review(review, now=now)
    return Basis(table.dossier, found, tally_of(review, playbook=playbook, facts=found.facts, now=now, table=table))


@dataclass(frozen=True)
class Wanted:
    """What somebody wants to decide. `plans` are the conditions that close open musts, of `conditions` in all."""

    outcome: str
    reason: str = ""
    reason_code: str = ""
    conditions: int = 0
    plans: tuple[ClosingPlan, ...] = ()


def decision_state(
    review: GateReview,
    wanted: Wanted,
    basis: Basis,
    *,
    actor: User,
    now: datetime,
    standings: tuple[SeatStanding, ...] | None = None,
) -> DecisionState:
    """What the decision depends on at this moment. The chair's conditions count as plans to close open musts.

    `standings` are those of this moment, where they were read before.
    """
    standings = standings_of(review, now=now) if standings is None else standings
    planned = with_plans(basis.found, wanted.plans)
    own = standing_of(actor, standings)
    return DecisionState(
        review_status=review.state,
        is_chair=presides(actor, standings),
        in_conflict=bool(own and own.conflict),
        outcome=wanted.outcome,
        reason=wanted.reason,
        reason_code=wanted.reason_code,
        conditions=wanted.conditions,
        tally=basis.tally,
        recommended=planned.recommended,
        results=planned.readiness.results,
        musts_open=tuple(result.key for result in planned.open_musts),
        musts_blocking=tuple(result.key for result in planned.blocking),
        dossier_outdated=verdict_changed(basis.dossier, basis.found),
        is_reopening=review.status_before == Status.STOPPED,
        is_stop_proposal=review.kind == ReviewKind.OUT_OF_CYCLE and review.proposal == Outcome.STOP,
    )


def verdict_changed(dossier: Dossier, found: Evaluation) -> bool:
    """Whether the recommended outcome or the verdict of a must is another than in the dossier."""
    frozen, fresh = content_of(dossier)["material"], material(found)
    return any(frozen[name] != fresh[name] for name in ("recommended", "musts"))


def filled_in(basis: Basis, outcome: str, *, actor: User) -> Wanted:
    """An outcome with everything that the form asks for.

    A conditional go is judged as if every open must that may be closed later had a condition of its own.
    """
    today = basis.found.inputs.today
    plans = tuple(ClosingPlan(must.key, actor.pk, today) for must in basis.found.open_musts if must.closable)
    return Wanted(outcome, "given", "data", 1, plans if outcome == Outcome.CONDITIONAL_GO else ())


def outcome_blockers(
    review: GateReview, basis: Basis, standings: tuple[SeatStanding, ...], *, actor: User, now: datetime
) -> Mapping[str, list[Blocker]]:
    """For each outcome, why it can not be decided whatever else is filled in; empty where it can."""
    found = {}
    for outcome in Outcome.values:
        wanted = filled_in(basis, outcome, actor=actor)
        state = decision_state(review, wanted, basis, actor=actor, now=now, standings=standings)
        found[outcome] = decision_blockers(state)
    return found
