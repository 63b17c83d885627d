"""The decision of a review: spell, status, conditions, number and activity in one transaction."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from gates.commands.decisions.terms import Ruling, ruling_problems
from gates.commands.notices import tell_decision
from gates.commands.reviews.closing import close
from gates.commands.states import change_state, lock_review, refuse
from gates.enums import Outcome, ReviewKind, ReviewState
from gates.models import Condition, Decision, GateReview
from gates.queries.acts import Basis, Wanted, basis_of, closing_state, decision_state
from gates.queries.evaluation import day_here
from gates.queries.votes import tally_json
from gates.rules.transitions import closing_blockers, decision_blockers
from gates.rules.verdict import ClosingPlan
from pocgate.identity.commands import require_recent_sign_in
from pocgate.identity.models import User
from pocgate.identity.rules import SignIn
from pocgate.kernel.counters import next_number
from pocgate.kernel.errors import Invalid, Stale
from pocgate.ledger.commands import Act, record
from portfolio.commands.lifecycle import PauseTerms, apply_move
from portfolio.rules.transitions import StageMove, move_of_outcome
from scoring.queries.playbooks import playbook_of
from scoring.rules.playbook import Playbook


def decide(*, review_id: int, ruling: Ruling, actor: User, sign_in: SignIn, now: datetime) -> Decision:
    """Decide the review. The case is evaluated once more: `Stale` when its verdict is another than the one voted on.

    Raises RecentSignInRequired, Invalid, Stale, and NotAllowedNow (not the chair, vote open, no quorum, a must fails,
    more lenient than vote or policy, reasons or conditions missing).
    """
    require_recent_sign_in(sign_in, now=now)
    with transaction.atomic():
        review = lock_review(review_id)
        playbook = playbook_of(review.playbook_id)
        _check_values(ruling, review, playbook, now)
        _close_when_over(review, playbook, now=now)
        basis = basis_of(review, playbook, now=now)
        state = decision_state(review, _wanted(ruling), basis, actor=actor, now=now)
        if state.dossier_outdated and not state.needs_no_vote and review.state == ReviewState.CLOSED:
            raise Stale("The verdict changed since the vote. Withdraw this review and request the gate again.")
        refuse(decision_blockers(state))
        decision = _write(review, ruling, basis, actor=actor, now=now)
        tell_decision(decision, now=now)
    return decision


def _wanted(ruling: Ruling) -> Wanted:
    plans = tuple(
        ClosingPlan(terms.criterion, terms.owner_id, terms.due_date) for terms in ruling.conditions if terms.criterion
    )
    return Wanted(ruling.outcome, ruling.reason, ruling.reason_code, len(ruling.conditions), plans)


def _check_values(ruling: Ruling, review: GateReview, playbook: Playbook, now: datetime) -> None:
    stage = review.case.stage if review.case.stage is not None else review.gate
    problems = ruling_problems(ruling, stage=stage, playbook=playbook, today=day_here(now))
    if problems:
        raise Invalid(problems)


def _close_when_over(review: GateReview, playbook: Playbook, *, now: datetime) -> None:
    """The time decides, not the job: a vote whose time is over is closed here when no job did."""
    if review.state != ReviewState.VOTING:
        return
    state = closing_state(review, playbook, by_chair=False, now=now)
    if state.is_over and not closing_blockers(state, playbook.voting):
        close(review, state.tally, actor=None, now=now)


def _write(review: GateReview, ruling: Ruling, basis: Basis, *, actor: User, now: datetime) -> Decision:
    stage = review.case.stage if review.case.stage is not None else review.gate
    move = move_of_outcome(
        ruling.outcome,
        gate=review.gate,
        stage=stage,
        pivot_to=ruling.pivot_to,
        scheduled=review.kind == ReviewKind.SCHEDULED,
    )
    kept = dict(tally_json(basis.tally))
    change_state(review, ReviewState.DECIDED, decided_at=now, tally=kept)
    apply_move(
        case_id=review.case_id,
        move=move,
        time_box_days=_time_box(ruling, move, playbook_of(review.playbook_id)),
        pause=_pause_terms(ruling),
        actor=actor,
        now=now,
    )
    decision = _create(review, ruling, basis, kept, actor=actor, now=now)
    after = {
        "number": decision.reference,
        "outcome": decision.outcome,
        "reason_code": decision.reason_code,
        "digest": decision.digest,
        "conditions": len(ruling.conditions),
    }
    record(Act("decision.made", "decision", decision.pk, review.case_id, after=after), actor=actor, now=now)
    return decision


def _create(
    review: GateReview, ruling: Ruling, basis: Basis, kept: dict[str, object], *, actor: User, now: datetime
) -> Decision:
    year = day_here(now).year
    decision = Decision.objects.create(
        year=year,
        # Taken last, because the counter stays locked until the transaction ends.
        number=next_number(f"decisions of {year}"),
        review=review,
        outcome=ruling.outcome,
        reason=ruling.reason.strip(),
        reason_code=ruling.reason_code,
        learning=ruling.learning.strip(),
        funding_amount=ruling.funding_amount,
        funding_until=ruling.funding_until,
        dossier=basis.dossier,
        digest=basis.dossier.digest,
        recommended=basis.found.recommended.outcome,
        tally=kept,
        decided_by=actor,
        decided_at=now,
    )
    Condition.objects.bulk_create(
        Condition(
            decision=decision,
            text=terms.text.strip(),
            criterion=terms.criterion,
            owner_id=terms.owner_id,
            due_date=terms.due_date,
        )
        for terms in ruling.conditions
    )
    return decision


def _time_box(ruling: Ruling, move: StageMove, playbook: Playbook) -> int | None:
    """Days of the stage the case moves into; the last stage is open-ended."""
    if not move.opens_spell:
        return None
    boxes = dict(enumerate(playbook.pace.time_box_days))
    return ruling.time_box_days or boxes.get(move.stage)


def _pause_terms(ruling: Ruling) -> PauseTerms | None:
    if ruling.outcome != Outcome.PAUSE:
        return None
    return PauseTerms(ruling.reason_code, ruling.reason.strip(), ruling.revive_date, ruling.revive_trigger.strip())
