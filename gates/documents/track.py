"""The gate track on paper: four stages joined through gates, from what a dossier froze."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from gates.documents.blocks import Block
from gates.documents.tones import OUTCOME_TONES, outcome_word
from gates.queries.figures import day_text
from portfolio.enums import Stage

_HERE, _AHEAD = "accent", "plain"


def track(content: Mapping[str, Any]) -> Block:
    """The track of a dossier; an older format knows no earlier gates."""
    stage: int | None = content["case"]["stage"]
    decided = {entry["gate"]: entry for entry in content.get("track", {}).get("gates", [])}
    steps: list[dict[str, Any]] = []
    for number in Stage.values:
        steps.append(_stage(number, stage))
        steps.append(_gate(number, decided.get(number), content["gate"]))
    # The way up to the stage the case is in is done.
    done = 2 * stage if stage is not None else 0
    return {"kind": "track", "steps": steps, "done": done, "alt": _words(content, decided)}


def _stage(number: int, present: int | None) -> dict[str, Any]:
    done = present is not None and number < present
    current = number == present
    tone = "go" if done else (_HERE if current else _AHEAD)
    name = str(Stage(number).label).capitalize()
    note = _("here") if current else ""
    return {"kind": "stage", "number": str(number), "name": name, "note": note, "tone": tone, "current": current}


def _gate(number: int, decided: Mapping[str, Any] | None, present: int) -> dict[str, Any]:
    current = number == present
    tone = OUTCOME_TONES.get(decided["outcome"], _AHEAD) if decided else (_HERE if current else _AHEAD)
    note = outcome_word(decided["outcome"]) if decided else ""
    if current and not decided:
        note = _("this review")
    name = _("Gate %(number)s") % {"number": number}
    return {"kind": "gate", "number": str(number), "name": name, "note": note, "tone": tone, "current": current}


def _words(content: Mapping[str, Any], decided: Mapping[int, Mapping[str, Any]]) -> str:
    stage = content["case"]["stage"]
    place = str(Stage(stage).label) if stage is not None else _("not known")
    parts = [_("Stage %(stage)s; this dossier is for gate %(gate)s.") % {"stage": place, "gate": content["gate"]}]
    for gate, entry in sorted(decided.items()):
        said = {"gate": gate, "outcome": outcome_word(entry["outcome"]), "day": day_text(entry["decided_at"])}
        parts.append(_("Gate %(gate)s: %(outcome)s, %(day)s.") % said)
    return " ".join(parts)
