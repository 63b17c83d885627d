"""The intake scorecard of a playbook: value and feasibility."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from scoring.rules.playbook.section import Section, report_repeated_keys
from scoring.rules.playbook.texts import Texts
from scoring.rules.vocabulary import AXES, QUADRANTS

LOWEST_RATING, MIDDLE_RATING, HIGHEST_RATING = 1, 3, 5


@dataclass(frozen=True)
class ScorecardCriterion:
    """One question, rated 1–5; the anchors say what 1, 3 and 5 mean."""

    key: str
    axis: str
    weight: Decimal
    knock_out: bool
    title: Texts
    means_1: Texts
    means_3: Texts
    means_5: Texts


@dataclass(frozen=True)
class ScorecardPolicy:
    """The whole scorecard: a knock-out mean under `knock_out_below` caps its axis at `knock_out_cap` (of 100)."""

    criteria: tuple[ScorecardCriterion, ...]
    passing_score: int
    knock_out_below: Decimal
    knock_out_cap: int
    assessors: int
    disciplines: int
    from_outside_team: int
    disagreement_from: int
    axis_titles: tuple[tuple[str, Texts], ...]
    quadrant_titles: tuple[tuple[str, Texts], ...]

    def of_axis(self, axis: str) -> tuple[ScorecardCriterion, ...]:
        """The criteria of one axis, in document order."""
        return tuple(criterion for criterion in self.criteria if criterion.axis == axis)


def read_scorecard(section: Section) -> ScorecardPolicy:
    """The section `scorecard`."""
    policy = ScorecardPolicy(
        criteria=_read_criteria(section),
        passing_score=section.integer("passing_score", least=1, most=100),
        knock_out_below=section.number("knock_out_below"),
        knock_out_cap=section.integer("knock_out_cap", least=0, most=100),
        assessors=section.integer("assessors", least=1, most=100),
        disciplines=section.integer("disciplines", least=1, most=20),
        from_outside_team=section.integer("from_outside_team", least=0, most=100),
        disagreement_from=section.integer("disagreement_from", least=1, most=HIGHEST_RATING - LOWEST_RATING),
        axis_titles=read_titles(section, "axes", AXES),
        quadrant_titles=read_titles(section, "quadrants", QUADRANTS),
    )
    for axis in AXES:
        if section.has("criteria") and not policy.of_axis(axis):
            section.problem("axis_without_criteria", f"The axis “{axis}” has no criterion.", "criteria")
    section.finish()
    return policy


def _read_criteria(section: Section) -> tuple[ScorecardCriterion, ...]:
    entries = section.sections("criteria")
    criteria = tuple(_read_criterion(entry) for entry in entries)
    report_repeated_keys(entries, [criterion.key for criterion in criteria])
    return criteria


def _read_criterion(section: Section) -> ScorecardCriterion:
    criterion = ScorecardCriterion(
        key=section.word("key"),
        axis=section.choice("axis", AXES, "unknown_axis"),
        weight=section.weight(),
        knock_out=section.flag("knock_out"),
        title=section.texts("title"),
        means_1=section.texts("means_1"),
        means_3=section.texts("means_3"),
        means_5=section.texts("means_5"),
    )
    section.finish()
    return criterion


def read_titles(section: Section, key: str, names: tuple[str, ...]) -> tuple[tuple[str, Texts], ...]:
    """A title for each of `names`, in their order."""
    titles = section.section(key)
    found = tuple((name, titles.texts(name)) for name in names)
    titles.finish()
    return found
