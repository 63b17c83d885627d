"""The decision of a review: spell, status, conditions, number and activity in one transaction."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from gates.commands.decisions.terms import Ruling, ruling_problems
from gates.commands.decisions.writing import carry_out
from gates.commands.notices import tell_decision
from gates.commands.pending import set_aside_override
from gates.commands.reviews.closing import close
from gates.commands.states import lock_review, refuse
from gates.enums import ReviewState
from gates.models import Decision, GateReview
from gates.queries.acts import Wanted, basis_of, closing_state, decision_state
from gates.queries.evaluation import day_here
from gates.rules.transitions import closing_blockers, decision_blockers
from gates.rules.verdict import ClosingPlan
from pocgate.identity.commands import require_recent_sign_in
from pocgate.identity.models import User
from pocgate.identity.rules import SignIn
from pocgate.kernel.errors import Invalid, Stale
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
        check_values(ruling, review, playbook, now)
        close_when_over(review, playbook, now=now)
        basis = basis_of(review, playbook, now=now)
        state = decision_state(review, wanted(ruling), basis, actor=actor, now=now)
        if state.dossier_outdated and not state.needs_no_vote and review.state == ReviewState.CLOSED:
            raise Stale("The verdict changed since the vote. Withdraw this review and request the gate again.")
        refuse(decision_blockers(state))
        set_aside_override(review, _("The review was decided without it."), actor=actor, now=now)
        decision = carry_out(review, ruling, basis, actor=actor, now=now)
        tell_decision(decision, now=now)
    return decision


def wanted(ruling: Ruling) -> Wanted:
    """The ruling as the rules judge it; conditions that close a must are its plans."""
    plans = tuple(
        ClosingPlan(terms.criterion, terms.owner_id, terms.due_date) for terms in ruling.conditions if terms.criterion
    )
    return Wanted(ruling.outcome, ruling.reason, ruling.reason_code, len(ruling.conditions), plans)


def check_values(ruling: Ruling, review: GateReview, playbook: Playbook, now: datetime) -> None:
    """Raise `Invalid` with every value that can not be taken."""
    stage = review.case.stage if review.case.stage is not None else review.gate
    problems = ruling_problems(ruling, stage=stage, playbook=playbook, today=day_here(now))
    if problems:
        raise Invalid(problems)


def close_when_over(review: GateReview, playbook: Playbook, *, now: datetime) -> None:
    """The time decides, not the job: a vote whose time is over is closed here when no job did."""
    if review.state != ReviewState.VOTING:
        return
    state = closing_state(review, playbook, by_chair=False, now=now)
    if state.is_over and not closing_blockers(state, playbook.voting):
        close(review, state.tally, actor=None, now=now)
