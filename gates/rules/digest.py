"""The digest that binds a vote to the dossier it was cast on, and what changed between two dossiers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scoring.rules.canonical import Change, canonical_json, difference, plain, sha256_of

__all__ = ["Change", "canonical_json", "difference", "dossier_difference", "plain", "sha256_of"]

# When and how it was frozen, and what only repeats other parts.
NOT_COMPARED = frozenset({"as_of", "format", "changes", "material"})


def dossier_difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    """What changed from one dossier to the other, by path. A part that one of the two formats lacks is left out."""
    parts = (before.keys() & after.keys()) - NOT_COMPARED
    return difference({part: before[part] for part in parts}, {part: after[part] for part in parts})
