"""Titles of criteria and detectors in the reader's language."""

from __future__ import annotations

from scoring.queries.readiness import in_reader_language
from scoring.rules.playbook import Playbook


def title_of(key: str, playbook: Playbook) -> str:
    """The title of a criterion; its key where the playbook no longer knows it."""
    known = playbook.criteria_by_key.get(key)
    return in_reader_language(known.title) if known else key


def detector_title(key: str, playbook: Playbook) -> str:
    """The title of a detector; its key where the playbook no longer knows it."""
    known = next((detector.title for detector in playbook.findings.detectors if detector.key == key), None)
    return in_reader_language(known) if known else key
