"""What the templates of the room are given."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from gates.commands.decisions.terms import ruling_from_json
from gates.enums import Outcome, OverrideState
from gates.models import Decision, OverrideRequest
from gates.permissions import is_product_owner
from gates.queries.acts import evaluate_review
from gates.queries.dossier import content_of, dossier_content, scorecard_waits
from gates.queries.overrides import overrides_of, shown_override
from gates.queries.questions import may_answer, may_ask, questions_of
from gates.queries.reading import read_dossier, title_of
from gates.queries.room import Room, changes_to_confirm
from gates.queries.versions import version_of
from gates.queries.vetoes import vetoes_of
from gates.queries.wording import FROZEN, rule_text
from pocgate.identity.models import User
from scoring.queries.readiness import in_reader_language

PER_CENT = 100


def room_context(room: Room) -> dict[str, Any]:
    """The dossier as frozen; while the vote is not open, as the records stand now."""
    content = _present_content(room)
    waits = scorecard_waits(room.review, room.viewer, now=room.now)
    if waits:
        content = {**content, "scorecard": None}
    read = read_dossier(content, room.playbook)
    standings = room.table.standings
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
        **overrides_context(room),
        "vetoes": vetoes_of(room.review, room.viewer, presides=room.viewer_presides, now=room.now),
        "may_withdraw": room.viewer_presides or (room.is_preparing and is_product_owner(room.viewer, room.review.case)),
        "decision": Decision.objects.filter(review=room.review, corrected_by__isnull=True).first(),
    }


def overrides_context(room: Room) -> dict[str, Any]:
    """The override that waits, with its ruling and what the viewer may do, and those that were settled."""
    rows = overrides_of(room.review)
    waiting = next((row for row in rows if row.state == OverrideState.PENDING), None)
    context: dict[str, Any] = {"past_overrides": [row for row in rows if row.state != OverrideState.PENDING]}
    if waiting is not None:
        waiting.review = room.review
        context |= {
            "override": shown_override(waiting, room.viewer, room.table.standings, now=room.now),
            "override_ruling": ruling_from_json(waiting.ruling),
            "override_conditions": _conditions(waiting),
        }
    return context


def _conditions(request: OverrideRequest) -> list[tuple[str, str, date]]:
    """The conditions that the ruling sets: text, owner and due date."""
    terms = ruling_from_json(request.ruling).conditions
    owners = User.objects.in_bulk([each.owner_id for each in terms])
    return [(each.text, str(owners[each.owner_id]), each.due_date) for each in terms]


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
