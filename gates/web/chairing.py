"""What the room offers the person who presides, and what stands in the way of each act."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.http import QueryDict

from gates.enums import Outcome, ReviewKind, ReviewState
from gates.forms.chair import CONDITION_ROWS, DecisionForm, OpeningForm
from gates.queries.acts import (
    Basis,
    basis_of,
    closing_state,
    evaluate_review,
    opening_state,
    outcome_blockers,
    readiness_blockers,
)
from gates.queries.overrides import outcomes_by_override
from gates.queries.reading import title_of
from gates.queries.room import Room
from gates.rules.transitions import closing_blockers, opening_blockers
from pocgate.identity.models import User
from pocgate.identity.queries import active_people
from portfolio.models import TeamMember


def chair_context(room: Room) -> dict[str, Any]:
    """Forms and blockers of the acts that are the chair's in the present state; empty for everybody else."""
    if not room.viewer_presides or room.is_ended:
        return {}
    if room.is_voting:
        state = closing_state(room.review, room.playbook, by_chair=True, now=room.now, table=room.table)
        return {"closing_blockers": closing_blockers(state, room.playbook.voting)}
    context: dict[str, Any] = {}
    if room.is_preparing:
        context |= _opening_context(room)
    if not room.is_preparing or _is_stop_proposal(room):
        context |= _deciding_context(room)
    return context


def opening_form(room: Room, data: QueryDict | None = None) -> OpeningForm:
    """The form that opens the vote; it asks for a reason while the case is not ready."""
    found = evaluate_review(room.review, now=room.now)
    needs_reason = bool(readiness_blockers(found, room.review.convened_reason))
    return OpeningForm(data, now=room.now, needs_reason=needs_reason)


def decision_form(room: Room, data: QueryDict | None = None) -> DecisionForm:
    """The form that decides, as voted, with the closing plans of the request as conditions."""
    return _decision_form(room, basis_of(room.review, room.playbook, now=room.now, table=room.table), data)


def _opening_context(room: Room) -> dict[str, Any]:
    found = evaluate_review(room.review, now=room.now)
    standings = tuple(place.standing for place in room.places)
    state = opening_state(
        room.review, standings, actor=room.viewer, closes_at=room.now + timedelta(days=1), now=room.now
    )
    not_ready = readiness_blockers(found, room.review.convened_reason)
    return {
        "opening_form": OpeningForm(now=room.now, needs_reason=bool(not_ready)),
        "opening_blockers": opening_blockers(state),
        "not_ready": not_ready[1:],
    }


def _deciding_context(room: Room) -> dict[str, Any]:
    basis = basis_of(room.review, room.playbook, now=room.now, table=room.table)
    standings = room.table.standings
    blockers = outcome_blockers(room.review, basis, standings, actor=room.viewer, now=room.now)
    refused = [outcome for outcome, found in blockers.items() if found]
    overridden: Mapping[str, tuple[str, ...]] = {}
    if room.review.state == ReviewState.CLOSED:
        overridden = outcomes_by_override(room.review, basis, standings, refused, actor=room.viewer, now=room.now)
    return {
        "decision_form": _decision_form(room, basis, None),
        "outcome_blockers": blockers,
        "overridden": overridden,
        "may_decide": any(not found for found in blockers.values()),
        "voted_outcome": basis.tally.outcome if room.review.state == ReviewState.CLOSED else None,
    }


def _is_stop_proposal(room: Room) -> bool:
    return room.review.kind == ReviewKind.OUT_OF_CYCLE and room.review.proposal == Outcome.STOP


def _decision_form(room: Room, basis: Basis, data: QueryDict | None) -> DecisionForm:
    open_musts = {must.key: title_of(must.key, room.playbook) for must in basis.found.open_musts if must.closable}
    outcome = Outcome.STOP.value if _is_stop_proposal(room) and room.is_preparing else basis.tally.outcome
    initial: dict[str, Any] = {"outcome": outcome}
    plans = [plan for plan in room.review.closing_plans if plan["criterion"] in open_musts]
    for row, plan in enumerate(plans[:CONDITION_ROWS]):
        initial[f"condition_{row}_text"] = open_musts[plan["criterion"]]
        initial[f"condition_{row}_owner"] = plan["owner"]
        initial[f"condition_{row}_due"] = plan["due"]
        initial[f"condition_{row}_criterion"] = plan["criterion"]
    stage = room.review.case.stage
    return DecisionForm(
        data,
        stage=stage if stage is not None else room.review.gate,
        people=_people(room),
        open_musts=open_musts,
        initial=initial,
    )


def _people(room: Room) -> list[User]:
    """Who may own a condition: the team of the case and the committee."""
    team = TeamMember.objects.filter(case=room.review.case_id, ended_at__isnull=True).values_list("user_id", flat=True)
    committee = [place.standing.seat.user_id for place in room.places]
    return list(active_people({*team, *committee}))
