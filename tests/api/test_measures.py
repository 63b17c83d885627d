"""Readings and costs over REST."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from pocgate.identity.models import User
from portfolio.models import CostEntry, Kpi, KpiReading, UseCase
from tests.api.conftest import API, Caller
from tests.api.contract import assert_as_described
from tests.factories.identity import UserFactory
from tests.factories.portfolio import TeamMemberFactory
from tests.factories.scoring import full_case

pytestmark = pytest.mark.django_db

READING = {"value": "12.5", "observed_from": "2024-03-01T00:00:00Z", "observed_to": "2024-03-08T00:00:00Z"}
COST = {
    "line": "people",
    "amount": "99.90",
    "state": "actual",
    "recurrence": "one_off",
    "period_start": "2024-03-01",
    "period_end": "2024-04-01",
}


@pytest.fixture
def case(now: datetime) -> UseCase:
    return full_case(now)


@pytest.fixture
def member(case: UseCase) -> User:
    user: User = TeamMemberFactory(case=case, role="data_science").user
    return user


def post(client: Any, path: str, body: Any, described: str, **headers: str) -> Any:
    answer = client.post(f"{API}/{path}", body, content_type="application/json", headers=headers)
    return answer.status_code, assert_as_described(answer, described, "post")


def test_reading_is_new_once_under_its_external_id(caller: Caller, case: UseCase, member: User) -> None:
    client, key = caller(member), Kpi.objects.filter(case=case).values_list("key", flat=True)[0]
    before = KpiReading.objects.count()
    path, described = f"use-cases/{case.reference}/kpis/{key}/readings", "use-cases/{ref}/kpis/{key}/readings"

    first = post(client, path, READING | {"external_id": "run-1"}, described)
    again = post(client, path, READING | {"external_id": "run-1"}, described)
    other = post(client, path, READING | {"external_id": "run-1", "value": "13"}, described)

    assert (first[0], first[1]["outcome"]) == (201, "created")
    assert (again[0], again[1]) == (200, {"id": first[1]["id"], "outcome": "unchanged"})
    assert (other[0], other[1]["errors"][0]["pointer"]) == (422, "/external_id")
    assert KpiReading.objects.count() == before + 1


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"value": "NaN"}, "/value"),
        ({"value": "Infinity"}, "/value"),
        ({"value": "much"}, "/value"),
        ({"observed_to": "2999-01-01T00:00:00Z"}, "/observed_to"),
        ({"observed_to": "yesterday"}, "/observed_to"),
        ({"sample_size": -1}, "/sample_size"),
        ({"sample_size": 10**30}, "/sample_size"),
        ({"unit": "furlongs"}, "/unit"),
        ({"raters": 2, "agreement": "1.5"}, "/agreement"),
        ({"agreement": "0.5"}, "/raters"),
        ({"error": "NaN"}, "/error"),
        ({"colour": "red"}, "/colour"),
    ],
)
def test_reading_bad_value_is_refused_with_its_place(
    caller: Caller, case: UseCase, member: User, change: dict[str, Any], pointer: str
) -> None:
    key = Kpi.objects.filter(case=case).values_list("key", flat=True)[0]
    before = KpiReading.objects.count()

    status, body = post(
        caller(member),
        f"use-cases/{case.reference}/kpis/{key}/readings",
        READING | change,
        "use-cases/{ref}/kpis/{key}/readings",
    )

    assert (status, body["errors"][0]["pointer"]) == (422, pointer)
    assert KpiReading.objects.count() == before


def test_reading_of_an_unknown_kpi_is_not_found(caller: Caller, case: UseCase, member: User) -> None:
    status, _body = post(
        caller(member), f"use-cases/{case.reference}/kpis/none/readings", READING, "use-cases/{ref}/kpis/{key}/readings"
    )

    assert status == 404


def test_cost_with_a_foreign_bill_is_booked(caller: Caller, case: UseCase, member: User) -> None:
    bill = {"currency": "USD", "amount": "110.00", "rate": "0.90818182", "on": "2024-03-02"}

    status, body = post(
        caller(member), f"use-cases/{case.reference}/costs", COST | {"bill": bill}, "use-cases/{ref}/costs"
    )

    entry = CostEntry.objects.get(pk=body["id"])
    assert (status, str(entry.amount), entry.billed_currency) == (201, "99.90", "USD")


def test_cost_by_somebody_outside_the_team_is_refused(caller: Caller, case: UseCase) -> None:
    status, body = post(caller(), f"use-cases/{case.reference}/costs", COST, "use-cases/{ref}/costs")

    assert (status, body["errors"][0]["code"]) == (403, "may_not_record_cost")


def test_cost_repeated_under_its_idempotency_key_is_booked_once(caller: Caller, case: UseCase, member: User) -> None:
    client, before = caller(member), CostEntry.objects.count()
    path, described = f"use-cases/{case.reference}/costs", "use-cases/{ref}/costs"

    answers = [post(client, path, COST, described, **{"Idempotency-Key": "invoice-7"}) for _ in range(3)]

    assert answers[0] == answers[1] == answers[2]
    assert CostEntry.objects.count() == before + 1


def test_readings_batch_records_good_rows_and_says_what_is_wrong_with_others(
    caller: Caller, case: UseCase, member: User
) -> None:
    key = Kpi.objects.filter(case=case).values_list("key", flat=True)[0]
    good = READING | {"reference": case.reference, "kpi": key}
    rows = [
        good | {"external_id": "a"},
        good | {"value": "NaN"},
        good | {"reference": "UC-9999999"},
        good | {"reference": "nonsense"},
        good | {"external_id": "a"},
        {},
    ]
    before = KpiReading.objects.count()

    status, body = post(caller(member), "readings:batch", {"rows": rows}, "readings:batch")

    outcomes = [row["outcome"] for row in body["results"]]
    assert (status, outcomes) == (200, ["created", "refused", "refused", "refused", "unchanged", "refused"])
    assert (body["created"], body["unchanged"], body["refused"]) == (1, 1, 4)
    assert all(error["pointer"].startswith("/rows/1") for error in body["results"][1]["errors"])
    assert KpiReading.objects.count() == before + 1


def test_readings_batch_of_a_stranger_records_nothing(caller: Caller, case: UseCase) -> None:
    key = Kpi.objects.filter(case=case).values_list("key", flat=True)[0]
    rows = [READING | {"reference": case.reference, "kpi": key}]

    _status, body = post(caller(UserFactory()), "readings:batch", {"rows": rows}, "readings:batch")

    assert body["refused"] == 1


@pytest.mark.parametrize("rows", [[], "x", None, [1], [[]]])
def test_costs_batch_that_is_no_batch_is_refused(caller: Caller, member: User, rows: Any) -> None:
    status, body = post(caller(member), "costs:batch", {"rows": rows}, "costs:batch")

    assert (status, body["errors"][0]["pointer"].startswith("/rows")) == (422, True)


def test_costs_batch_records_rows_in_the_cases_currency(caller: Caller, case: UseCase, member: User) -> None:
    good = COST | {"reference": case.reference}

    _status, body = post(
        caller(member), "costs:batch", {"rows": [good | {"currency": "EUR"}, good | {"currency": "USD"}]}, "costs:batch"
    )

    assert [row["outcome"] for row in body["results"]] == ["created", "refused"]
