"""The history of a case's readiness in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from scoring.enums import Verdict
from scoring.models import ReadinessPoint
from scoring.queries.readiness import in_reader_language
from scoring.rules.playbook import Playbook


@dataclass(frozen=True)
class HistoryEntry:
    """A moment at which the score or its open musts changed, and what changed it."""

    at: datetime
    gate: int
    overall: Decimal
    musts_open: int
    changes: tuple[str, ...]


def history_of(points: Sequence[ReadinessPoint], rules: Playbook) -> list[HistoryEntry]:
    """The points in words, the newest first."""
    return [
        HistoryEntry(
            at=point.at,
            gate=point.gate,
            overall=point.overall,
            musts_open=point.musts_open,
            changes=tuple(_sentence(change, rules) for change in point.changes) or (_("First computed"),),
        )
        for point in reversed(points)
    ]


def _sentence(change: Mapping[str, Any], rules: Playbook) -> str:
    if "gate" in change:
        return _("The next gate is now gate %(gate)s") % {"gate": change["gate"]["after"]}
    if "playbook" in change:
        return _("Another version of the playbook came into force")
    criterion = rules.criteria_by_key.get(change["criterion"])
    title = in_reader_language(criterion.title) if criterion else change["criterion"]
    before, after = _word(change["before"]), _word(change["after"])
    return f"{title}: {before} → {after}"


def _word(verdict: str | None) -> str:
    if verdict is None:
        return _("not asked")
    return str(Verdict(verdict).label) if verdict in Verdict.values else verdict
