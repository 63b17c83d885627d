"""A case whose review stands in any of its states, and what may stand around it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.utils import timezone

from gates.commands.decisions import ConditionTerms, Ruling
from gates.commands.delegations import delegate_seat
from gates.commands.overrides import request_override
from gates.commands.questions import ask_question
from gates.commands.reviews import close_voting, withdraw
from gates.commands.vetoes import appeal_veto
from gates.models import AgendaItem, GateReview, Meeting, ReviewProposal, Seat
from tests.factories.identity import UserFactory
from tests.factories.stage_set import FUNDING, TOKEN, StageSet, a_stage_set


def vetoed(stage: StageSet, now: datetime) -> None:
    """A closed vote with a veto of compliance."""
    review = stage.voting(now)
    for member in stage.members[:2]:
        stage.vote(review, member, "go", now)
    veto = {"veto_criterion": "tier_confirmed", "veto_lifts_when": "The tier is argued."}
    stage.vote(review, stage.members[2], "pause", now, **veto)
    close_voting(review_id=review.pk, actor=stage.chair, now=now)


def appealed(stage: StageSet, now: datetime) -> None:
    """The same, put before the sponsor."""
    vetoed(stage, now)
    seat, review = Seat.objects.get(user=stage.members[2]), GateReview.objects.get()
    appeal_veto(review_id=review.pk, seat_id=seat.pk, reason="It is argued.", actor=stage.owner, now=now)


def asked(stage: StageSet, now: datetime) -> None:
    """A question of the chair."""
    ask_question(review_id=stage.request(now).pk, text="How?", actor=stage.chair, now=now)


def lenient(stage: StageSet, now: datetime) -> None:
    """A vote for less than what the chair wants."""
    stage.closed(now, "conditional_go")


def overridden(stage: StageSet, now: datetime) -> None:
    """The same, and an override to go that waits for its second signature."""
    lenient(stage, now)
    ruling = Ruling("go", reason="To learn.", **FUNDING)
    review = GateReview.objects.get()
    request_override(review_id=review.pk, ruling=ruling, actor=stage.chair, sign_in=TOKEN, now=now)


def stopped(stage: StageSet, now: datetime) -> None:
    """A stop that waits for something to happen."""
    terms = {"reason": "No.", "reason_code": "external", "learning": "Little.", "revive_trigger": "A law passes."}
    stage.decide(stage.closed(now, "stop"), "stop", now, **terms)


def delegated(stage: StageSet, now: datetime) -> None:
    """The seat of a member is filled by a newcomer."""
    holder, ends_at = stage.members[0], now + timedelta(days=9)
    terms = {"seat_id": Seat.objects.get(user=holder).pk, "delegate_id": UserFactory().pk, "ends_at": ends_at}
    delegate_seat(actor=holder, sign_in=TOKEN, now=now, **terms)


SPOKEN: Mapping[str, Callable[[StageSet, datetime], None]] = {
    "asked": asked,
    "vetoed": vetoed,
    "appealed": appealed,
    "delegated": delegated,
    "lenient": lenient,
    "stopped": stopped,
    "overridden": overridden,
}


def in_state(state: str, now: datetime) -> StageSet:
    """A case whose review stands in the named state; `voted` is voting with a quorum."""
    stage = a_stage_set(now)
    if state in SPOKEN:
        SPOKEN[state](stage, now)
    elif state == "requested":
        stage.request(now)
    elif state == "voting":
        stage.voting(now)
    elif state == "voted":
        review = stage.voting(now)
        for member in stage.members:
            stage.vote(review, member, "go", now)
    elif state == "closed":
        stage.closed(now)
    elif state == "decided":
        terms = ConditionTerms("Measure it", UserFactory().pk, (now + timedelta(days=9)).date())
        review = stage.closed(now, "conditional_go")
        stage.decide(review, "conditional_go", now, reason="Almost.", conditions=(terms,))
    elif state == "paused":
        terms = {"reason": "No data.", "reason_code": "data", "revive_trigger": "The feed is there."}
        stage.decide(stage.closed(now, "pause"), "pause", now, **terms)
    elif state == "withdrawn":
        withdraw(review_id=stage.request(now).pk, reason="", actor=stage.owner, now=now)
    return stage


def a_meeting(stage: StageSet, review: GateReview | None) -> Meeting:
    """A planned meeting of the committee with the review, if there is one, on its agenda."""
    now = timezone.now()
    meeting = Meeting.objects.create(
        committee=stage.committee,
        title="Gate 0",
        starts_at=now + timedelta(days=1),
        ends_at=now + timedelta(days=2),
        created_by=stage.chair,
        created_at=now,
        changed_at=now,
    )
    if review is not None:
        AgendaItem.objects.create(meeting=meeting, review=review, position=1)
    return meeting


def a_proposal(stage: StageSet) -> ReviewProposal:
    """A review that the system proposes."""
    now = timezone.now()
    return ReviewProposal.objects.create(
        case=stage.case, trigger="operating", subject="gate 3", text="Due.", due=now.date(), proposed_at=now
    )
