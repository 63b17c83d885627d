"""Ratings of value and feasibility by people inside and outside the team."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from pocgate.demo.plan.people import MEMBER, SECOND_COMPLIANCE
from pocgate.demo.plan.scripts import ACTIVE, DRAFT
from pocgate.demo.plan.setting import Setting
from pocgate.demo.plan.shapes import RatingPlan
from pocgate.demo.plan.timeline import Phase

_LOWEST, _HIGHEST = 1, 5
# Where in a stage it is rated: the ratings of Gate 1 may be 90 days old.
_RATED_AT = {0: 0.55, 1: 0.7}
_RATIONALES = (
    "Compared with what the desk loses each week.",
    "Seen in the pilot of a neighbouring department.",
    "The figure is from the monthly report.",
    "",
    "",
    "",
)


def ratings(setting: Setting) -> Iterator[RatingPlan]:
    """Once for Gate 0 and once more for Gate 1; only the latest of an assessor counts."""
    if setting.script.state == DRAFT:
        return
    rounds = [phase for phase in setting.course.phases if phase.stage in _RATED_AT]
    rounds = [phase for phase in rounds if phase.is_done or setting.script.progress >= _RATED_AT[phase.stage]]
    if not setting.script.detailed:
        # Without a story only what a vote waits for is rated.
        rounds = rounds[-1:] if setting.script.state != ACTIVE else []
    for position, phase in enumerate(rounds):
        after = rounds[position + 1] if position + 1 < len(rounds) else None
        yield from _round(setting, phase, after)


def _round(setting: Setting, phase: Phase, after: Phase | None) -> Iterator[RatingPlan]:
    assessors = [
        (MEMBER, "business"),
        ("judith.oakhurst", "technical"),
        (setting.people["data_science"], "technical"),
    ]
    if setting.script.detailed:
        assessors += [(SECOND_COMPLIANCE, "compliance"), (setting.owner, "business")]
    for order, (person, discipline) in enumerate(assessors):
        for criterion in setting.playbook.scorecard.criteria:
            wanted = setting.script.rating + setting.rng.choice([-0.6, -0.3, 0, 0, 0.3, 0.6])
            yield RatingPlan(
                person=person,
                discipline=discipline,
                criterion=criterion.key,
                iteration=phase.iteration,
                rating=min(max(round(wanted), _LOWEST), _HIGHEST),
                rationale=setting.rng.choice(_RATIONALES) if setting.script.detailed else "",
                at=_moment(phase) + timedelta(hours=5 * order),
                superseded_at=_moment(after) + timedelta(hours=5 * order) if after else None,
            )


def _moment(phase: Phase) -> datetime:
    return phase.start + _RATED_AT[phase.stage] * (phase.end - phase.start)
