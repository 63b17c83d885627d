"""The numbers of the anti-pattern detectors and swamp signals of a playbook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from scoring.rules.playbook.section import Section
from scoring.rules.playbook.texts import Texts
from scoring.rules.vocabulary import DETECTORS

# The numbers each detector reads; a playbook sets every one of them and no other.
DETECTOR_NUMBERS: Mapping[str, tuple[str, ...]] = {
    "sandbox_heroics": ("time_box_percent", "operations_person_by_stage", "fewest_disciplines"),
    "hype_chasing": ("buzzword_percent",),
    "governance_later": (
        "time_box_percent",
        "touched_percent",
        "late_percent",
        "late_hours",
        "fewest_items",
    ),
    "cost_blindness": ("benefit_percent",),
    "no_change_management": ("from_stage", "unanswered_days"),
    "weak_metrics": ("from_stage",),
    "gold_plating": ("gain_percent_per_week",),
}


@dataclass(frozen=True)
class Detector:
    """One anti-pattern: what it means, how to mend it, and its numbers."""

    key: str
    title: Texts
    how: Texts
    numbers: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True)
class FindingPolicy:
    """A detector fires on so many strong or weak signals; a case swamps after so many idle days or repeats.

    `buzzwords` are the words and phrases whose share of title and problem makes a text sound of hype.
    """

    strong_signals: int
    weak_signals: int
    idle_days: int
    repeats_in_a_row: int
    buzzwords: tuple[str, ...]
    detectors: tuple[Detector, ...]


def read_findings(section: Section) -> FindingPolicy:
    """The section `findings`: every detector is described."""
    detectors = section.section("detectors")
    policy = FindingPolicy(
        strong_signals=section.integer("strong_signals", least=1, most=10),
        weak_signals=section.integer("weak_signals", least=1, most=10),
        idle_days=section.integer("idle_days", least=1),
        repeats_in_a_row=section.integer("repeats_in_a_row", least=1, most=100),
        buzzwords=section.phrases("buzzwords"),
        detectors=tuple(_read_detector(detectors, key) for key in DETECTORS),
    )
    detectors.finish()
    section.finish()
    return policy


def _read_detector(detectors: Section, key: str) -> Detector:
    entry = detectors.section(key)
    numbers = entry.section("numbers")
    detector = Detector(
        key=key,
        title=entry.texts("title"),
        how=entry.texts("how"),
        numbers=tuple((name, numbers.number(name)) for name in DETECTOR_NUMBERS[key]),
    )
    numbers.finish()
    entry.finish()
    return detector
