"""The seven detectors, and what they find together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from scoring.rules.detectors import (
    cost_blindness,
    gold_plating,
    governance_later,
    hype_chasing,
    no_change_management,
    sandbox_heroics,
    weak_metrics,
)
from scoring.rules.detectors.facts import DetectorFacts
from scoring.rules.detectors.shapes import Finding, Signal, conclude, untold
from scoring.rules.playbook.whole import Playbook

Look: TypeAlias = Callable[[DetectorFacts, Playbook], tuple[Signal, ...]]


@dataclass(frozen=True)
class Detector:
    """A detector with its version, raised whenever it would find differently from the same records."""

    version: int
    look: Look


DETECTORS_BY_KEY: Mapping[str, Detector] = {
    "sandbox_heroics": Detector(sandbox_heroics.VERSION, sandbox_heroics.signals),
    "hype_chasing": Detector(hype_chasing.VERSION, hype_chasing.signals),
    "governance_later": Detector(governance_later.VERSION, governance_later.signals),
    "cost_blindness": Detector(cost_blindness.VERSION, cost_blindness.signals),
    "no_change_management": Detector(no_change_management.VERSION, no_change_management.signals),
    "weak_metrics": Detector(weak_metrics.VERSION, weak_metrics.signals),
    "gold_plating": Detector(gold_plating.VERSION, gold_plating.signals),
}


def find(key: str, facts: DetectorFacts, playbook: Playbook) -> Finding:
    """What one detector finds. An unknown key raises KeyError."""
    detector = DETECTORS_BY_KEY[key]
    return conclude(key, detector.version, detector.look(facts, playbook), playbook.findings)


def find_all(facts: DetectorFacts, playbook: Playbook) -> tuple[Finding, ...]:
    """What every detector finds, in the order of the playbook."""
    return tuple(find(key, facts, playbook) for key in DETECTORS_BY_KEY)


def find_nothing(code: str) -> tuple[Finding, ...]:
    """What is said of a case that is not judged: every detector can not tell, for this reason."""
    return tuple(untold(key, detector.version, code) for key, detector in DETECTORS_BY_KEY.items())
