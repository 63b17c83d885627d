"""What stands between a case and its next gate: said before the request, and by the same rules that refuse it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from gates.enums import OPEN_REVIEW_STATES, ReviewKind
from gates.models import Committee, Condition, GateReview
from gates.permissions import is_chair_of
from gates.queries.committees import committee_for
from gates.queries.evaluation import AWAITING_COMPLIANCE, Evaluation, as_if_signed, evaluate
from gates.queries.gaps import NO_COMMITTEE, Gap, gap_blocker, gaps_of
from gates.rules.transitions import RequestState, request_blockers
from gates.rules.verdict import ClosingPlan
from pocgate.identity.models import User
from pocgate.kernel.errors import Blocker
from portfolio.enums import Status
from portfolio.models import UseCase
from scoring.queries.playbooks import current_playbook
from scoring.queries.wording import reason_text
from scoring.rules.facts import asked
from scoring.rules.playbook import Criterion
from scoring.rules.readiness import CriterionResult
from scoring.rules.vocabulary import ATTESTED, SIGNED

NOT_VERIFIED = ("not_verified", "not_applicable_unverified")


@dataclass(frozen=True)
class Missing:
    """An open must: what it asks, why it does not pass, and who mends it: `team`, `compliance` or a verifying role."""

    criterion: Criterion
    result: CriterionResult
    asks: str
    who: str
    may_stay_open: bool
    awaits_compliance: bool

    @property
    def key(self) -> str:
        """The criterion's key."""
        return self.criterion.key

    @property
    def why(self) -> str:
        """The sentence behind the verdict, in the reader's language."""
        return reason_text(self.result.reason.code, self.result.reason.params)


@dataclass(frozen=True)
class Precheck:
    """A case before its next gate, as one actor would request it. `evaluation` is None without a stage.

    `gaps` are what is missing beside the musts: owner, ratings, committee.
    """

    case: UseCase
    committee: Committee | None
    open_review: GateReview | None
    open_conditions: tuple[Condition, ...]
    evaluation: Evaluation | None
    missing: tuple[Missing, ...]
    gaps: tuple[Gap, ...]
    kind: str
    proposal: str
    by_chair: bool

    @property
    def recommended(self) -> str:
        """What policy would recommend once compliance signed what waits for it alone; empty without a stage."""
        return as_if_signed(self.evaluation).outcome if self.evaluation else ""

    @property
    def to_mend(self) -> tuple[Missing, ...]:
        """What has to be mended before the gate can be asked for."""
        return tuple(missing for missing in self.missing if not missing.may_stay_open and not missing.awaits_compliance)

    @property
    def to_sign(self) -> tuple[Missing, ...]:
        """What compliance has to sign before the vote opens."""
        return tuple(missing for missing in self.missing if missing.awaits_compliance)

    @property
    def closable(self) -> tuple[Missing, ...]:
        """Open musts that may stay open under a conditional go, each with an owner and a date."""
        return tuple(missing for missing in self.missing if missing.criterion.closable)


def precheck(
    case: UseCase,
    *,
    actor: User | None,
    now: datetime,
    kind: str = ReviewKind.SCHEDULED.value,
    proposal: str = "",
    plans: Iterable[ClosingPlan] = (),
    overrun: str = "",
) -> Precheck:
    """Evaluate the case for its next gate, or for a review by itself after an `overrun`; nothing is written."""
    gate = case.stage
    committee = committee_for(case, gate) if gate is not None else None
    evaluation = None
    # A stopped case has no next gate; a review out of cycle asks that of its stage whether it may come back.
    comes_back = case.status == Status.STOPPED and kind == ReviewKind.OUT_OF_CYCLE
    if gate is not None and (case.next_gate is not None or comes_back):
        evaluation = evaluate(case, gate=gate, playbook=current_playbook(), now=now, plans=plans, overrun=overrun)
    return Precheck(
        case=case,
        committee=committee,
        open_review=GateReview.objects.filter(case=case, state__in=OPEN_REVIEW_STATES).first(),
        open_conditions=tuple(open_conditions_of(case)),
        evaluation=evaluation,
        missing=missing_of(evaluation) if evaluation else (),
        gaps=gaps_of(case, evaluation, committee),
        kind=kind,
        proposal=proposal,
        by_chair=actor is not None and is_chair_of(actor, committee, now=now),
    )


def precheck_blockers(found: Precheck, *, reason: str = "") -> list[Blocker]:
    """Why the gate can not be requested now; where it is not ready, one blocker for each thing missing, too."""
    state = RequestState(
        case_status=found.case.status,
        stage=found.case.stage,
        has_open_review=found.open_review is not None,
        has_committee=found.committee is not None,
        open_conditions=tuple(condition.text for condition in found.open_conditions),
        recommended=found.recommended,
        missing=tuple(str(missing.criterion.title) for missing in found.missing if not missing.may_stay_open),
        kind=found.kind,
        proposal=found.proposal,
        convened_by_chair=found.by_chair,
        reason=reason,
    )
    blockers = request_blockers(state)
    if any(blocker.code in ("not_ready", "stage_unknown") for blocker in blockers):
        blockers += [gap_blocker(gap) for gap in found.gaps if gap.code != NO_COMMITTEE]
        blockers += [missing_blocker(missing) for missing in found.missing if not missing.may_stay_open]
    return blockers


def open_conditions_of(case: UseCase) -> list[Condition]:
    """Conditions of the case's decisions that nobody cleared yet, the earliest due first; none of a corrected one."""
    conditions = Condition.objects.filter(
        decision__review__case=case, cleared_at__isnull=True, decision__corrected_by__isnull=True
    )
    return list(conditions.select_related("owner", "decision").order_by("due_date", "pk"))


def missing_of(found: Evaluation) -> tuple[Missing, ...]:
    """Every open must of the gate, in the order of the playbook, then extra items of the checklist."""
    blocking = {result.key for result in found.blocking}
    open_results = [(found.criterion(result.key), result) for result in found.open_musts]
    return tuple(
        Missing(
            criterion=criterion,
            result=result,
            asks=str(asked(criterion, found.facts)),
            who=_who(criterion, result),
            may_stay_open=result.key not in blocking,
            awaits_compliance=result.reason.code in AWAITING_COMPLIANCE,
        )
        for criterion, result in open_results
    )


def _who(criterion: Criterion, result: CriterionResult) -> str:
    if criterion.kind == SIGNED:
        return "compliance"
    if criterion.kind == ATTESTED and result.reason.code in NOT_VERIFIED:
        return criterion.verifier or "team"
    return "team"


def missing_blocker(missing: Missing) -> Blocker:
    """One thing missing, with who mends it and how."""
    shown = {
        "criterion": missing.key,
        "title": str(missing.criterion.title),
        "reason": missing.why,
        "who": missing.who.replace("_", " "),
        "how": str(missing.criterion.how),
    }
    return Blocker("must_open", "{title}: {reason} {how} ({who})", shown)
