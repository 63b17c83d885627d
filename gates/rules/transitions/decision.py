"""Deciding a review."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gates.rules.tally import APPROVALS, CONDITIONAL_GO, GO, Tally
from gates.rules.transitions.quorum import quorum_blockers
from gates.rules.transitions.status import DECIDED, status_blockers
from gates.rules.verdict import RecommendedOutcome
from pocgate.kernel.errors import Blocker
from scoring.rules.readiness import CriterionResult
from scoring.rules.vocabulary import MUST, NOT_READY, OTHER_CAUSES, OUTCOMES, ROOT_CAUSES, WAIVED

REASON_CODES = (*ROOT_CAUSES, *OTHER_CAUSES)


@dataclass(frozen=True)
class DecisionState:
    """What a decision depends on, evaluated afresh at the moment of deciding.

    `musts_open` are all open musts, `musts_blocking` those that may not stay open either. `dossier_outdated` says
    that the fresh verdict is another than the one voted on. `conditions` is the number of conditions set. With
    `is_stop_proposal` the owner asked to stop: no vote is needed for that outcome. `is_reopening` says that the case
    was stopped when the review was asked for.
    """

    review_status: str
    is_chair: bool
    in_conflict: bool
    outcome: str
    reason: str
    reason_code: str
    conditions: int
    tally: Tally
    recommended: RecommendedOutcome
    results: tuple[CriterionResult, ...]
    musts_open: tuple[str, ...]
    musts_blocking: tuple[str, ...]
    dossier_outdated: bool
    is_stop_proposal: bool = False
    is_reopening: bool = False

    @property
    def needs_no_vote(self) -> bool:
        """Whether the chair only confirms the owner's wish to stop."""
        return self.is_stop_proposal and self.outcome == "stop"


def decision_blockers(state: DecisionState) -> list[Blocker]:
    """What stands in the way of a decision."""
    blockers = status_blockers(state.review_status, DECIDED, without_vote=state.needs_no_vote)
    if state.outcome not in OUTCOMES:
        message = "“{outcome}” is no outcome of a decision."
        return [*blockers, Blocker("unknown_outcome", message, {"outcome": state.outcome})]
    if state.is_reopening and state.outcome == "pause":
        message = "A stopped case comes back by a go or a pivot, or stays stopped; there is nothing to pause."
        blockers.append(Blocker("nothing_to_pause", message))
    return [*blockers, *_chair_blockers(state), *_wording_blockers(state), *_vote_blockers(state)]


def _chair_blockers(state: DecisionState) -> list[Blocker]:
    blockers = []
    if not state.is_chair:
        blockers.append(Blocker("not_chair", "Only the chair, or the deputy in their place, decides."))
    if state.in_conflict:
        message = "You are or were on the team of this case, or fund it; the deputy decides."
        blockers.append(Blocker("in_conflict", message))
    return blockers


def _wording_blockers(state: DecisionState) -> list[Blocker]:
    """What the decision has to say for itself."""
    blockers = []
    if state.outcome not in APPROVALS and state.reason_code not in REASON_CODES:
        message = "A pivot, pause or stop names one of the reason codes: {codes}."
        blockers.append(Blocker("reason_code_missing", message, {"codes": ", ".join(REASON_CODES)}))
    if state.outcome != GO and not state.reason.strip():
        blockers.append(Blocker("reason_missing", "Any decision but go needs a reason."))
    if state.outcome == CONDITIONAL_GO and state.conditions == 0:
        blockers.append(Blocker("conditions_missing", "A conditional go sets at least one condition."))
    return blockers


def _vote_blockers(state: DecisionState) -> list[Blocker]:
    """What vote and policy have to say to the outcome."""
    if state.needs_no_vote:
        return []
    blockers = []
    if state.dossier_outdated:
        message = "The verdict changed since the vote; the dossier has to be frozen and confirmed again."
        blockers.append(Blocker("dossier_outdated", message))
    blockers += quorum_blockers(state.tally)
    if state.outcome in APPROVALS:
        blockers += _approval_blockers(state)
    return [*blockers, *_leniency_blockers(state)]


def _approval_blockers(state: DecisionState) -> list[Blocker]:
    """Why the case may not go on: open musts, waivers and vetoes."""
    blockers = []
    failing = state.musts_open if state.outcome == GO else state.musts_blocking
    if failing:
        message = "Must-meets do not pass: {criteria}."
        blockers.append(Blocker("musts_open", message, {"criteria": ", ".join(failing)}))
    waived = _waived_musts(state.results)
    if state.outcome == GO and waived:
        message = "With a waived must the best outcome is conditional go: {criteria}."
        blockers.append(Blocker("musts_waived", message, {"criteria": ", ".join(waived)}))
    if state.tally.vetoes:
        vetoed = sorted({veto.criterion for veto in state.tally.vetoes})
        blockers.append(Blocker("vetoed", "A veto stands on: {criteria}.", {"criteria": ", ".join(vetoed)}))
    return blockers


def _waived_musts(results: Sequence[CriterionResult]) -> tuple[str, ...]:
    return tuple(result.key for result in results if result.level == MUST and result.verdict == WAIVED)


def _leniency_blockers(state: DecisionState) -> list[Blocker]:
    """The decision is the vote's outcome or a more cautious one, and never more lenient than policy."""
    blockers = []
    voted = _most_lenient_voted(state.tally)
    if voted is not None and _caution(state.outcome) < _caution(voted):
        message = "{outcome} is more lenient than the vote, which came to {voted}."
        blockers.append(Blocker("more_lenient_than_vote", message, {"outcome": state.outcome, "voted": voted}))
    if voted is None and state.tally.quorum_met:
        blockers.append(Blocker("no_counted_votes", "No vote counts: all abstained."))
    if _caution(state.outcome) < _caution(state.recommended.outcome):
        message = "{outcome} is more lenient than policy, which recommends {recommended} ({rule})."
        shown = {
            "outcome": state.outcome,
            "recommended": state.recommended.outcome,
            "rule": state.recommended.rule,
        }
        blockers.append(Blocker("more_lenient_than_policy", message, shown))
    return blockers


def _most_lenient_voted(tally: Tally) -> str | None:
    """The outcome voted; of tied ones the most lenient, because the chair may choose any of them."""
    return tally.outcome or min(tally.tied, key=_caution, default=None)


def _caution(outcome: str) -> float:
    """How cautious an outcome is. Not ready lets nothing go on, but forbids neither pivot nor pause nor stop."""
    between_approval_and_pivot = OUTCOMES.index(CONDITIONAL_GO) + 0.5
    return between_approval_and_pivot if outcome == NOT_READY else OUTCOMES.index(outcome)
