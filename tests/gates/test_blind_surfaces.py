"""Blindness on every surface: each address that can be read, mail, notices, activity, and what changes with a vote.

The addresses come from the URL configuration, so that a new one is covered, or fails here until it is named as one that
shows nothing of reviews.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from gates.models import GateReview
from pocgate.identity.commands import create_token
from pocgate.identity.enums import Scope
from pocgate.identity.models import User
from pocgate.inbox import tasks as inbox_tasks
from pocgate.inbox.models import Notification
from pocgate.ledger.models import Activity
from portfolio.models import Evidence, EvidenceRevision, Kpi
from tests.factories.identity import RoleGrantFactory
from tests.factories.stage_set import StageSet, a_stage_set

pytestmark = pytest.mark.django_db

MARK = "ZQXMARK"
BALLOT: Mapping[str, Any] = {
    "rationale": f"{MARK} rationale",
    "conditions": (f"{MARK} condition",),
    "veto_criterion": "tier_confirmed",
    "veto_lifts_when": f"{MARK} lift",
    "confidence": 37,
}
# Addresses whose places can not be filled from a review, or that need their own set-up; each shows nothing of a vote
# by its own tests. Everything else of the URL configuration is read below.
UNFILLED = re.compile(r"import|drafts?/|versions?/|jobs?/|files?/|meetings?|templates?|tokens?/|calendar|admin")
FORMATS = ("", "?format=csv", "?format=ndjson", "?format=xlsx", "?format=json")


def routes(resolver: URLResolver | None = None, before: str = "") -> Iterator[str]:
    """Every route of the URL configuration, with its places."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry, route)
        elif isinstance(entry, URLPattern):
            yield route


def places(stage: StageSet, review: GateReview) -> Mapping[str, object]:
    """What fills the places of a route."""
    revision = EvidenceRevision.objects.filter(evidence__case=stage.case).latest("pk")
    return {
        "review_id": review.pk,
        "reference": stage.case.reference,
        "ref": stage.case.reference,
        "revision": 2,
        "revision_id": revision.pk,
        "evidence_id": Evidence.objects.filter(case=stage.case).latest("pk").pk,
        "key": Kpi.objects.filter(case=stage.case).latest("pk").key,
        "criterion": "tier_confirmed",
        "detector": "gold_plating",
        "committee_id": review.committee_id,
        "seat_id": review.committee.seats.earliest("pk").pk,
        "case_id": stage.case.pk,
    }


def filled(route: str, known: Mapping[str, object]) -> str | None:
    """The address of a route; None where a place has no value in this story."""
    names = re.findall(r"<(?:\w+:)?(\w+)>", route)
    if not set(names) <= set(known):
        return None
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda match: str(known[match.group(1)]), route)


def addresses(stage: StageSet, review: GateReview) -> list[str]:
    """Every address that can be read about this review."""
    known = places(stage, review)
    found = [address for route in routes() if (address := filled(route, known)) is not None]
    lists = [
        f"{address}{more}" for address in found if re.search(r"/api/v1/use-cases$|/table/", address) for more in FORMATS
    ]
    return sorted({*found, *lists})


