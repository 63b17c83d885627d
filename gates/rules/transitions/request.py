"""Requesting a gate."""

from __future__ import annotations

from dataclasses import dataclass

from gates.rules.effects import OUT_OF_CYCLE, SCHEDULED
from pocgate.kernel.errors import Blocker
from scoring.rules.vocabulary import NOT_READY

REQUESTABLE_STATUSES = ("active", "paused")
STOPPED = "stopped"


@dataclass(frozen=True)
class RequestState:
    """What a request for a gate depends on.

    `open_conditions` are the texts of conditions not cleared yet. `recommended` is the outcome of the pre-check and
    `missing` the titles of what it misses. `convened_by_chair` with a `reason` passes over `not_ready`.
    """

    case_status: str
    stage: int | None
    has_open_review: bool
    has_committee: bool
    open_conditions: tuple[str, ...]
    recommended: str
    missing: tuple[str, ...] = ()
    kind: str = SCHEDULED
    proposal: str = ""
    convened_by_chair: bool = False
    reason: str = ""

    @property
    def is_stop_proposal(self) -> bool:
        """Whether the owner asks out of cycle to stop the case, which never waits for readiness."""
        return self.kind == OUT_OF_CYCLE and self.proposal == "stop"


def request_blockers(state: RequestState) -> list[Blocker]:
    """What stands in the way of a request."""
    blockers = []
    if state.stage is None and state.case_status in (*REQUESTABLE_STATUSES, STOPPED):
        message = "The stage of the case is unknown; its owner says it when editing the case."
        blockers.append(Blocker("stage_unknown", message))
    if state.case_status == STOPPED and not state.has_open_review:
        blockers += _reopening_blockers(state)
    elif state.case_status not in REQUESTABLE_STATUSES and not state.has_open_review:
        message = "A case that is {status} has no next gate."
        blockers.append(Blocker("case_status", message, {"status": state.case_status}))
    if state.has_open_review:
        blockers.append(Blocker("review_open", "A review of this case is already open."))
    if state.stage is not None and not state.has_committee:
        blockers.append(Blocker("no_committee", "No committee is appointed for this gate and department."))
    if not state.is_stop_proposal:
        blockers += _readiness_blockers(state)
    return blockers


def _reopening_blockers(state: RequestState) -> list[Blocker]:
    """A stopped case has no next gate: only a review out of cycle may bring it back."""
    if state.kind != OUT_OF_CYCLE:
        return [Blocker("out_of_cycle_only", "A stopped case comes back only by a review out of cycle.")]
    if state.is_stop_proposal:
        return [Blocker("stopped_already", "The case is stopped already.")]
    return []


def _readiness_blockers(state: RequestState) -> list[Blocker]:
    blockers = []
    if state.open_conditions:
        message = "Conditions of the last decision are still open: {conditions}."
        blockers.append(Blocker("conditions_open", message, {"conditions": "; ".join(state.open_conditions)}))
    if state.recommended == NOT_READY and not state.convened_by_chair:
        message = "The pre-check says not ready. Missing: {missing}."
        blockers.append(Blocker("not_ready", message, {"missing": ", ".join(state.missing)}))
    if state.recommended == NOT_READY and state.convened_by_chair and not state.reason.strip():
        message = "Convening a review that is not ready needs a reason."
        blockers.append(Blocker("reason_missing", message))
    return blockers
