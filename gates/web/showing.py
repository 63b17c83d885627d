"""What the templates of the room are given."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from gates.enums import Outcome
from gates.models import Decision
from gates.permissions import is_product_owner
from gates.queries.acts import evaluate_review
from gates.queries.dossier import content_of, dossier_content, scorecard_waits
from gates.queries.questions import may_answer, may_ask, questions_of
from gates.queries.reading import read_dossier, title_of
from gates.queries.room import Room, changes_to_confirm
from gates.queries.versions import version_of
from gates.queries.vetoes import vetoes_of
from gates.queries.wording import FROZEN, rule_text
from scoring.queries.readiness import in_reader_language

PER_CENT = 100


def room_context(room: Room) -> dict[str, Any]:
    """The dossier as frozen; while the vote is not open, as the records stand now."""
    content = _present_content(room)
    waits = scorecard_waits(room.review, room.viewer, now=room.now)
    if waits:
        content = {**content, "scorecard": None}
    read = read_dossier(content, room.playbook)
    standings = [place.standing for place in room.places]
    return {
        "room": room,
        "case": room.review.case,
        "scorecard_waits": waits,
        "question": in_reader_language(room.policy.question),
        "dossier": read,
        "recommended": content["recommended"]["outcome"],
        "rule": rule_text(content["recommended"]["rule"]),
        "fired": [title_of(key, room.playbook) for key in content["recommended"]["criteria"]],
        "frozen": FROZEN.get(room.dossier.reason, room.dossier.reason),
        "to_confirm": changes_to_confirm(room),
        "questions": list(questions_of(room.review)),
        "may_ask": not room.is_ended and may_ask(room.viewer, standings),
        "may_answer": not room.is_ended and may_answer(room.viewer, room.review.case_id),
        "vetoes": vetoes_of(room.review, room.viewer, presides=room.viewer_presides, now=room.now),
        "may_withdraw": room.viewer_presides or (room.is_preparing and is_product_owner(room.viewer, room.review.case)),
        "decision": Decision.objects.filter(review=room.review, corrects__isnull=True).first(),
    }


def live_context(room: Room) -> dict[str, Any]:
    """The part that is asked for every few seconds."""
    return {"room": room, "result": tally_rows(room.review.tally) if room.review.tally else []}


def tally_rows(kept: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The kept tally as rows: outcome, weight, and whole per cent of the counted weight."""
    weights = {outcome: Fraction(weight) for outcome, weight in kept["weights"].items()}
    whole = sum(weights.values(), Fraction(0))
    return [
        {
            "outcome": outcome,
            "weight": _shown(weights[outcome]),
            "percent": int(PER_CENT * weights[outcome] / whole) if whole else 0,
        }
        for outcome in Outcome.values
        if weights.get(outcome)
    ]


def _shown(weight: Fraction) -> str:
    return str(weight.numerator) if weight.denominator == 1 else str(round(float(weight), 2))


def _present_content(room: Room) -> Mapping[str, Any]:
    if not room.is_preparing:
        return content_of(room.dossier)
    found = evaluate_review(room.review, now=room.now)
    return dossier_content(room.review, version_of(room.review), found, now=room.now)
