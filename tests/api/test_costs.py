"""The cost of a case and of the portfolio, and the owner's justification."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from portfolio.models import BenefitEntry, BusinessCase, KpiReading, TeamMember, UseCase
from scoring.commands.costs import watch_costs
from scoring.models import CostJustification, CostNotice
from tests.api.conftest import API, Caller
from tests.api.contract import assert_as_described
from tests.factories.costs import CostNoticeFactory, CostOutlookFactory, case_with_money
from tests.factories.portfolio import KpiFactory, UseCaseFactory

pytestmark = pytest.mark.django_db
AT = "use-cases/{ref}/cost-notices/{notice_id}/justification"


def cost_of(caller: Caller, case: UseCase) -> dict[str, Any]:
    answer = caller().get(f"{API}/use-cases/{case.reference}")
    cost: dict[str, Any] = assert_as_described(answer, "use-cases/{ref}")["cost"]
    return cost


def justify(client: Any, notice: CostNotice, **body: object) -> Any:
    address = f"{API}/use-cases/{notice.case.reference}/cost-notices/{notice.pk}/justification"
    return client.post(address, body, content_type="application/json")


def owner_of(case: UseCase) -> Any:
    return TeamMember.objects.get(case=case, role="product_owner").user


def test_case_tells_forecast_breach_and_run_rate(caller: Caller) -> None:
    case = case_with_money(datetime.now(UTC), stage_cap=800)

    cost = cost_of(caller, case)

    stage, whole = cost["forecast"]["standings"]
    horizon = (datetime.now(UTC) + timedelta(days=60)).date().isoformat()
    assert (cost["run_rate"], cost["run_rate_at_scale"]) == ("202.92", None)
    assert (cost["forecast"]["state"], cost["forecast"]["horizon"], cost["forecast"]["periods"]) == ("sure", horizon, 3)
    assert (stage["scope"], stage["cap"], stage["used"], stage["amount"]["point"]) == (
        "stage", "800.00", "600.00", "1000.00",
    )  # fmt: skip
    assert stage["breach_earliest"] <= stage["breach_day"] <= stage["breach_latest"] < horizon
    assert (whole["scope"], whole["state"], whole["breach_day"]) == ("case", "within", None)
    assert [line["line"] for line in cost["lines"] if line["actual"] != "0"] == ["people"]


def test_case_without_records_says_what_it_can_not_tell_and_why(caller: Caller) -> None:
    cost = cost_of(caller, UseCaseFactory(stage=1, status="active"))

    assert (cost["forecast"]["state"], cost["run_rate"], cost["notices"]) == ("cannot_tell", None, [])
    assert cost["forecast"]["reason"] == "Recurring cost of 0 periods is recorded in this stage; it needs 3."
    assert [(cost[key]["value"], bool(cost[key]["reason"])) for key in ("unit_cost", "return", "business_case")] == [
        (None, True)
    ] * 3


def test_case_tells_what_the_money_brings(caller: Caller) -> None:
    now = datetime.now(UTC)
    case = case_with_money(now)
    kpi = KpiFactory(case=case, role="primary", kind="outcome")
    definition = kpi.definitions.get()
    definition.baseline, definition.direction, definition.money_per_unit = Decimal(40), "lower", Decimal(1000)
    definition.save()
    KpiReading.objects.create(
        kpi=kpi, value=30, sample_size=100, error=1, observed_from=now - timedelta(days=30), observed_to=now,
        recorded_at=now, iteration=1,
    )  # fmt: skip
    BusinessCase.objects.create(
        case=case, benefit_low=3000, benefit_likely=4000, benefit_high=5000, cost_at_scale=1, valid_from=now
    )
    today = now.date()
    BenefitEntry.objects.create(
        case=case, amount=900, period_start=today - timedelta(days=90), period_end=today, method="Counted",
        recorded_at=now,
    )  # fmt: skip

    cost = cost_of(caller, case)

    assert (cost["unit_cost"]["value"]["amount"], cost["unit_cost"]["value"]["units"]) == ("2.00", 100)
    assert cost["return"]["value"]["benefit_a_year"]["point"] == "10000.00"
    assert cost["return"]["value"]["ratio"]["lower"] < cost["return"]["value"]["ratio"]["point"]
    assert (cost["business_case"]["value"]["verdict"], cost["business_case"]["value"]["percent_of_likely"]) == (
        "as_promised", 91,
    )  # fmt: skip


def test_owner_justifies_and_the_case_tells_it(caller: Caller) -> None:
    case = case_with_money(datetime.now(UTC), stage_cap=640)
    watch_costs([case.pk], now=datetime.now(UTC))
    notice = CostNotice.objects.get(case=case, percent=90)

    answer = justify(caller(owner_of(case)), notice, text="Twice the labels.")

    assert answer.status_code == 201
    body = assert_as_described(answer, AT, "post")
    assert (body["text"], body["author"]) == ("Twice the labels.", owner_of(case).username)
    told = {each["percent"]: each for each in cost_of(caller, case)["notices"]}
    assert (sorted(told), told[90]["justification"], told[90]["justification_asked"]) == ([50, 75, 90], body, False)


@pytest.mark.parametrize(
    ("fields", "text", "status", "code"),
    [
        ({}, "", 422, "blank"),
        ({}, "x" * 4001, 422, "max_length"),
        ({}, "a\x00b", 422, "null_characters_not_allowed"),
        ({"asks_justification": False, "percent": 75}, "Because", 409, "justification_not_asked"),
    ],
)
def test_justification_that_can_not_be_is_refused_with_field_and_reason(
    caller: Caller, fields: dict[str, object], text: str, status: int, code: str
) -> None:
    case = case_with_money(datetime.now(UTC))
    asked = {"percent": 90, "asks_justification": True, **fields}
    notice = CostNoticeFactory(case=case, plan=case.cost_plans.get(), **asked)

    answer = justify(caller(owner_of(case)), notice, text=text)

    assert (answer.status_code, code in answer.content.decode()) == (status, True)
    assert CostJustification.objects.count() == 0


def test_status_adds_forecasts_up_per_currency(caller: Caller) -> None:
    euros = UseCaseFactory(status="active")
    CostOutlookFactory(case=euros, used=100, forecast=150, lower=140, upper=160, state="sure")
    CostOutlookFactory(case=UseCaseFactory(status="paused"), used=10)
    CostOutlookFactory(case=UseCaseFactory(status="active", currency="CHF"), used=9, forecast=8, lower=8, upper=8)
    CostOutlookFactory(case=UseCaseFactory(status="stopped"), used=1, forecast=99, lower=99, upper=99)

    rows = caller().get(f"{API}/portfolio/status").json()["cost"]

    assert [(row["currency"], row["forecast"], row["untold"], row["breaches"]) for row in rows] == [
        ("CHF", "0.00", 0, 0),
        ("EUR", "50.00", 1, 1),
    ]


GOOD = {
    "line": "people",
    "amount": "100.00",
    "state": "actual",
    "recurrence": "recurring",
    "period_start": "2026-01-01",
    "period_end": "2026-02-01",
}


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"amount": "-1"}, "amount", "negative"),
        ({"amount": "NaN"}, "amount", "invalid"),
        ({"amount": "Infinity"}, "amount", "invalid"),
        ({"amount": "1.005"}, "amount", "max_decimal_places"),
        ({"amount": "1e15"}, "amount", "max_whole_digits"),
        ({"line": "magic"}, "line", "invalid_choice"),
        ({"period_end": "2026-01-01"}, "period_end", "period_order"),
        ({"currency": "USD"}, "currency", "other_currency"),
        ({"bill": {"currency": "EUR", "amount": "1", "rate": "1", "on": "2026-01-01"}}, "bill/currency", "not_foreign"),
        ({"bill": {"currency": "USD", "amount": "-1", "rate": "1", "on": "2026-01-01"}}, "bill/amount", "negative"),
        ({"bill": {"currency": "USD", "amount": "1", "rate": "0", "on": "2026-01-01"}}, "bill/rate", "not_positive"),
    ],
)
def test_cost_that_can_not_be_is_refused_with_field_and_reason(
    caller: Caller, changes: dict[str, object], field: str, code: str
) -> None:
    case = case_with_money(datetime.now(UTC))
    before = case.cost_entries.count()
    row = {"reference": case.reference, **GOOD, **changes}

    answer = caller(owner_of(case)).post(f"{API}/costs:batch", {"rows": [row]}, content_type="application/json")

    (result,) = answer.json()["results"]
    assert (answer.status_code, result["outcome"], case.cost_entries.count()) == (200, "refused", before)
    assert [error["pointer"] for error in result["errors"]] == [f"/rows/0/{field}"]
    assert code in result["errors"][0]["code"]
