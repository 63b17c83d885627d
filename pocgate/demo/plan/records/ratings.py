"""Ratings of value and feasibility by people inside and outside the team."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zlib import crc32

from pocgate.demo.plan.people import MEMBER, SECOND_COMPLIANCE
from pocgate.demo.plan.scripts import ACTIVE, DRAFT
from pocgate.demo.plan.setting import Setting
from pocgate.demo.plan.shapes import RatingPlan
from pocgate.demo.plan.timeline import Phase
from scoring.rules.playbook import ScorecardCriterion
from scoring.rules.scorecard import FEASIBILITY

_LOWEST, _HIGHEST = 1, 5
# Where in a stage it is rated: the ratings of Gate 1 may be 90 days old.
_RATED_AT = {0: 0.55, 1: 0.7}
# Here the assessors see one criterion differently, and should talk.
DISPUTED = ("complaint_causes", "data_readiness")
_DISPUTE = (5, 2, 2, 3, 4)
# Of ten ratings so many come with a range.
_DOUBTED = 3
# How far the last ratings of value and feasibility lie from what a script says of both; else a little to either side.
_LEANINGS = {
    "complaint_causes": (0.4, -0.7),
    "hail_pictures": (-0.78, 0.2),
    "policy_compare": (-0.6, 0.3),
    "cv_screening": (0.2, -0.8),
}
_SHADES = (-0.6, -0.3, 0.0, 0.3, 0.6)
_TILTS = (-0.3, -0.15, 0.0, 0.15, 0.3)
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
            # Half of it: one assessor differs from another by one, not by two.
            wanted = (
                _leaning(setting, criterion, is_last=after is None)
                + setting.rng.choice([-0.6, -0.3, 0, 0, 0.3, 0.6]) / 2
            )
            rating = min(max(round(wanted), _LOWEST), _HIGHEST)
            if (setting.script.subject, criterion.key) == DISPUTED:
                rating = _DISPUTE[order]
            low, high = _range(setting, order, criterion.key, rating)
            yield RatingPlan(
                person=person,
                discipline=discipline,
                criterion=criterion.key,
                iteration=phase.iteration,
                rating=rating,
                low=low,
                high=high,
                rationale=setting.rng.choice(_RATIONALES) if setting.script.detailed else "",
                at=_moment(phase) + timedelta(hours=5 * order),
                superseded_at=_moment(after) + timedelta(hours=5 * order) if after else None,
            )


def _leaning(setting: Setting, criterion: ScorecardCriterion, *, is_last: bool) -> float:
    """What assessors of the criterion would agree on. It follows from the case alone, like the ranges."""
    subject = setting.script.subject
    tilt = _TILTS[crc32(subject.encode()) % len(_TILTS)]
    axes = (tilt, -tilt) if setting.script.detailed else (0.0, 0.0)
    if is_last:
        axes = _LEANINGS.get(subject, axes)
    shade = _SHADES[crc32(f"{subject}/{criterion.key}".encode()) % len(_SHADES)]
    return setting.script.rating + axes[criterion.axis == FEASIBILITY] + shade


def _range(setting: Setting, order: int, criterion: str, rating: int) -> tuple[int | None, int | None]:
    """How unsure the assessor is, mostly downwards; None for who is sure."""
    doubt = crc32(f"{setting.script.subject}/{order}/{criterion}".encode()) % 10
    if doubt >= _DOUBTED or not setting.script.detailed:
        return None, None
    return max(rating - 1 - doubt // 2, _LOWEST), min(rating + 1, _HIGHEST)


def _moment(phase: Phase) -> datetime:
    return phase.start + _RATED_AT[phase.stage] * (phase.end - phase.start)
