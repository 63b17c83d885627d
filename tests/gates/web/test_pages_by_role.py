"""Who gets which of the gates' pages, in each state of a review; and no address without a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gates.commands.decisions import ConditionTerms, Ruling
from gates.commands.delegations import delegate_seat
from gates.commands.overrides import request_override
from gates.commands.questions import ask_question
from gates.commands.reviews import close_voting, withdraw
from gates.commands.vetoes import appeal_veto
from gates.models import (
    AgendaItem,
    Committee,
    Decision,
    Delegation,
    GateReview,
    Meeting,
    OverrideRequest,
    Question,
    ReviewProposal,
    ReviveTrigger,
    Seat,
    VetoAppeal,
)
from gates.urls import urlpatterns
from pocgate.identity.models import User
from portfolio.models import EvidenceRevision
from tests.factories.identity import RoleGrantFactory, UserFactory
from tests.factories.stage_set import TOKEN, StageSet, a_stage_set
from tests.gates.test_checklist_templates import published
from tests.undoing import undone

pytestmark = pytest.mark.django_db

PEOPLE = ("stranger", "owner", "member", "chair", "compliance", "sponsor", "auditor", "admin")
EVERYBODY = dict.fromkeys(PEOPLE, 200)
SEES = {**EVERYBODY, "stranger": 404}


def only(status: int, *people: str, others: int = 403) -> Mapping[str, int]:
    """What these people get; the stranger may not know of the case, and everybody else is refused with a reason."""
    return {**dict.fromkeys(PEOPLE, others), "stranger": 404, **dict.fromkeys(people, status)}


@dataclass(frozen=True)
class Row:
    """How an address is called, in which state of the review, and what each person gets."""

    expected: Mapping[str, int]
    method: str = "get"
    args: tuple[str, ...] = ()
    data: Mapping[str, object] = field(default_factory=dict)
    state: str = "requested"


# Members of the committee; auditors and administrators see every meeting.
MEETS = {**dict.fromkeys(PEOPLE, 404), **dict.fromkeys(("member", "chair", "auditor", "admin"), 200)}
LEADS = {**dict.fromkeys(PEOPLE, 404), "member": 403, "auditor": 403, "admin": 403, "chair": 302}
SITTING = {"title": "Gate 0", "starts_at": "2999-01-01T17:00", "ends_at": "2999-01-01T18:00"}
VOTE = {"outcome": "go", "seen_revision": 2}
NOT_SEATED = only(302, "member", "chair", others=409)
# Who keeps the lists of extra items.
KEEPS = {**dict.fromkeys(PEOPLE, 403), "compliance": 200, "admin": 200}
TABLE: Mapping[str, Row] = {
    "room": Row(SEES, args=("review",)),
    "room_live": Row(SEES, args=("review",)),
    "vote": Row(NOT_SEATED, "post", ("review",), VOTE, "voting"),
    "confirm_vote": Row(only(302, "member", others=409), "post", ("review",), {"seat": 3, "seen_revision": 2}, "voted"),
    "ask": Row(NOT_SEATED, "post", ("review",), {"text": "How was it measured?"}),
    "answer": Row(only(302, "owner", others=409), "post", ("review", "question"), {"text": "By hand."}, "asked"),
    "veto_lift": Row(only(302, others=409), "post", ("review", "veto_seat"), {"text": "Done."}, "vetoed"),
    "veto_appeal": Row(
        only(302, "owner", "chair", others=409), "post", ("review", "veto_seat"), {"text": "No."}, "vetoed"
    ),
    "appeal_answer": Row(only(302, others=409), "post", ("review", "appeal"), {"text": "It stands."}, "appealed"),
    "delegations": Row(EVERYBODY),
    "delegation_new": Row(
        {**dict.fromkeys(PEOPLE, 422), "admin": 302},
        "post",
        (),
        {"seat": "a seat", "delegate": "newcomer", "ends_at": "soon"},
    ),
    "delegation_revoke": Row(
        {**dict.fromkeys(PEOPLE, 404), "member": 302, "admin": 302}, "post", ("delegation",), state="delegated"
    ),
    "recuse": Row(NOT_SEATED, "post", ("review",), {"reason": "I know them."}),
    "open": Row(only(302, "chair", others=409), "post", ("review",), {"closes_at": "2999-01-01T17:00"}),
    "close": Row(only(302, "chair"), "post", ("review",), state="voted"),
    "withdraw": Row(only(302, "chair", others=409), "post", ("review",), {"reason": "Not now."}, "voting"),
    "decide": Row(only(302, "chair", others=409), "post", ("review",), {"outcome": "go"}, "closed"),
    "overrides": Row(EVERYBODY, state="overridden"),
    "override_new": Row(
        only(302, "chair", others=409), "post", ("review",), {"outcome": "go", "reason": "To learn."}, "lenient"
    ),
    "override_sign": Row(only(302, others=409), "post", ("override",), state="overridden"),
    "override_consent": Row(only(403), "post", ("override",), state="overridden"),
    "override_refuse": Row(only(302, others=409), "post", ("override",), {"text": "Rate it again."}, "overridden"),
    "override_withdraw": Row(only(302, "chair"), "post", ("override",), {"text": "Not now."}, "overridden"),
    "dossier": Row(SEES, args=("review", "one")),
    "dossier_json": Row(SEES, args=("review", "one"), state="voting"),
    "dossier_pdf": Row(SEES, args=("review", "one"), state="voting"),
    "difference": Row(SEES, args=("review",)),
    "case_reviews": Row(SEES, args=("case",), state="none"),
    "request": Row(only(302, "owner", "chair"), "post", ("case",), state="none"),
    "propose_stop": Row(only(302, "owner", "chair"), "post", ("case",), {"reason": "Rules do."}, "none"),
    "resume": Row(only(302, "chair"), "post", ("case",), {"reason": "The data came."}, "paused"),
    "extend": Row(only(302, "chair"), "post", ("case",), {"days": 7, "reason": "The data came late."}, "none"),
    "convene": Row(only(302, "chair"), "post", ("case",), {"reason": "The cap is passed."}, "none"),
    "dismiss_proposal": Row(only(302, "chair"), "post", ("case", "proposal"), {"reason": "Seen to."}, "none"),
    "clear_condition": Row(only(302, "owner", "chair"), "post", ("condition",), {"note": "Done."}, "decided"),
    "desk": Row(EVERYBODY),
    "checklist": Row(SEES, args=("case",)),
    "sign": Row(
        only(302, "compliance", others=409), "post", ("case", "criterion"), {"tier_confirmed-state": "accepted"}
    ),
    "health": Row(EVERYBODY),
    "sign_again": Row(dict.fromkeys(PEOPLE, 409) | {"stranger": 404}, "post", ("case",), {"item": "tier_confirmed"}),
    "expiries": Row(EVERYBODY),
    "preview": Row(SEES, args=("case", "evidence")),
    "checklists": Row(EVERYBODY),
    "checklist_new": Row(KEEPS),
    "checklist_version": Row(EVERYBODY, args=("list",)),
    "checklist_act": Row({**KEEPS, "compliance": 302, "admin": 302}, "post", ("list", "retire")),
    "checklist_file": Row(EVERYBODY, args=("list", "csv")),
    "verifications": Row(EVERYBODY),
    "verify": Row(only(302, "compliance"), "post", ("case", "attested")),
    "decisions": Row(EVERYBODY, state="decided"),
    "decision": Row(SEES, args=("decision",), state="decided"),
    "correct": Row(SEES, args=("decision",), state="decided"),
    "revive_report": Row(
        only(302, "owner", "member", "chair", "compliance", "admin"),
        "post",
        ("case", "trigger"),
        {"text": "The law passed."},
        "stopped",
    ),
    "decision_pdf": Row(SEES, args=("decision",), state="decided"),
    "committees": Row(EVERYBODY),
    "committee_calendar": Row(MEETS, args=("committee",)),
    "meeting_plan": Row({**dict.fromkeys(PEOPLE, 403), "chair": 302}, "post", ("committee",), SITTING),
    "meetings": Row(EVERYBODY),
    "calendars": Row(EVERYBODY),
    "calendar_new": Row(EVERYBODY, "post"),
    "calendar_revoke": Row(dict.fromkeys(PEOPLE, 404), "post", ("seat",)),
    "meeting": Row(MEETS, args=("meeting",)),
    "meeting_change": Row(LEADS, "post", ("meeting",), SITTING),
    "meeting_act": Row(LEADS, "post", ("meeting", "cancel")),
    "meeting_present": Row(MEETS, args=("meeting", "one"), state="voting"),
    "meeting_calendar": Row(MEETS, args=("meeting",)),
    "meeting_pack": Row(MEETS, args=("meeting",), state="voting"),
    "meeting_minutes": Row(dict.fromkeys(PEOPLE, 404), args=("meeting",)),
    "committee_new": Row({**dict.fromkeys(PEOPLE, 403), "admin": 302}, "post", (), {"name": "New", "gate": 1}),
    "seat_new": Row(
        {**dict.fromkeys(PEOPLE, 403), "admin": 302},
        "post",
        ("committee",),
        {"user": "newcomer", "role": "member", "discipline": "finance"},
    ),
    "committee_dissolve": Row({**dict.fromkeys(PEOPLE, 403), "admin": 302}, "post", ("committee",), state="none"),
    "seat_end": Row({**dict.fromkeys(PEOPLE, 403), "admin": 302}, "post", ("seat",)),
}


def test_every_address_of_the_gates_has_a_row() -> None:
    assert {pattern.name for pattern in urlpatterns} == set(TABLE)


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
    ruling = Ruling("go", reason="To learn.")
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


def somebody(who: str, stage: StageSet) -> User:
    seated = {"owner": stage.owner, "member": stage.members[0], "chair": stage.chair, "compliance": stage.officer}
    if who in seated:
        return seated[who]
    return UserFactory() if who == "stranger" else RoleGrantFactory(role=who).user


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


def values_of(stage: StageSet) -> Mapping[str, object]:
    review = GateReview.objects.filter(case=stage.case).first()
    decision = Decision.objects.first()
    condition = decision.conditions.first() if decision else None
    override, trigger = OverrideRequest.objects.first(), ReviveTrigger.objects.first()
    question, appeal, delegation = Question.objects.first(), VetoAppeal.objects.first(), Delegation.objects.first()
    return {
        "proposal": a_proposal(stage).pk,
        "question": question.pk if question else 0,
        "appeal": appeal.pk if appeal else 0,
        "delegation": delegation.pk if delegation else 0,
        "veto_seat": Seat.objects.get(user=stage.members[2]).pk,
        "review": review.pk if review else 0,
        "override": override.pk if override else 0,
        "meeting": a_meeting(stage, review).pk,
        "cancel": "cancel",
        "list": published(timezone.now(), ("1", "House rule", "Be kind", "")).pk,
        "retire": "retire",
        "evidence": EvidenceRevision.objects.filter(evidence__case=stage.case).latest("pk").pk,
        "csv": "csv",
        "one": 1,
        "case": stage.case.reference,
        "criterion": "tier_confirmed",
        "attested": "preliminary_plan",
        "condition": condition.pk if condition else 0,
        "trigger": trigger.pk if trigger else 0,
        "decision": decision.reference if decision else "",
        "committee": stage.committee.pk,
        "seat": Committee.objects.get().seats.order_by("pk")[3].pk,
    }


@pytest.mark.parametrize("name", TABLE)
def test_page_by_role_answers_as_the_table_says(name: str, signed_in: Callable[[User], Client]) -> None:
    row = TABLE[name]
    stage = in_state(row.state, timezone.now())
    values = values_of(stage)
    address = reverse(f"gates:{name}", args=[values[arg] for arg in row.args])
    answers = {}
    for who in PEOPLE:
        with undone():
            data = data_of(name, row, stage, values)
            answers[who] = getattr(signed_in(somebody(who, stage)), row.method)(address, data).status_code

    assert answers == row.expected


def data_of(name: str, row: Row, stage: StageSet, values: Mapping[str, object]) -> dict[str, object]:
    """What the row sends, with the records it names."""
    stands_for = {
        "newcomer": lambda: UserFactory().pk,
        "a seat": lambda: values["seat"],
        "soon": lambda: timezone.localtime(timezone.now() + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M"),
    }
    data = {key: stands_for.get(str(value), lambda value=value: value)() for key, value in row.data.items()}
    if name == "confirm_vote":
        data["seat"] = Seat.objects.get(user=stage.members[0]).pk
    return data


@pytest.mark.parametrize("name", TABLE)
def test_page_without_sign_in_leads_to_the_sign_in(name: str, client: Client) -> None:
    row = TABLE[name]
    known = {"case": "UC-0007", "criterion": "tier_confirmed", "decision": "GD-2026-001"}
    address = reverse(f"gates:{name}", args=[known.get(arg, 1) for arg in row.args])

    answer = getattr(client, row.method)(address)

    assert (answer.status_code, answer["Location"].startswith("/sign-in/")) == (302, True)


STATES = ("none", "paused", "stopped", "overridden", "requested", "voting", "voted", "closed", "decided", "withdrawn")


@pytest.mark.parametrize("state", STATES)
def test_room_and_tab_open_in_every_state_to_everybody_who_sees_the_case(
    state: str, signed_in: Callable[[User], Client]
) -> None:
    stage = in_state(state, timezone.now())
    review = GateReview.objects.first()
    rooms = [reverse(f"gates:{name}", args=[review.pk]) for name in ("room", "room_live")] if review else []
    refused = []
    for who in PEOPLE[1:]:
        with undone():
            client = signed_in(somebody(who, stage))
            for address in (f"/cases/{stage.case.reference}/reviews/", *rooms):
                if (status := client.get(address).status_code) != 200:
                    refused.append((who, address, status))

    assert refused == []


ACTS = {
    "requested": {"open", "withdraw", "recuse"},
    "voting": {"vote", "withdraw", "recuse"},
    "voted": {"vote", "close", "withdraw", "recuse"},
    "closed": {"decide", "withdraw"},
    "decided": set(),
    "withdrawn": set(),
}


@pytest.mark.parametrize("state", ACTS)
def test_acts_of_the_chair_by_state_are_taken_or_refused_with_409(
    state: str, signed_in: Callable[[User], Client]
) -> None:
    stage = in_state(state, timezone.now())
    review = GateReview.objects.get()
    outcome = "conditional_go" if state == "decided" else "go"
    answers = {}
    for act in ("open", "vote", "close", "withdraw", "recuse", "decide"):
        with undone():
            data = {**TABLE[act].data, "outcome": outcome, "rationale": "So.", "reason": "So."}
            answer = signed_in(stage.chair).post(reverse(f"gates:{act}", args=[review.pk]), data)
            answers[act] = answer.status_code

    # An ended review counts its seats as of its end, so nobody presides over it any more than before.
    assert answers == {act: 302 if act in ACTS[state] else 409 for act in answers}
