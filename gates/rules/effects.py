"""What a decision does to the case."""

from __future__ import annotations

from dataclasses import dataclass

from gates.rules.tally import CONDITIONAL_GO, GO
from scoring.rules.vocabulary import LAST_GATE

SCHEDULED, OUT_OF_CYCLE = "scheduled", "out_of_cycle"


@dataclass(frozen=True)
class CaseEffect:
    """Stage and status after the decision, whether a new iteration starts, and why the present spell ends, if it does.

    `exit_reason` is `promoted`, `pivoted`, `stopped` or `retired`; None when the spell goes on.
    """

    stage: int
    status: str
    new_iteration: bool
    exit_reason: str | None


def case_effect(outcome: str, stage: int, kind: str, pivot_to: int | None = None) -> CaseEffect:
    """The effect of a decision on a case in `stage` (0–3). A pivot goes back to `pivot_to`, else stays in its stage.

    Raises ValueError for a pivot to a later stage and for an unknown outcome.
    """
    if outcome in (GO, CONDITIONAL_GO):
        promoted = kind == SCHEDULED and stage < LAST_GATE
        return CaseEffect(stage + 1 if promoted else stage, "active", False, "promoted" if promoted else None)
    if outcome == "pivot":
        target = stage if pivot_to is None else pivot_to
        if target > stage:
            raise ValueError(f"a pivot cannot move a case from stage {stage} to stage {target}")
        return CaseEffect(target, "active", True, "pivoted")
    if outcome == "pause":
        return CaseEffect(stage, "paused", False, None)
    if outcome == "stop":
        retired = stage == LAST_GATE
        return CaseEffect(stage, "retired" if retired else "stopped", False, "retired" if retired else "stopped")
    raise ValueError(f"{outcome!r} is no outcome of a decision")
