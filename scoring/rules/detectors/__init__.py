"""Anti-pattern detectors and swamp signals: pure functions of a case's records."""

from scoring.rules.detectors.facts import (
    Box,
    DetectorFacts,
    FeedbackGiven,
    Hold,
    ScopeChange,
    Turn,
)
from scoring.rules.detectors.moments import next_moment
from scoring.rules.detectors.registry import DETECTORS_BY_KEY, find, find_all, find_nothing
from scoring.rules.detectors.shapes import Finding, Signal
from scoring.rules.detectors.swamp import SwampSign, swamp_signs

__all__ = [
    "DETECTORS_BY_KEY",
    "Box",
    "DetectorFacts",
    "FeedbackGiven",
    "Finding",
    "Hold",
    "ScopeChange",
    "Signal",
    "SwampSign",
    "Turn",
    "find",
    "find_all",
    "find_nothing",
    "next_moment",
    "swamp_signs",
]
