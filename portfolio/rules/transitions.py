"""The one table of status transitions; `docs/lifecycle.md` is written from it."""

from __future__ import annotations

from dataclasses import dataclass

from pocgate.kernel.errors import Blocker


@dataclass(frozen=True)
class Transition:
    """A permitted change of status and the act that makes it."""

    before: str
    after: str
    by: str


TRANSITIONS: tuple[Transition, ...] = (
    Transition("draft", "active", "submit: the owner hands the case in, its stage-0 spell opens"),
    Transition("active", "in_review", "request: a gate review is asked for"),
    Transition("paused", "in_review", "request: a review is asked for while paused"),
    Transition("stopped", "in_review", "request: a new review may revive a stopped case"),
    Transition("in_review", "active", "decide go, conditional go or pivot, or withdraw"),
    Transition("in_review", "paused", "decide pause, or withdraw a review asked for while paused"),
    Transition("in_review", "stopped", "decide stop, or withdraw a review asked for while stopped"),
    Transition("in_review", "retired", "decide stop at gate 3"),
    Transition("paused", "active", "resume: the chair ends the pause, with a reason"),
)

_ALLOWED = frozenset((transition.before, transition.after) for transition in TRANSITIONS)

# Go and conditional go promote at gates 0 to 2; stage 3 is the last.
LAST_STAGE = 3


def transition_blockers(before: str, after: str) -> list[Blocker]:
    """Why the status can not change so; empty when it can."""
    if (before, after) in _ALLOWED:
        return []
    return [
        Blocker(
            "status_transition",
            "A case that is “{before}” can not become “{after}”.",
            {"before": before, "after": after},
        )
    ]


@dataclass(frozen=True)
class StageMove:
    """What a decided review does to a case: stage and status after it, and how the present spell ends, if it does."""

    stage: int
    status: str
    exit_reason: str
    opens_spell: bool
    next_iteration: bool


def move_of_outcome(
    outcome: str, *, gate: int, stage: int, pivot_to: int | None, scheduled: bool, reopens: bool = False
) -> StageMove:
    """The stage move of a gate's outcome.

    `pivot_to` is the stage a pivot returns to, at most the present one. An out-of-cycle go keeps the stage; with
    `reopens` it brings a stopped case back into it, in a new iteration with its own time-box.
    """
    if outcome in {"go", "conditional_go"}:
        if reopens:
            return StageMove(stage, "active", "", opens_spell=True, next_iteration=True)
        if scheduled and gate < LAST_STAGE:
            return StageMove(stage + 1, "active", "promoted", opens_spell=True, next_iteration=False)
        return StageMove(stage, "active", "", opens_spell=False, next_iteration=False)
    if outcome == "pivot":
        target = stage if pivot_to is None else pivot_to
        if not 0 <= target <= stage:
            raise ValueError(f"a pivot goes to stage 0 to {stage}, not {target}")
        return StageMove(target, "active", "pivoted", opens_spell=True, next_iteration=True)
    if outcome == "pause":
        return StageMove(stage, "paused", "", opens_spell=False, next_iteration=False)
    if outcome == "stop":
        ended = "retired" if gate == LAST_STAGE else "stopped"
        return StageMove(stage, ended, ended, opens_spell=False, next_iteration=False)
    raise ValueError(f"unknown outcome {outcome!r}")