def told(answer: Any) -> bytes:
    """The body, streamed or not."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return bytes(body) + str(dict(answer.items())).encode()


@pytest.fixture
def story() -> tuple[StageSet, GateReview, datetime]:
    """A running vote with one marked ballot."""
    now = timezone.now()
    stage = a_stage_set(now)
    review = stage.voting(now)
    stage.vote(review, stage.members[2], "pivot", now, **BALLOT)
    return stage, review, now


def viewers(stage: StageSet) -> dict[str, User]:
    return {
        "member without a vote": stage.members[0],
        "chair": stage.chair,
        "owner": stage.owner,
        "compliance": stage.officer,
        "admin": RoleGrantFactory(role="admin").user,
        "auditor": RoleGrantFactory(role="auditor").user,
    }


def test_the_list_of_addresses_holds_what_shows_a_review(story: tuple[StageSet, GateReview, datetime]) -> None:
    stage, review, _now = story
    found = addresses(stage, review)

    for wanted in (
        f"/reviews/{review.pk}/",
        f"/reviews/{review.pk}/live/",
        f"/cases/{stage.case.reference}/activity/",
        f"/api/v1/reviews/{review.pk}",
        "/api/v1/reviews",
        "/api/v1/decisions",
        "/decisions/",
    ):
        assert wanted in found
    assert len(found) > 60


def test_no_route_with_unknown_places_goes_by_unseen(story: tuple[StageSet, GateReview, datetime]) -> None:
    """A route whose places the story does not fill is about something that exists only later, or is named above."""
    stage, review, _now = story
    known = places(stage, review)
    later = {
        *("number", "question_id", "appeal_id", "delegation_id", "condition_id", "decision_id", "override_id"),
        *("notice_id", "record_id", "waiver_id", "member_id", "kpi_id", "reading_id", "cost_id", "rest", "pk", "path"),
        *("proposal_id", "item_id", "plan_id", "trigger_id", "key_id", "notification_id", "rater_id", "entry_id"),
        *("token", "channel_id"),
        *(
            "release_id",
            "webhook_id",
            "delivery_id",
            "incident_id",
            "change_id",
            "meeting_id",
            "step",
            "dimension",
            "kind",
            "act",
            "version",
            "version_id",
            "number",
            "axis",
            "day",
            "month",
        ),
    }
    unseen = [
        route
        for route in routes()
        if filled(route, known) is None
        and not UNFILLED.search(route)
        and not set(re.findall(r"<(?:\w+:)?(\w+)>", route)) <= {*known, *later}
    ]

    assert unseen == []


@pytest.mark.parametrize("who", ["member without a vote", "chair", "owner", "compliance", "admin", "auditor"])
def test_no_address_tells_anything_of_a_blind_vote(
    who: str, story: tuple[StageSet, GateReview, datetime], signed_in: Callable[[User], Client]
) -> None:
    stage, review, now = story
    person = viewers(stage)[who]
    _token, text = create_token(user=person, name="t", scopes=Scope.values, actor=None, now=now)
    clients = (signed_in(person), Client(headers={"Authorization": f"Bearer {text}"}))

    shown = [
        address
        for address in addresses(stage, review)
        for client in clients[: 2 if address.startswith("/api/") else 1]
        if MARK.encode() in told(client.get(address))
    ]

    assert shown == []


def test_the_caster_reads_the_own_vote_and_everybody_does_after_the_close(
    story: tuple[StageSet, GateReview, datetime], signed_in: Callable[[User], Client]
) -> None:
    stage, review, now = story
    room = f"/reviews/{review.pk}/"

    own = told(signed_in(stage.members[2]).get(room))
    for member in (*stage.members[:2], stage.chair):
        stage.vote(review, member, "go", now)
    after_own_vote = told(signed_in(stage.members[0]).get(room))
    before = told(signed_in(stage.owner).get(room))
    signed_in(stage.chair).post(f"{room}close/")
    after = told(signed_in(stage.owner).get(room))

    seen = [MARK.encode() in page for page in (own, after_own_vote, before, after)]
    assert seen == [True, True, False, True]


def test_mail_notices_and_activity_say_nothing_of_the_vote(story: tuple[StageSet, GateReview, datetime]) -> None:
    stage, review, now = story
    User.objects.update(email="somebody@example.org")
    stage.vote(review, stage.members[2], "stop", now, **BALLOT)
    inbox_tasks.send_mail()

    mails = "".join(f"{message.subject}{message.body}" for message in mail.outbox)
    notices = "".join(str(row) for row in Notification.objects.values())
    rows = Activity.objects.filter(verb__startswith="review.vote")
    activity = "".join(f"{row.before}{row.after}" for row in rows)

    assert MARK not in mails + notices + activity
    assert [set(row.after) for row in rows] == [{"seat"}, {"seat"}]
    assert not any(word in activity for word in ("pivot", "stop", "37", "tier_confirmed"))


@pytest.mark.parametrize("path", ["/reviews/{}/live/", "/api/v1/reviews/{}", "/api/v1/reviews"])
def test_no_etag_count_or_order_changes_with_what_was_voted(
    path: str, story: tuple[StageSet, GateReview, datetime], signed_in: Callable[[User], Client]
) -> None:
    stage, review, now = story
    address = path.format(review.pk)
    clients = [signed_in(person) for person in (stage.members[0], stage.chair, stage.owner)]

    def tags() -> list[tuple[str, bytes]]:
        answers = [client.get(address) for client in clients]
        return [(answer["ETag"], re.sub(rb"\d+ minutes?|\d+ hours?", b"", answer.content)) for answer in answers]

    before = tags()
    stage.vote(review, stage.members[2], "stop", now, rationale="Another one altogether.", confidence=5)

    # The time left is a part of the fragment; within a test it may turn over, so what is compared is without it.
    assert [body for _tag, body in tags()] == [body for _tag, body in before]


EARLIER = "ZQXEARLIER"


def changed_twice(stage: StageSet, review: GateReview, now: datetime) -> None:
    """A seat votes, changes to a marked ballot, and changes again; everybody else votes once."""
    marked = {**BALLOT, "rationale": f"{EARLIER} rationale", "conditions": (f"{EARLIER} condition",)}
    stage.vote(review, stage.members[2], "stop", now, **marked)
    stage.vote(review, stage.members[2], "pause", now, rationale="The last word.")
    for member in (*stage.members[:2], stage.deputy):
        stage.vote(review, member, "go", now)


def test_no_address_tells_an_earlier_ballot_before_the_close_not_even_to_who_has_voted(
    story: tuple[StageSet, GateReview, datetime], signed_in: Callable[[User], Client]
) -> None:
    stage, review, _now = story
    changed_twice(stage, review, timezone.now())
    people = {"voted": stage.members[0], "cast it": stage.members[2], **viewers(stage)}

    shown = [
        (who, address)
        for who, person in people.items()
        for address in (f"/reviews/{review.pk}/", f"/reviews/{review.pk}/live/", f"/api/v1/reviews/{review.pk}")
        if EARLIER.encode() in told(signed_in(person).get(address))
    ]

    assert shown == []


def test_earlier_ballots_are_read_after_the_close_in_room_record_and_api(
    story: tuple[StageSet, GateReview, datetime], signed_in: Callable[[User], Client]
) -> None:
    stage, review, _now = story
    changed_twice(stage, review, timezone.now())
    signed_in(stage.chair).post(f"/reviews/{review.pk}/close/")
    terms = {"reason": "No.", "reason_code": "data", "learning": "Ask first."}
    made = stage.decide(GateReview.objects.get(pk=review.pk), "stop", timezone.now(), **terms)
    reader = signed_in(stage.owner)

    pages = [
        told(reader.get(address)).decode()
        for address in (f"/reviews/{review.pk}/", f"/reviews/{review.pk}/live/", f"/decisions/{made.reference}/")
    ]
    seats = reader.get(f"/api/v1/reviews/{review.pk}").json()["seats"]
    histories = {seat["username"]: seat["vote"]["history"] for seat in seats if seat["vote"]}

    for page in pages:
        assert "2 earlier votes" in page
        assert all(f"{mark} {what}" in page for mark in (MARK, EARLIER) for what in ("rationale", "condition"))
    told_before = [(one["outcome"], one["rationale"]) for one in histories[stage.members[2].username]]
    assert told_before == [("pivot", f"{MARK} rationale"), ("stop", f"{EARLIER} rationale")]
    assert histories[stage.members[0].username] == []
