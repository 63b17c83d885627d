"""Who gets which of the gates' pages, in each state of a review; and no address without a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gates.models import (
    Committee,
    Decision,
    Delegation,
    GateReview,
    OverrideRequest,
    Question,
    ReviveTrigger,
    Seat,
    VetoAppeal,
)
from gates.urls import urlpatterns
from pocgate.identity.models import User
from portfolio.models import EvidenceRevision
from tests.factories.identity import RoleGrantFactory, UserFactory
from tests.factories.review_states import a_meeting, a_proposal, in_state
from tests.factories.stage_set import FUNDING_IN_BODY, StageSet
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
    "decide": Row(only(302, "chair", others=409), "post", ("review",), {"outcome": "go", **FUNDING_IN_BODY}, "closed"),
    "overrides": Row(EVERYBODY, state="overridden"),
    "override_new": Row(
        only(302, "chair", others=409),
        "post",
        ("review",),
        {"outcome": "go", "reason": "To learn.", **FUNDING_IN_BODY},
        "lenient",
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
        only(302, "compliance", others=409),
        "post",
        ("case", "criterion"),
        {"tier_confirmed-state": "accepted", "tier_confirmed-comment": "The register shows it."},
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


def somebody(who: str, stage: StageSet) -> User:
    seated = {"owner": stage.owner, "member": stage.members[0], "chair": stage.chair, "compliance": stage.officer}
    if who in seated:
        return seated[who]
    return UserFactory() if who == "stranger" else RoleGrantFactory(role=who).user


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
