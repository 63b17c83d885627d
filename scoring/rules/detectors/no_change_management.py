"""No change management: the people who will use it come last."""

from __future__ import annotations

from datetime import timedelta

from scoring.rules.detectors.facts import DetectorFacts, numbers_of
from scoring.rules.detectors.shapes import Signal, both, opposite, strong, weak
from scoring.rules.playbook.whole import Playbook

VERSION = 1

_PROTOTYPE = 1


def signals(facts: DetectorFacts, playbook: Playbook) -> tuple[Signal, ...]:
    """Neither training nor feedback nor a user representative, or feedback that nobody answers."""
    numbers = numbers_of(playbook, "no_change_management")
    return (
        _nobody_prepared(facts, playbook, int(numbers["from_stage"])),
        weak(
            "no_user_representative",
            facts.stage >= _PROTOTYPE and not facts.members("user_representative"),
            {"stage": facts.stage},
            [facts.case],
        ),
        _unanswered(facts, int(numbers["unanswered_days"])),
    )


def _nobody_prepared(facts: DetectorFacts, playbook: Playbook, from_stage: int) -> Signal:
    planned = True if facts.training else facts.shown("training_plan", playbook)
    holds = both(
        facts.stage >= from_stage,
        opposite(planned),
        not facts.feedback,
        not facts.members("user_representative"),
    )
    records = (facts.case, *facts.behind("training_plan", playbook))
    return strong("users_not_prepared", holds, {"stage": facts.stage}, records)


def _unanswered(facts: DetectorFacts, days: int) -> Signal:
    waiting = [item for item in facts.feedback if item.answered_at is None or item.answered_at > facts.now]
    late = [item for item in waiting if facts.now - item.given_at >= timedelta(days=days)]
    params = {"count": len(late), "days": days}
    return weak("feedback_unanswered", bool(late), params, [item.record for item in late])
