"""The portfolio's status: what it counts, what it costs, and how it stood."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pocgate.ledger.commands import Act, record
from portfolio.commands.lifecycle import submit
from portfolio.models import CaseFact, CostEntry, CostPlan, UseCase
from tests.api.conftest import API, Caller
from tests.api.contract import assert_as_described
from tests.factories.findings import FindingFactory, SwampSignalFactory
from tests.factories.identity import LONG_AGO, UserFactory
from tests.factories.portfolio import DepartmentFactory, TeamMemberFactory, UseCaseFactory
from tests.factories.readiness import ReadinessScoreFactory

pytestmark = pytest.mark.django_db

STATUS = f"{API}/portfolio/status"


def status(client: Any, query: str = "") -> Any:
    return assert_as_described(client.get(f"{STATUS}{query}"), "portfolio/status")


def cost(case: UseCase, amount: str, state: str = "actual", **more: Any) -> CostEntry:
    return CostEntry.objects.create(
        case=case,
        line="people",
        amount=Decimal(amount),
        state=state,
        recurrence="one_off",
        period_start=date(2024, 1, 1),
        period_end=date(2024, 2, 1),
        recorded_at=LONG_AGO,
        **more,
    )


def test_status_of_nothing_is_all_zeros(caller: Caller) -> None:
    body = status(caller())

    assert (body["total"], body["open"], body["by_department"], body["cost"]) == (0, 0, [], [])
    assert body["readiness"]["0"] == {"average": None, "median": None, "measured": 0}


def test_status_counts_cases_by_stage_status_tier_and_department(caller: Caller) -> None:
    claims = DepartmentFactory(name="Claims")
    UseCaseFactory(stage=0, department=claims, tier="high")
    UseCaseFactory(stage=1, status="in_review", department=claims)
    UseCaseFactory(stage=1, status="paused", department=DepartmentFactory(name="Sales"))
    UseCaseFactory(stage=1, status="stopped", department=claims)
    UseCaseFactory(stage=None, status="retired", origin="imported", department=claims)
    UseCaseFactory(stage=None, origin="imported", department=None)
    UseCaseFactory(stage=None, status="draft", department=None)
    UseCaseFactory(stage=None, status="draft", department=None, archived_at=LONG_AGO)

    body = status(caller())

    assert (body["total"], body["open"]) == (7, 4)
    assert body["by_stage"] == {"0": 1, "1": 2, "2": 0, "3": 0, "unknown": 1}
    assert body["by_status"] == {"draft": 1, "active": 2, "in_review": 1, "paused": 1, "stopped": 1, "retired": 1}
    assert body["by_stage_and_status"]["1"] == {
        "draft": 0, "active": 0, "in_review": 1, "paused": 1, "stopped": 1, "retired": 0
    }  # fmt: skip
    assert (body["by_tier"]["high"], body["by_tier"]["unassessed"]) == (1, 6)
    assert body["by_department"] == [
        {"department": "Claims", "total": 4, "open": 2, "high": 1},
        {"department": "Sales", "total": 1, "open": 1, "high": 0},
        {"department": None, "total": 2, "open": 1, "high": 0},
    ]


@pytest.mark.parametrize(
    ("scores", "average", "median"), [([10], 10.0, 10.0), ([10, 40], 25.0, 25.0), ([90, 10, 20], 40.0, 20.0)]
)
def test_status_readiness_has_average_and_median(
    caller: Caller, scores: list[int], average: float, median: float
) -> None:
    for overall in scores:
        ReadinessScoreFactory(case=UseCaseFactory(stage=2), overall=overall)
    ReadinessScoreFactory(case=UseCaseFactory(stage=2, status="stopped"), overall=100)

    body = status(caller())

    assert body["readiness"]["2"] == {"average": average, "median": median, "measured": len(scores)}


def test_status_money_is_summed_per_currency_and_never_converted(caller: Caller) -> None:
    euros, francs = UseCaseFactory(), UseCaseFactory(currency="CHF")
    wrong = cost(euros, "1000.00")
    right = cost(euros, "100.10")
    CostEntry.objects.filter(pk=wrong.pk).update(superseded_by=right)
    cost(euros, "0.20", "committed")
    cost(francs, "7")
    person = UserFactory()
    agreed = {"proposed_at": LONG_AGO, "agreed_at": LONG_AGO, "agreed_by": person}
    CostPlan.objects.create(case=euros, version=1, case_cap=9, superseded_at=LONG_AGO + timedelta(1), **agreed)
    CostPlan.objects.create(case=euros, version=2, case_cap=500, **agreed)
    CostPlan.objects.create(case=francs, version=1, case_cap=80, proposed_at=LONG_AGO)

    nothing = {"untold": 0, "breaches": 0}
    assert status(caller())["cost"] == [
        {"currency": "CHF", "actual": "7.00", "committed": "0.00", "cap": "0.00", "forecast": "7.00", **nothing},
        {"currency": "EUR", "actual": "100.10", "committed": "0.20", "cap": "500.00", "forecast": "100.30", **nothing},
    ]


def test_status_tells_gates_that_are_due(caller: Caller) -> None:
    today = datetime.now(UTC).date()
    for days in (-1, 30, 31):
        UseCaseFactory(target_gate_date=today + timedelta(days=days))

    body = status(caller())

    assert (body["gates"]["overdue"], body["gates"]["next_30_days"]) == (1, 1)


def test_status_counts_cases_in_the_swamp_and_their_signs(caller: Caller) -> None:
    late, paused = UseCaseFactory(), UseCaseFactory(status="paused")
    for case, kind in ((late, "past_time_box"), (late, "idle"), (paused, "past_revive_date")):
        SwampSignalFactory(case=case, kind=kind)
    SwampSignalFactory(case=paused, kind="idle", ended_at=LONG_AGO + timedelta(days=3))

    client = caller()
    now, then = status(client), status(client, f"?as_of={(LONG_AGO + timedelta(days=1)).date()}")

    signs = {"past_time_box": 1, "past_revive_date": 1, "repeated_turns": 0, "no_active_owner": 0}
    assert now["swamp"] == {"cases": 2, "idle": 1, **signs}
    assert then["swamp"] == {"cases": 2, "idle": 2, **signs}


def test_status_counts_what_each_detector_finds(caller: Caller) -> None:
    FindingFactory()
    FindingFactory(state="cannot_tell", severity="")
    FindingFactory(detector="weak_metrics", state="clear", severity="")

    found = status(caller())["findings"]

    assert found["gold_plating"] == {"fired": 1, "clear": 0, "cannot_tell": 1}
    assert found["weak_metrics"] == {"fired": 0, "clear": 1, "cannot_tell": 0}
    assert found["hype_chasing"] == {"fired": 0, "clear": 0, "cannot_tell": 0}


def test_status_counts_only_what_its_reader_may_see(caller: Caller) -> None:
    own = TeamMemberFactory(case=UseCaseFactory(stage=1))
    ReadinessScoreFactory(case=own.case, overall=30)
    other = UseCaseFactory(stage=1, target_gate_date=LONG_AGO.date())
    ReadinessScoreFactory(case=other, overall=90)
    cost(other, "5")
    cost(own.case, "3")
    SwampSignalFactory(case=other)
    FindingFactory(case=other)

    body = status(caller(own.user))

    assert (body["total"], body["readiness"]["1"]["median"], body["cost"][0]["actual"]) == (1, 30.0, "3.00")
    assert (body["gates"]["overdue"], body["swamp"]["cases"]) == (0, 0)
    assert body["findings"]["gold_plating"]["fired"] == 0


def test_status_needs_the_same_queries_for_one_case_and_three(caller: Caller) -> None:
    client, counts = caller(), []
    for expected in (1, 3):
        while UseCase.objects.count() < expected:
            case = UseCaseFactory()
            ReadinessScoreFactory(case=case)
            cost(case, "1")
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert status(client)["total"] == expected
        counts.append(len(captured))

    assert counts[0] == counts[1]
    assert counts[0] <= 23


def test_status_etag_holds_until_something_happens(caller: Caller, django_assert_max_num_queries: Any) -> None:
    case = UseCaseFactory()
    client = caller()
    tag = client.get(STATUS)["ETag"]

    with django_assert_max_num_queries(9):
        assert client.get(STATUS, headers={"If-None-Match": tag}).status_code == 304
    record(Act("case.edited", "use_case", case.pk, case.pk), actor=None, now=datetime.now(UTC))

    assert client.get(STATUS, headers={"If-None-Match": tag}).status_code == 200


def test_status_etag_is_each_persons_own(caller: Caller) -> None:
    assert caller().get(STATUS)["ETag"] != caller(UserFactory()).get(STATUS)["ETag"]


def test_status_as_of_winds_stage_status_and_department_back(caller: Caller) -> None:
    claims, sales = DepartmentFactory(name="Claims"), DepartmentFactory(name="Sales")
    person = UserFactory()
    case = UseCaseFactory(stage=None, status="draft", department=claims, created_at=datetime(2024, 3, 1, tzinfo=UTC))
    submit(case_id=case.pk, time_box_days=28, actor=person, now=datetime(2024, 4, 1, tzinfo=UTC))
    UseCase.objects.filter(pk=case.pk).update(department=sales)
    moved = Act("case.edited", "use_case", case.pk, case.pk, {"department_id": claims.pk}, {"department_id": sales.pk})
    record(moved, actor=person, now=datetime(2024, 5, 1, tzinfo=UTC))
    client = caller()

    def stood(day: str) -> tuple[int, str, list[str]]:
        body = status(client, f"?as_of={day}")
        statuses = [name for name, count in body["by_status"].items() if count]
        return body["by_stage"]["0"], "".join(statuses), [row["department"] for row in body["by_department"]]

    assert stood("2024-02-28") == (0, "", [])
    assert stood("2024-03-15") == (0, "draft", ["Claims"])
    assert stood("2024-04-01") == (1, "active", ["Claims"])
    assert stood("2024-06-01") == (1, "active", ["Sales"])


def test_status_as_of_tells_the_tier_and_the_money_of_then(caller: Caller) -> None:
    case = UseCaseFactory(tier="minimal")
    change = datetime(2024, 6, 1, tzinfo=UTC)
    CaseFact.objects.create(case=case, key="tier", value="high", valid_from=LONG_AGO, valid_until=change)
    CaseFact.objects.create(case=case, key="tier", value="minimal", valid_from=change)
    wrong = cost(case, "10")
    right = cost(case, "20")
    CostEntry.objects.filter(pk=right.pk).update(recorded_at=change)
    CostEntry.objects.filter(pk=wrong.pk).update(superseded_by=right)
    client = caller()

    before, after = status(client, "?as_of=2024-05-01"), status(client, "?as_of=2024-07-01")

    assert [before["by_tier"]["high"], after["by_tier"]["high"]] == [1, 0]
    assert [before["cost"][0]["actual"], after["cost"][0]["actual"]] == ["10.00", "20.00"]
    assert (before["gates"], before["findings"]) == (None, None)


def test_status_as_of_a_day_to_come_is_refused(caller: Caller) -> None:
    answer = caller().get(f"{STATUS}?as_of=2999-01-01")

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "in_the_future")
