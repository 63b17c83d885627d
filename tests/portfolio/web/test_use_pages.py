"""The page of what came of using a case, and its forms."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from pocgate.identity.models import User
from pocgate.ledger.models import Activity
from portfolio.models import (
    BenefitEntry,
    Dependency,
    Feedback,
    OperationsReading,
    RecordedFact,
    Release,
    Risk,
    TrainingSession,
    UseCase,
)
from portfolio.web.records import ACTS, KINDS
from tests.factories.identity import RoleGrantFactory, UserFactory
from tests.factories.portfolio import (
    BenefitEntryFactory,
    ChangeRequestFactory,
    DependencyFactory,
    EvidenceFactory,
    FeedbackFactory,
    IncidentFactory,
    OperationsReadingFactory,
    RiskFactory,
    TeamMemberFactory,
    TrainingSessionFactory,
    UseCaseFactory,
)

pytestmark = pytest.mark.django_db

FACTORIES: dict[str, Any] = {
    "feedback": FeedbackFactory,
    "benefits": BenefitEntryFactory,
    "training": TrainingSessionFactory,
    "operations": OperationsReadingFactory,
    "dependencies": DependencyFactory,
    "risks": RiskFactory,
    "incidents": IncidentFactory,
    "changes": ChangeRequestFactory,
}
VALUES: dict[str, dict[str, Any]] = {
    "feedback": {"given_by": "Desk", "channel": "survey", "received_at": "2024-03-01", "text": "Fine.", "rating": "4"},
    "benefits": {
        "amount": "5200.50",
        "period_start": "2024-03-01",
        "last_day": "2024-03-31",
        "scale_percent": "12",
        "method": "Hours saved",
    },
    "training": {"audience": "Handlers", "session_date": "2024-03-01", "people_planned": "20", "people_trained": "18"},
    "operations": {
        "figure": "latency",
        "value": "1.2",
        "unit": "s",
        "observed_from": "2024-03-01",
        "observed_to": "2024-03-08",
    },
    "dependencies": {"on": "team", "text": "The interface", "is_outside_team": "on", "blocked_date": "2024-03-01"},
    "risks": {"text": "Blind trust", "likelihood": "2", "impact": "4"},
    "incidents": {"text": "It leaked", "severity": "serious", "detected_at": "2024-03-01"},
    "changes": {"kind": "user_group", "text": "Brokers as well"},
}
ACT_VALUES = {
    ("feedback", "answer"): {"answer": "Mended."},
    ("training", "held"): {"session_date": "2025-02-02", "people_trained": "19"},
    ("dependencies", "resolve"): {"resolution": "Delivered"},
    ("risks", "accept"): {"reason": "Small"},
    ("risks", "close"): {"reason": "The step is gone"},
    ("incidents", "contain"): {"containment": "Switched off"},
    ("incidents", "report"): {"reported_date": "2025-03-02"},
    ("changes", "withdraw"): {"reason": "Nobody wants it"},
}
QUERIES = 29
EACH = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture
def case() -> UseCase:
    made: UseCase = TeamMemberFactory(case__stage=2).case
    return made


@pytest.fixture
def sponsor(client: Client, case: UseCase) -> User:
    """On the team, and allowed to accept risks."""
    user: User = TeamMemberFactory(case=case, role="sponsor").user
    client.force_login(user)
    return user


def at(name: str, case: UseCase, *more: object) -> str:
    return reverse(f"portfolio:{name}", args=[case.reference, *more])


def values_of(kind: str, person: User, **changes: Any) -> dict[str, Any]:
    owner = {"owner": person.pk} if kind == "risks" else {}
    return {**VALUES[kind], **owner, **changes}


def rows_of(kind: str) -> list[RecordedFact]:
    return list(FACTORIES[kind]._meta.model.objects.order_by("pk"))


def test_every_kind_and_act_is_tried_here() -> None:
    assert set(VALUES) == set(FACTORIES) == set(KINDS)
    assert set(ACT_VALUES) == set(ACTS)


@pytest.mark.parametrize("count", [1, 3])
def test_page_takes_the_same_queries_for_any_number(
    client: Client, case: UseCase, sponsor: User, count: int, django_assert_num_queries: Any
) -> None:
    for factory in FACTORIES.values():
        factory.create_batch(count, case=case, recorded_by=sponsor)
    for _ in range(count):
        other = TeamMemberFactory(user=sponsor, role="engineering").case
        DependencyFactory(case=case, on="case", on_case=other)
    client.get(at("use", case))

    with django_assert_num_queries(QUERIES):
        page = client.get(at("use", case)).content.decode()

    assert page.count("The core system&#x27;s new interface") == count * 2
    assert other.reference in page


@EACH
def test_record_is_made_by_its_form(client: Client, case: UseCase, sponsor: User, kind: str) -> None:
    assert client.get(at("record_new", case, kind)).status_code == 200

    answer = client.post(at("record_new", case, kind), values_of(kind, sponsor))

    assert (answer.status_code, answer.headers["Location"]) == (302, at("use", case))
    (row,) = rows_of(kind)
    assert (row.recorded_by, row.stage) == (sponsor, 2)
    assert client.get(at("use", case)).status_code == 200


def test_values_are_kept_as_they_were_meant(client: Client, case: UseCase, sponsor: User) -> None:
    for kind in KINDS:
        client.post(at("record_new", case, kind), values_of(kind, sponsor))

    feedback, benefit, reading = Feedback.objects.get(), BenefitEntry.objects.get(), OperationsReading.objects.get()
    assert (feedback.received_at, feedback.rating) == (datetime(2024, 3, 1, 12, tzinfo=UTC), 4)
    assert (str(benefit.amount), str(benefit.period_end), benefit.scale_percent) == ("5200.50", "2024-04-01", 12)
    assert reading.observed_from == datetime(2024, 3, 1, tzinfo=UTC)
    assert reading.observed_to == datetime(2024, 3, 8, 23, 59, 59, 999999, tzinfo=UTC)
    assert Dependency.objects.get().is_outside_team
    assert (TrainingSession.objects.get().people_trained, Risk.objects.get().owner) == (18, sponsor)


def test_release_is_written_down_by_its_form(client: Client, case: UseCase, sponsor: User) -> None:
    assert client.get(at("release_new", case)).status_code == 200
    given = {"label": "2.4.0", "kind": "security_fix", "model": "sorter 7", "digest": "sha256:ab"}

    answer = client.post(at("release_new", case), given)
    reused = client.post(at("release_new", case), {**given, "digest": "sha256:cd"})

    assert (answer.status_code, reused.status_code) == (302, 422)
    assert Release.objects.values_list("label", "kind", "parts").get() == (
        "2.4.0",
        "security_fix",
        {"model": "sorter 7"},
    )
    assert "sorter 7" in client.get(at("use", case)).content.decode()


@EACH
def test_correction_begins_with_the_values_and_keeps_the_wrong_row(
    client: Client, case: UseCase, sponsor: User, kind: str
) -> None:
    old = FACTORIES[kind](case=case, recorded_by=sponsor)
    page = at("record_correct", case, kind, old.pk)
    shown = client.get(page)
    initial = {name: value for name, value in shown.context["form"].initial.items() if value is not None}
    given = {name: getattr(value, "pk", value) for name, value in initial.items() if value is not False}

    unreasoned = client.post(page, given)
    answer = client.post(page, {**given, "source": "Recount", "reason": "Misread"})

    assert (unreasoned.status_code, answer.status_code) == (422, 302)
    before, after = rows_of(kind)
    assert (before.superseded_by_id, after.source) == (after.pk, "Recount")
    same = set(initial) - {"source"}
    assert {name: getattr(before, name, None) for name in same} == {name: getattr(after, name, None) for name in same}
    assert client.get(page).status_code == 404


@pytest.mark.parametrize(
    "bad",
    [
        ("feedback", {"received_at": "2999-01-01"}, "received_at"),
        ("feedback", {"received_at": "0001-01-01"}, "received_at"),
        ("feedback", {"text": ""}, "text"),
        ("feedback", {"text": "x" * 5001}, "text"),
        ("feedback", {"rating": "9"}, "rating"),
        ("benefits", {"amount": "-1"}, "amount"),
        ("benefits", {"amount": "NaN"}, "amount"),
        ("benefits", {"last_day": "2999-01-01"}, "last_day"),
        ("benefits", {"last_day": "9999-12-31"}, "last_day"),
        ("benefits", {"scale_percent": "0"}, "scale_percent"),
        ("training", {"session_date": "2999-01-01"}, "session_date"),
        ("training", {"people_trained": "-1"}, "people_trained"),
        ("operations", {"unit": "%"}, "unit"),
        ("operations", {"unit": "parsec"}, "unit"),
        ("operations", {"value": "NaN"}, "value"),
        ("operations", {"value": "-1"}, "value"),
        ("operations", {"observed_to": "2999-01-01"}, "observed_to"),
        ("dependencies", {"blocked_date": "2999-01-01"}, "blocked_date"),
        ("dependencies", {"on": "case", "on_case": "UC-99999"}, "on_case"),
        ("dependencies", {"on": "case"}, "on_case"),
        ("risks", {"likelihood": "6"}, "likelihood"),
    ],
)
def test_bad_value_stands_at_its_field(
    client: Client, case: UseCase, sponsor: User, bad: tuple[str, dict[str, Any], str]
) -> None:
    kind, change, field = bad

    answer = client.post(at("record_new", case, kind), values_of(kind, sponsor, **change))

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert rows_of(kind) == []


@pytest.mark.parametrize("act", ACT_VALUES, ids="-".join)
def test_act_is_done_once(client: Client, case: UseCase, sponsor: User, act: tuple[str, str]) -> None:
    kind, name = act
    row = FACTORIES[kind](case=case)
    page = at("record_act", case, kind, row.pk, name)

    shown, empty = client.get(page), client.post(page, {})
    done = client.post(page, ACT_VALUES[act])
    again = client.post(page, ACT_VALUES[act])

    assert (shown.status_code, empty.status_code, done.status_code) == (200, 422, 302)
    assert again.status_code in {404, 409}
    assert Activity.objects.filter(case_id=case.pk).count() == 1


@EACH
@pytest.mark.parametrize("role", ["auditor", "chair", "compliance", "admin"])
def test_forms_by_role(client: Client, case: UseCase, kind: str, role: str) -> None:
    client.force_login(RoleGrantFactory(role=role).user)
    row = FACTORIES[kind](case=case)
    may = kind in {"feedback", "incidents"} and role != "auditor"

    shown = client.get(at("record_new", case, kind))
    sent = client.post(at("record_new", case, kind), values_of(kind, UserFactory()))
    corrected = client.post(at("record_correct", case, kind, row.pk), {})

    assert client.get(at("use", case)).status_code == 200
    assert (shown.status_code, sent.status_code, corrected.status_code) == ((200, 302, 422) if may else (403, 403, 403))


@EACH
def test_nothing_is_there_for_strangers_and_without_a_sign_in(client: Client, case: UseCase, kind: str) -> None:
    row = FACTORIES[kind](case=case)
    pages = [at("use", case), at("record_new", case, kind), at("record_correct", case, kind, row.pk)]

    assert {client.get(page).status_code for page in pages} == {302}
    client.force_login(UserFactory())
    assert {client.get(page).status_code for page in pages} == {404}


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("record_new", ("mood",)),
        ("record_correct", ("feedback", 10**30)),
        ("record_correct", ("mood", 1)),
        ("record_act", ("feedback", 10**30, "answer")),
        ("record_act", ("feedback", 1, "forget")),
    ],
)
def test_address_of_nothing_is_not_found(
    client: Client, case: UseCase, sponsor: User, name: str, more: tuple[object, ...]
) -> None:
    assert client.get(at(name, case, *more)).status_code == 404


def test_record_of_another_case_is_not_found(client: Client, case: UseCase, sponsor: User) -> None:
    row = FeedbackFactory()

    assert client.post(at("record_act", case, "feedback", row.pk, "answer"), {"answer": "Mine"}).status_code == 404


def test_case_one_does_not_see_is_not_named(client: Client, case: UseCase, sponsor: User) -> None:
    hidden = UseCaseFactory()
    DependencyFactory(case=case, on="case", on_case=hidden)

    assert hidden.reference not in client.get(at("use", case)).content.decode()


def test_material_is_chosen_among_the_cases_own_evidence(client: Client, case: UseCase, sponsor: User) -> None:
    own, foreign = EvidenceFactory(case=case), EvidenceFactory()
    page = at("record_new", case, "training")

    refused = client.post(page, values_of("training", sponsor, material=foreign.pk))
    client.post(page, values_of("training", sponsor, material=own.pk))

    assert list(refused.context["form"].errors) == ["material"]
    assert TrainingSession.objects.get().material == own
