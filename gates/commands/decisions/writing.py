"""What a decision writes: number, status, money, release, conditions and activity, in the caller's transaction."""

from __future__ import annotations

from datetime import datetime

from gates.commands.decisions.terms import Ruling
from gates.commands.standing import check_standing
from gates.commands.states import change_state
from gates.enums import Outcome, ReviewKind, ReviewState
from gates.models import Condition, Decision, GateReview, ReviveTrigger
from gates.queries.acts import Basis
from gates.queries.evaluation import day_here
from gates.queries.votes import tally_json
from gates.rules.tally import APPROVALS
from pocgate.identity.models import User
from pocgate.kernel.counters import next_number
from pocgate.kernel.errors import FieldProblem, Invalid
from pocgate.ledger.commands import Act, record
from portfolio.commands.costs import fund_stage
from portfolio.commands.lifecycle import PauseTerms, apply_move
from portfolio.enums import Status
from portfolio.models import KpiThreshold, Release, UseCase
from portfolio.rules.transitions import StageMove, move_of_outcome
from scoring.commands.sign_offs import outdate_sign_off
from scoring.queries.playbooks import playbook_of
from scoring.rules.playbook import Playbook
from scoring.rules.vocabulary import LAST_GATE, MUST, WAIVED

TIER_CRITERION = "tier_confirmed"


def carry_out(
    review: GateReview, ruling: Ruling, basis: Basis, *, actor: User, now: datetime, is_override: bool = False
) -> Decision:
    """Decide the locked review; everything that could refuse it was asked before."""
    stage = review.case.stage if review.case.stage is not None else review.gate
    move = move_of_outcome(
        ruling.outcome,
        gate=review.gate,
        stage=stage,
        pivot_to=ruling.pivot_to,
        scheduled=review.kind == ReviewKind.SCHEDULED,
        reopens=review.status_before == Status.STOPPED,
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
    decision = _create(review, ruling, basis, kept, actor=actor, now=now, is_override=is_override)
    _take_effect(review, ruling, decision, move, actor=actor, now=now)
    after = {
        "number": decision.reference,
        "outcome": decision.outcome,
        "reason_code": decision.reason_code,
        "digest": decision.digest,
        "conditions": len(ruling.conditions),
        **({"is_override": True} if is_override else {}),
    }
    record(Act("decision.made", "decision", decision.pk, review.case_id, after=after), actor=actor, now=now)
    # Nobody has to wait for the sweep to see how the case stands.
    check_standing(case_id=review.case_id, now=now)
    return decision


def _create(
    review: GateReview,
    ruling: Ruling,
    basis: Basis,
    kept: dict[str, object],
    *,
    actor: User,
    now: datetime,
    is_override: bool,
) -> Decision:
    approves = ruling.outcome in APPROVALS
    stops = ruling.outcome == Outcome.STOP
    release = release_of(review, ruling) if approves else None
    changes = pivot_difference(review.case, ruling) if ruling.outcome == Outcome.PIVOT else {}
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
        funding_people=ruling.funding_people,
        freed_amount=ruling.freed_amount if stops else None,
        freed_people=ruling.freed_people if stops else None,
        release=release,
        thresholds=confirmed_thresholds(review) if approves else [],
        pivot_changes=changes,
        is_override=is_override,
        dossier=basis.dossier,
        digest=basis.dossier.digest,
        recommended=basis.found.recommended.outcome,
        musts_open=len(basis.found.open_musts),
        musts_waived=sum(result.verdict == WAIVED and result.level == MUST for result in basis.found.readiness.results),
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


def _take_effect(
    review: GateReview, ruling: Ruling, decision: Decision, move: StageMove, *, actor: User, now: datetime
) -> None:
    """Money for the stage that begins, the tier to be confirmed anew after a pivot, and what would revive a stop."""
    if ruling.outcome in APPROVALS and ruling.funding_amount is not None:
        fund_stage(
            case_id=review.case_id,
            stage=move.stage,
            amount=ruling.funding_amount,
            reference=decision.reference,
            actor=actor,
            now=now,
        )
    if ruling.outcome == Outcome.PIVOT:
        outdate_sign_off(case_id=review.case_id, criterion=TIER_CRITERION, now=now)
    if review.status_before == Status.STOPPED:
        # The case came before its committee, so what would have brought it back is settled.
        waiting = ReviveTrigger.objects.filter(case=review.case_id, fired_at__isnull=True, dropped_at__isnull=True)
        waiting.update(dropped_at=now)
    if ruling.outcome == Outcome.STOP and (ruling.revive_date or ruling.revive_trigger.strip()):
        ReviveTrigger.objects.create(
            case_id=review.case_id, decision=decision, on_date=ruling.revive_date, text=ruling.revive_trigger.strip()
        )


def release_of(review: GateReview, ruling: Ruling) -> Release | None:
    """The release that is approved; raises `Invalid` when the case has none of this label."""
    if not ruling.release.strip():
        return None
    found = Release.objects.filter(case=review.case_id, label=ruling.release.strip()).first()
    if found is None:
        shown = {"label": ruling.release}
        raise Invalid([FieldProblem("release", "unknown_release", "The case has no release “{label}”.", shown)])
    return found


def confirmed_thresholds(review: GateReview) -> list[dict[str, object]]:
    """The thresholds of the next gate in force now, which an approval confirms."""
    gate = min(review.gate + 1, LAST_GATE)
    rows = KpiThreshold.objects.filter(
        kpi__case=review.case_id, kpi__retired_at__isnull=True, gate=gate, superseded_at__isnull=True
    ).select_related("kpi")
    return [
        {"kpi": row.kpi_id, "name": row.kpi.name, "gate": gate, "value": f"{row.value.normalize():f}"}
        for row in rows.order_by("kpi__pk")
    ]


def pivot_difference(case: UseCase, ruling: Ruling) -> dict[str, list[str]]:
    """What the pivot changes, before and after; approach and data have no words of their own before."""
    before = {"problem": case.problem_statement, "users": case.affected_users}
    changed = {place: text.strip() for place, text in ruling.pivot_changes.items() if text.strip()}
    return {place: [before.get(place, ""), text] for place, text in changed.items()}


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
