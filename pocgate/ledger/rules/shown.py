"""What of an act's values is shown to anybody: never what could be a part of a vote."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NEVER_SHOWN = frozenset({"outcome", "rationale", "confidence", "veto", "veto_criterion", "conditions"})


def shown(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values without those."""
    return {name: value for name, value in values.items() if name not in NEVER_SHOWN}
