"""Feedback, benefit, training, operation, dependencies and risks over REST."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pocgate.api.cases.records.kinds import KINDS
from pocgate.identity.models import User
from pocgate.ledger.models import Activity
from portfolio.models import Dependency, Feedback, TrainingSession, UseCase
from tests.api.conftest import API, Caller
from tests.api.contract import assert_as_described
from tests.factories.portfolio import (
    DependencyFactory,
    EvidenceFactory,
    FeedbackFactory,
    RiskFactory,
    TeamMemberFactory,
    TrainingSessionFactory,
    UseCaseFactory,
)

pytestmark = pytest.mark.django_db

TIMES = {"observed_from": "2024-03-01T00:00:00Z", "observed_to": "2024-03-08T00:00:00Z"}
BODIES: dict[str, dict[str, Any]] = {
    "feedback": {
        "given_by": "Claims desk",
        "channel": "survey",
        "text": "Finds it.",
        "received_at": "2024-03-01T10:00:00Z",
    },
    "benefits": {
        "amount": "5200.50",
        "period_start": "2024-03-01",
        "period_end": "2024-04-01",
        "method": "Hours saved times rate",
        "currency": "EUR",
    },
    "training": {"audience": "Handlers", "session_date": "2024-03-01", "people_planned": 20, "people_trained": 18},
    "operations": {"figure": "latency", "value": "1.2", "unit": "s", **TIMES},
    "dependencies": {"on": "team", "text": "The new interface", "blocked_date": "2024-03-01"},
    "risks": {"text": "Blind trust", "likelihood": 2, "impact": 4, "owner": "robin"},
    "incidents": {"severity": "serious", "text": "It leaked", "detected_at": "2024-03-01T10:00:00Z"},
    "change-requests": {"kind": "user_group", "text": "Brokers as well"},
}
CHANGES: dict[str, dict[str, Any]] = {
    "feedback": {"rating": 2},
    "benefits": {"amount": "5100.00"},
    "training": {"people_trained": 17},
    "operations": {"value": "1.3"},
    "dependencies": {"is_outside_team": False},
    "risks": {"impact": 5},
    "incidents": {"severity": "major"},
    "change-requests": {"text": "Brokers and agents"},
}
EACH = pytest.mark.parametrize("kind", BODIES)


@pytest.fixture
def member() -> User:
    user: User = TeamMemberFactory(user__username="robin").user
    return user


@pytest.fixture
def case(member: User) -> UseCase:
    return UseCase.objects.get(team__user=member)


def post(client: Any, case: UseCase, rest: str, body: Any) -> tuple[int, Any]:
    answer = client.post(f"{API}/use-cases/{case.reference}/{rest}", body, content_type="application/json")
    described = "/".join("{record_id}" if part.isdigit() else part for part in rest.split("/"))
    return answer.status_code, assert_as_described(answer, f"use-cases/{{ref}}/{described}", "post")


def listed(client: Any, case: UseCase, kind: str, query: str = "") -> Any:
    answer = client.get(f"{API}/use-cases/{case.reference}/{kind}{query}")
    return assert_as_described(answer, f"use-cases/{{ref}}/{kind}")


def test_every_kind_is_tried_here() -> None:
    assert {kind.path for kind in KINDS} == set(BODIES)


@EACH
def test_record_is_new_once_under_its_external_id_and_listed(
    caller: Caller, case: UseCase, member: User, kind: str
) -> None:
    client, body = caller(member), BODIES[kind] | {"external_id": "x-1"}

    first = post(client, case, kind, body)
    again = post(client, case, kind, body)
    other = post(client, case, kind, body | CHANGES[kind])

    assert (first[0], first[1]["outcome"]) == (201, "created")
    assert again == (200, {"id": first[1]["id"], "outcome": "unchanged"})
    assert (other[0], other[1]["errors"][0]["pointer"]) == (422, "/external_id")
    (row,) = listed(client, case, kind)["results"]
    assert (row["id"], row["recorded_by"], row["superseded_by"]) == (first[1]["id"], "robin", None)


@EACH
def test_correction_is_told_with_the_record_it_replaces(caller: Caller, case: UseCase, member: User, kind: str) -> None:
    client = caller(member)
    _status, old = post(client, case, kind, BODIES[kind])
    body = BODIES[kind] | CHANGES[kind]

    unreasoned = post(client, case, f"{kind}/{old['id']}/correction", body)
    status, new = post(client, case, f"{kind}/{old['id']}/correction", body | {"reason": "Misread"})
    again = post(client, case, f"{kind}/{old['id']}/correction", body | {"reason": "Misread"})

    assert (unreasoned[0], unreasoned[1]["errors"][0]["pointer"]) == (422, "/reason")
    name, value = next(iter(CHANGES[kind].items()))
    assert (status, str(new[name]).rstrip("0")) == (201, str(value).rstrip("0"))
    assert again[0] == 409
    superseded = [row["superseded_by"] for row in listed(client, case, kind)["results"]]
    assert superseded == [new["id"], None]


@pytest.mark.parametrize(
    "bad",
    [
        ("feedback", {"text": ""}, "/text"),
        ("feedback", {"text": "x" * 5001}, "/text"),
        ("feedback", {"received_at": "2999-01-01T00:00:00Z"}, "/received_at"),
        ("feedback", {"received_at": "0001-01-01T00:00:00Z"}, "/received_at"),
        ("feedback", {"channel": "pigeon"}, "/channel"),
        ("feedback", {"rating": 6}, "/rating"),
        ("benefits", {"amount": "NaN"}, "/amount"),
        ("benefits", {"amount": "-1"}, "/amount"),
        ("benefits", {"currency": "USD"}, "/currency"),
        ("benefits", {"period_end": "2999-01-01"}, "/period_end"),
        ("benefits", {"scale_percent": "0"}, "/scale_percent"),
        ("benefits", {"method": "x" * 301}, "/method"),
        ("training", {"session_date": "2999-01-01"}, "/session_date"),
        ("training", {"people_trained": -1}, "/people_trained"),
        ("training", {"material": 2**62}, "/material"),
        ("operations", {"unit": "parsec"}, "/unit"),
        ("operations", {"figure": "mood"}, "/figure"),
        ("operations", {"value": "Infinity"}, "/value"),
        ("operations", {"value": "-1"}, "/value"),
        ("operations", {"observed_to": "2999-01-01T00:00:00Z"}, "/observed_to"),
        ("dependencies", {"blocked_date": "2999-01-01"}, "/blocked_date"),
        ("dependencies", {"on": "case", "on_case": "UC-99999999"}, "/on_case"),
        ("dependencies", {"on": "case"}, "/on_case"),
        ("risks", {"likelihood": 0}, "/likelihood"),
        ("risks", {"owner": "nobody"}, "/owner"),
        ("risks", {"colour": "red"}, "/colour"),
    ],
)
def test_bad_value_is_refused_with_its_place(
    caller: Caller, case: UseCase, member: User, bad: tuple[str, dict[str, Any], str]
) -> None:
    kind, change, pointer = bad

    status, body = post(caller(member), case, kind, BODIES[kind] | change)

    assert (status, body["errors"][0]["pointer"]) == (422, pointer)
    assert not Activity.objects.filter(case_id=case.pk).exists()


def test_acts_are_done_once(caller: Caller, case: UseCase, member: User) -> None:
    client = caller(member)
    session = TrainingSessionFactory(case=case, session_date=date(2024, 5, 1))
    acts = {
        f"feedback/{FeedbackFactory(case=case).pk}/answer": {"answer": "Mended."},
        f"training/{session.pk}/held": {"session_date": "2024-05-02", "people_trained": 19},
        f"dependencies/{DependencyFactory(case=case).pk}/resolution": {"resolution": "Delivered"},
        f"risks/{RiskFactory(case=case).pk}/closing": {"reason": "The step is gone"},
    }

    answers = [[post(client, case, act, body)[0] for _ in range(2)] for act, body in acts.items()]

    assert answers == [[200, 409]] * 4
    assert Feedback.objects.get().answered_by == member
    assert TrainingSession.objects.get(superseded_by=None).people_trained == 19


def test_residual_risk_is_accepted_by_the_sponsor_alone(caller: Caller, case: UseCase, member: User) -> None:
    sponsor, risk = TeamMemberFactory(case=case, role="sponsor").user, RiskFactory(case=case)

    refused = post(caller(member), case, f"risks/{risk.pk}/acceptance", {"reason": "Small"})
    accepted = post(caller(sponsor), case, f"risks/{risk.pk}/acceptance", {"reason": "Small"})

    assert (refused[0], accepted[0]) == (403, 200)
    assert accepted[1]["residual_accepted_by"] == sponsor.username


def test_record_of_another_case_is_not_found(caller: Caller, case: UseCase, member: User) -> None:
    row = FeedbackFactory()

    assert post(caller(member), case, f"feedback/{row.pk}/answer", {"answer": "Mine"})[0] == 404
    row.refresh_from_db()
    assert row.answer == ""


def test_case_depended_on_is_told_to_those_who_see_it(caller: Caller, case: UseCase, member: User) -> None:
    hidden = UseCaseFactory()
    DependencyFactory(case=case, on="case", on_case=hidden)

    told = [listed(client, case, "dependencies")["results"][0]["on_case"] for client in (caller(member), caller())]

    assert told == [None, hidden.reference]


def test_dependency_on_a_case_is_recorded_by_its_reference(caller: Caller, case: UseCase, member: User) -> None:
    other = TeamMemberFactory(user=member).case

    body = BODIES["dependencies"] | {"on": "case", "on_case": other.reference}
    status, _recorded = post(caller(member), case, "dependencies", body)

    assert (status, Dependency.objects.get().on_case) == (201, other)


def test_material_is_evidence_of_the_case(caller: Caller, case: UseCase, member: User) -> None:
    evidence = EvidenceFactory(case=case)

    status, _recorded = post(caller(member), case, "training", BODIES["training"] | {"material": evidence.pk})

    assert (status, TrainingSession.objects.get().material) == (201, evidence)


@pytest.mark.parametrize("count", [1, 3])
def test_list_takes_the_same_queries_for_any_number(
    caller: Caller, case: UseCase, member: User, count: int, django_assert_num_queries: Any
) -> None:
    FeedbackFactory.create_batch(count, case=case, recorded_by=member)
    client = caller(member)

    with django_assert_num_queries(5):
        results = listed(client, case, "feedback")["results"]

    assert len(results) == count


def test_list_goes_on_after_the_cursor(caller: Caller, case: UseCase, member: User) -> None:
    rows = FeedbackFactory.create_batch(3, case=case)
    client = caller(member)

    first = listed(client, case, "feedback", "?limit=2")
    rest = listed(client, case, "feedback", f"?limit=2&cursor={first['next_cursor']}")

    assert [row["id"] for row in first["results"] + rest["results"]] == [row.pk for row in rows]
    assert rest["next_cursor"] is None


def test_release_is_new_once_under_its_label_and_listed(caller: Caller, case: UseCase, member: User) -> None:
    client, body = caller(member), {"label": "2.4.0", "kind": "rollback", "parts": {"model": "7"}}

    statuses = [post(client, case, "releases", given)[0] for given in (body, body, body | {"note": "Other"})]

    assert statuses == [201, 200, 422]
    (row,) = listed(client, case, "releases")["results"]
    assert (row["label"], row["kind"], row["parts"], row["recorded_by"]) == (
        "2.4.0",
        "rollback",
        {"model": "7"},
        "robin",
    )


def test_incident_is_contained_and_reported_and_a_change_withdrawn(caller: Caller, case: UseCase, member: User) -> None:
    client = caller(member)
    incident = post(client, case, "incidents", BODIES["incidents"])[1]["id"]
    change = post(client, case, "change-requests", BODIES["change-requests"])[1]["id"]

    contained = post(client, case, f"incidents/{incident}/containment", {"containment": "Switched off"})
    reported = post(client, case, f"incidents/{incident}/report", {"reported_at": "2024-03-02T10:00:00Z"})
    again = post(client, case, f"incidents/{incident}/report", {})
    withdrawn = post(client, case, f"change-requests/{change}/withdrawal", {"reason": "Nobody wants it"})

    assert [status for status, _body in (contained, reported, again, withdrawn)] == [200, 200, 409, 200]
    assert (reported[1]["containment"], reported[1]["reported_at"]) == ("Switched off", "2024-03-02T10:00:00+00:00")
    assert withdrawn[1]["state"] == "withdrawn"
