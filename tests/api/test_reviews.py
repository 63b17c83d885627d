"""A gate over REST, from the request to the decision, with blindness kept."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from gates.commands.reviews import open_voting
from gates.models import Decision, GateReview, Seat, Vote
from pocgate.identity.models import User
from pocgate.identity.queries import SIGNED_IN_AT
from portfolio.models import UseCase
from tests.api.conftest import API, Caller
from tests.api.contract import assert_as_described
from tests.factories.identity import RoleGrantFactory, UserFactory
from tests.factories.stage_set import FUNDING_IN_BODY, StageSet, a_stage_set, answer_with_evidence

pytestmark = pytest.mark.django_db

JSON = "application/json"


@pytest.fixture
def now() -> datetime:
    """These calls read the clock, so that the records have to be of today."""
    return datetime.now(UTC)


@pytest.fixture
def stage(now: datetime) -> StageSet:
    return a_stage_set(now)


@pytest.fixture
def browser() -> Any:
    def make(user: User) -> Client:
        client = Client()
        client.force_login(user)
        session = client.session
        session[SIGNED_IN_AT] = datetime.now(UTC).isoformat()
        session.save()
        return client

    return make


def post(client: Client, path: str, body: dict[str, Any], described: str) -> Any:
    answer = client.post(f"{API}/{path}", body, content_type=JSON)
    return answer.status_code, assert_as_described(answer, described, "post")


def read(client: Client, review: GateReview) -> Any:
    return assert_as_described(client.get(f"{API}/reviews/{review.pk}"), "reviews/{review_id}")


def votes_of(body: Any) -> dict[str, str | None]:
    return {seat["username"]: seat["vote"] and seat["vote"]["outcome"] for seat in body["seats"]}


def test_gate_from_request_to_decision_over_rest(caller: Caller, stage: StageSet, now: datetime) -> None:
    status, review = post(caller(stage.owner), "reviews", {"reference": stage.case.reference}, "reviews")
    assert (status, review["state"], review["gate"], review["dossier"]["revision"]) == (201, "requested", 0, 1)

    closes_at = (now + timedelta(days=5)).isoformat()
    path = f"reviews/{review['id']}"
    chair = caller(stage.chair)
    _status, review = post(chair, f"{path}/opening", {"closes_at": closes_at}, "reviews/{review_id}/opening")
    assert (review["state"], review["dossier"]["revision"]) == ("voting", 2)

    for member in stage.members:
        vote = {"outcome": "go", "dossier_revision": 2, "confidence": 80}
        status, body = post(caller(member), f"{path}/votes", vote, "reviews/{review_id}/votes")
        assert (status, set(votes_of(body).values()), body["tally"]) == (200, {None}, None)

    _status, review = post(chair, f"{path}/closing", {}, "reviews/{review_id}/closing")
    assert (review["state"], review["tally"]["outcome"]) == ("closed", "go")
    assert sorted(filter(None, votes_of(review).values())) == ["go"] * 3

    status, decision = post(
        chair, f"{path}/decision", {"outcome": "go", **FUNDING_IN_BODY}, "reviews/{review_id}/decision"
    )
    assert (status, decision["outcome"], decision["number"]) == (201, "go", f"GD-{now.year}-001")
    case = UseCase.objects.get(pk=stage.case.pk)
    assert (case.stage, case.status) == (1, "active")
    body = caller().get(f"{API}/portfolio/status").json()
    assert (body["by_stage"]["0"], body["by_stage"]["1"]) == (0, 1)
    check = caller().get(f"{API}/use-cases/{case.reference}/gate-check?gate=0").json()
    assert (check["verdict"], check["decision"]["number"]) == ("allow", decision["number"])


def test_go_without_funding_is_refused_with_each_place(caller: Caller, stage: StageSet, now: datetime) -> None:
    review = stage.closed(now)
    body = {"outcome": "go", "funding_amount": "40000", "funding_until": None}

    path, described = f"reviews/{review.pk}/decision", "reviews/{review_id}/decision"
    status, said = post(caller(stage.chair), path, body, described)

    assert (status, Decision.objects.count()) == (422, 0)
    assert [(problem["pointer"], problem["code"]) for problem in said["errors"]] == [
        ("/funding_until", "required"),
        ("/funding_people", "required"),
    ]


def test_gate_check_of_a_case_that_passes_allows(caller: Caller, stage: StageSet) -> None:
    body = caller().get(f"{API}/use-cases/{stage.case.reference}/gate-check").json()

    assert (body["verdict"], body["exit_status"], body["recommended"], body["blockers"]) == ("allow", 0, "go", [])


def test_votes_before_the_close_are_told_to_no_token(caller: Caller, stage: StageSet, now: datetime) -> None:
    review = stage.voting(now)
    for member in stage.members:
        stage.vote(review, member, "go", now)
    people = [stage.owner, stage.chair, stage.officer, *stage.members]
    people += [RoleGrantFactory(role=role).user for role in ("admin", "auditor", "sponsor")]

    for person in people:
        answer = caller(person).get(f"{API}/reviews/{review.pk}")

        assert set(votes_of(answer.json()).values()) == {None}
        assert b"confidence" not in answer.content


def test_votes_in_a_session_open_with_the_own_vote(browser: Any, stage: StageSet, now: datetime) -> None:
    review = stage.voting(now)
    first, second, third = stage.members
    stage.vote(review, first, "stop", now)
    stage.vote(review, second, "go", now)

    assert votes_of(read(browser(first), review))[second.username] == "go"
    assert votes_of(read(browser(third), review)) == dict.fromkeys(votes_of(read(browser(third), review)))
    assert set(votes_of(read(browser(stage.chair), review)).values()) == {None}
    voted = {seat["username"]: seat["has_voted"] for seat in read(browser(third), review)["seats"]}
    assert (voted[first.username], voted[third.username]) == (True, False)


def test_vote_in_a_session_that_is_old_asks_to_sign_in_again(stage: StageSet, now: datetime) -> None:
    review = stage.voting(now)
    client = Client()
    client.force_login(stage.members[0])

    answer = client.post(
        f"{API}/reviews/{review.pk}/votes", {"outcome": "go", "dossier_revision": 2}, content_type=JSON
    )

    assert (answer.status_code, answer.json()["type"]) == (403, "urn:pocgate:problem:recent-sign-in-required")
    assert Vote.objects.count() == 0


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"outcome": "maybe"}, (422, "/outcome")),
        ({"dossier_revision": 0}, (422, "/dossier_revision")),
        ({"confidence": 101}, (422, "/confidence")),
        ({"conditions": ["x"] * 11}, (422, "/conditions")),
        ({"dossier_revision": 1}, (409, "")),
        ({"outcome": "stop"}, (409, "")),
    ],
)
def test_vote_that_can_not_be_taken_is_refused_with_its_reason(
    caller: Caller, stage: StageSet, now: datetime, change: dict[str, Any], refusal: tuple[int, str]
) -> None:
    review = stage.voting(now)
    vote = {"outcome": "go", "dossier_revision": 2} | change

    found, body = post(caller(stage.members[0]), f"reviews/{review.pk}/votes", vote, "reviews/{review_id}/votes")

    assert (found, body["errors"][0]["pointer"]) == refusal
    assert Vote.objects.count() == 0


def test_vote_of_the_owner_is_refused(caller: Caller, stage: StageSet, now: datetime) -> None:
    review = stage.voting(now)

    status, _body = post(
        caller(stage.owner),
        f"reviews/{review.pk}/votes",
        {"outcome": "go", "dossier_revision": 2},
        "reviews/{review_id}/votes",
    )

    assert (status, Vote.objects.count()) == (409, 0)


def test_recusal_takes_the_seat_out(caller: Caller, stage: StageSet, now: datetime) -> None:
    review, member = stage.voting(now), stage.members[0]

    status, body = post(
        caller(member), f"reviews/{review.pk}/recusals", {"reason": "My brother."}, "reviews/{review_id}/recusals"
    )

    seat = next(seat for seat in body["seats"] if seat["username"] == member.username)
    assert (status, seat["can_vote"], seat["recusal"]) == (200, False, "My brother.")


def test_withdrawal_returns_the_case(caller: Caller, stage: StageSet, now: datetime) -> None:
    review = stage.request(now)

    status, body = post(caller(stage.owner), f"reviews/{review.pk}/withdrawal", {}, "reviews/{review_id}/withdrawal")

    assert (status, body["state"]) == (200, "withdrawn")
    assert UseCase.objects.get(pk=stage.case.pk).status == "active"


def test_request_of_a_case_that_is_not_ready_lists_what_is_missing(caller: Caller, now: datetime) -> None:
    stage = a_stage_set(now, ready=False)

    status, body = post(caller(stage.owner), "reviews", {"reference": stage.case.reference}, "reviews")

    assert (status, {error["code"] for error in body["errors"]}) == (
        409,
        {"not_ready", "must_open", "scorecard_missing"},
    )
    assert GateReview.objects.count() == 0


def test_request_with_a_plan_of_an_unknown_person_is_refused(caller: Caller, stage: StageSet) -> None:
    plan = {"criterion": "ai_justified", "owner": "nobody", "due_date": "2026-12-01"}

    status, body = post(caller(stage.owner), "reviews", {"reference": stage.case.reference, "plans": [plan]}, "reviews")

    assert (status, body["errors"][0]["pointer"]) == (422, "/plans/0/owner")


def test_decision_by_anybody_but_the_chair_is_refused(caller: Caller, stage: StageSet, now: datetime) -> None:
    review = stage.closed(now)

    for person in (stage.members[0], stage.owner, RoleGrantFactory(role="admin").user):
        status, _body = post(
            caller(person),
            f"reviews/{review.pk}/decision",
            {"outcome": "go", **FUNDING_IN_BODY},
            "reviews/{review_id}/decision",
        )
        assert status in {403, 409}
    assert Decision.objects.count() == 0


def test_decision_repeated_under_its_key_is_one_decision(caller: Caller, stage: StageSet, now: datetime) -> None:
    review = stage.closed(now)
    client = caller(stage.chair)

    answers = [
        client.post(
            f"{API}/reviews/{review.pk}/decision",
            {"outcome": "go", **FUNDING_IN_BODY},
            content_type=JSON,
            headers={"Idempotency-Key": "gate-0"},
        )
        for _ in range(2)
    ]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].content == answers[1].content
    assert Decision.objects.count() == 1


def test_decision_record_and_its_dossier_fit_together(caller: Caller, stage: StageSet, now: datetime) -> None:
    decision = stage.decide(stage.closed(now), "go", now)
    client = caller()

    body = assert_as_described(client.get(f"{API}/decisions/{decision.reference}"), "decisions/{number}")
    listed = assert_as_described(client.get(f"{API}/decisions"), "decisions")
    dossier = client.get(f"{API}/decisions/{decision.reference}/dossier")

    assert listed["results"] == [body]
    assert hashlib.sha256(dossier.content).hexdigest() == body["dossier_digest"]
    assert (
        client.get(
            f"{API}/decisions/{decision.reference}/dossier", headers={"If-None-Match": dossier["ETag"]}
        ).status_code
        == 304
    )
    shown = assert_as_described(client.get(f"{API}/use-cases/{stage.case.reference}"), "use-cases/{ref}")
    assert shown["decision"]["number"] == decision.reference


@pytest.mark.parametrize("number", ["GD-2026-999", "GD-2026", "x", "GD-99999999999-1", "GD-2026-9999999999999"])
def test_decision_that_is_unknown_is_not_found(caller: Caller, number: str) -> None:
    assert caller().get(f"{API}/decisions/{number}").status_code == 404


def test_reviews_are_listed_by_state_gate_and_case(caller: Caller, stage: StageSet, now: datetime) -> None:
    review = stage.request(now)
    client = caller()

    def ids(query: str) -> list[int]:
        body = assert_as_described(client.get(f"{API}/reviews?{query}"), "reviews")
        return [row["id"] for row in body["results"]]

    assert ids("") == ids("state=requested,voting") == ids("gate=0") == ids(f"reference={stage.case.reference}")
    assert ids("") == [review.pk]
    assert ids("state=decided") == ids("gate=1") == ids("reference=UC-1") == []
    assert caller(UserFactory()).get(f"{API}/reviews").json()["results"] == []


def test_reviews_need_the_same_queries_for_one_and_three(
    caller: Caller, now: datetime, django_assert_num_queries: Any
) -> None:
    client, stage = caller(), a_stage_set(now)
    for expected in (1, 3):
        while GateReview.objects.count() < expected:
            stage.request(now).dossiers.get()
            GateReview.objects.filter(state="requested").update(state="withdrawn", withdrawn_at=now)
            UseCase.objects.filter(pk=stage.case.pk).update(status="active")
        with django_assert_num_queries(4):
            assert len(client.get(f"{API}/reviews").json()["results"]) == expected


def test_review_that_is_invisible_looks_unknown(caller: Caller, stage: StageSet, now: datetime) -> None:
    review = stage.request(now)
    client = caller(UserFactory())

    for path in (str(review.pk), "999999", "9" * 30):
        assert client.get(f"{API}/reviews/{path}").status_code == 404
        assert client.get(f"{API}/reviews/{path}/dossier").status_code == 404
        assert client.post(f"{API}/reviews/{path}/closing", {}, content_type=JSON).status_code == 404


def test_dossier_of_an_earlier_revision_is_kept(caller: Caller, stage: StageSet, now: datetime) -> None:
    review = stage.voting(now)
    client = caller()

    first = client.get(f"{API}/reviews/{review.pk}/dossier?revision=1")
    latest = client.get(f"{API}/reviews/{review.pk}/dossier")

    assert hashlib.sha256(first.content).hexdigest() == review.dossiers.get(revision=1).digest
    assert latest["ETag"] == f'"{review.dossiers.get(revision=2).digest}"'
    assert client.get(f"{API}/reviews/{review.pk}/dossier?revision=9").status_code == 404


def test_sign_off_by_compliance_is_bound_to_what_was_seen(caller: Caller, stage: StageSet, now: datetime) -> None:
    revision = answer_with_evidence(stage.case, "model_documentation", "met", now)
    client = caller(stage.officer)
    checklist = assert_as_described(
        client.get(f"{API}/use-cases/{stage.case.reference}/checklist"), "use-cases/{ref}/checklist"
    )
    assert "tier_confirmed" in {item["criterion"] for item in checklist["items"]}

    status, body = post(
        client,
        f"use-cases/{stage.case.reference}/checklist/tier_confirmed/sign-off",
        {"state": "accepted", "revisions": [revision.pk]},
        "use-cases/{ref}/checklist/{criterion}/sign-off",
    )

    item = next(item for item in body["items"] if item["criterion"] == "tier_confirmed")
    assert (status, item["state"], item["signed_by"]) == (200, "accepted", stage.officer.username)
    assert [bound["id"] for bound in item["bound_revisions"]] == [revision.pk]


def test_sign_off_by_the_owner_or_of_no_item_is_refused(caller: Caller, stage: StageSet) -> None:
    path = f"use-cases/{stage.case.reference}/checklist"
    described = "use-cases/{ref}/checklist/{criterion}/sign-off"

    by_owner, _body = post(caller(stage.owner), f"{path}/tier_confirmed/sign-off", {"state": "accepted"}, described)
    bare, said = post(caller(stage.officer), f"{path}/tier_confirmed/sign-off", {"state": "accepted"}, described)
    of_nothing, _body = post(caller(stage.officer), f"{path}/nothing/sign-off", {"state": "accepted"}, described)

    assert (by_owner, bare, of_nothing) == (409, 422, 409)
    assert [(reason["pointer"], reason["code"]) for reason in said["errors"]] == [("/comment", "evidence_unnamed")]


def test_dossier_before_the_vote_waits_for_the_callers_own_rating(
    caller: Caller, stage: StageSet, now: datetime
) -> None:
    review = stage.request(now)
    auditor = RoleGrantFactory(role="auditor").user

    waits = caller(stage.chair).get(f"{API}/reviews/{review.pk}/dossier")
    read = caller(auditor).get(f"{API}/reviews/{review.pk}/dossier")
    open_voting(review_id=review.pk, closes_at=now + timedelta(days=5), actor=stage.chair, now=now)
    opened = caller(stage.chair).get(f"{API}/reviews/{review.pk}/dossier")

    assert (waits.status_code, waits.json()["errors"][0]["code"]) == (403, "rate_first")
    assert (read.status_code, opened.status_code) == (200, 200)
    assert read.json()["scorecard"]["quadrant"] == "commit"


def test_administrator_makes_no_veto_vanish_over_rest(
    caller: Caller, browser: Any, stage: StageSet, now: datetime
) -> None:
    review, admin = stage.voting(now), RoleGrantFactory(role="admin").user
    veto = {"veto_criterion": "tier_confirmed", "veto_lifts_when": "The tier is argued."}
    for member in stage.members:
        stage.vote(review, member, "pause", now, **(veto if member == stage.members[2] else {}))
    seat = Seat.objects.get(user=stage.members[2])
    client, until = browser(admin), (now + timedelta(days=3)).isoformat()
    delegation = {"seat": seat.pk, "delegate": admin.username, "ends_at": until}

    taken, refused = post(client, "delegations", delegation, "delegations")
    ended = client.post(f"{API}/seats/{seat.pk}/end", {}, content_type=JSON).status_code
    _status, closed = post(caller(stage.chair), f"reviews/{review.pk}/closing", {}, "reviews/{review_id}/closing")

    kept = next(row for row in closed["seats"] if row["seat"] == seat.pk)
    assert (taken, [reason["code"] for reason in refused["errors"]]) == (409, ["delegate_is_oneself"])
    assert (ended, kept["can_vote"], kept["vote"]["veto_criterion"]) == (200, False, "tier_confirmed")
    assert kept["ended_at"] is not None
    assert [(one["seat"], one["criterion"]) for one in closed["tally"]["vetoes"]] == [(seat.pk, "tier_confirmed")]


def test_delegate_changes_no_vote_of_the_holder_over_rest(browser: Any, stage: StageSet, now: datetime) -> None:
    review, (holder, *_), delegate = stage.voting(now), stage.members, UserFactory()
    stage.vote(review, holder, "pause", now)
    seat, until = Seat.objects.get(user=holder), (now + timedelta(days=3)).isoformat()
    delegation = {"seat": seat.pk, "delegate": delegate.username, "ends_at": until}
    given, _body = post(browser(holder), "delegations", delegation, "delegations")

    ballot = {"outcome": "go", "dossier_revision": 2}
    status, body = post(browser(delegate), f"reviews/{review.pk}/votes", ballot, "reviews/{review_id}/votes")

    assert (given, status, [reason["code"] for reason in body["errors"]]) == (201, 409, ["holder_voted"])
    assert Vote.objects.get().outcome == "pause"
