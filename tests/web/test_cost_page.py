"""The cost tab: outlook, notices with their justification, and what waits at home because of them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from pocgate.identity.queries import roles_of
from pocgate.web.cost_chart import cost_chart, finding
from pocgate.web.queries.waiting import waiting_for
from portfolio.models import CostCap, CostPlan, TeamMember, UseCase
from scoring.commands.costs import watch_costs
from scoring.models import CostJustification, CostNotice
from scoring.queries.costs import case_costs
from tests.factories.costs import CostNoticeFactory, case_with_money
from tests.factories.identity import UserFactory
from tests.factories.portfolio import UseCaseFactory
from tests.factories.stage_set import a_stage_set

pytestmark = pytest.mark.django_db


def person(case: UseCase, role: str = "product_owner"):
    return TeamMember.objects.get(case=case, role=role).user


def page(client: Client, case: UseCase, user: object) -> str:
    client.force_login(user)
    answer = client.get(reverse("portfolio:cost", args=[case.reference]))
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def near_cap() -> UseCase:
    """600 of 640 are spent, so that 90 % ask for a justification; a steady burn will surely pass the cap."""
    case = case_with_money(timezone.now(), stage_cap=640)
    watch_costs([case.pk], now=timezone.now())
    return case


def test_tab_shows_outlook_chart_lines_and_what_can_not_be_told(client: Client, near_cap: UseCase) -> None:
    text = page(client, near_cap, person(near_cap, "budget_holder"))

    assert 'id="cost-chart"' in text
    for words in ("surely over by then", "80 % prediction", "The nine lines", "Student"):
        assert words in text
    assert "No outcome KPI is defined whose units could be counted." in text
    assert "No business case is recorded." in text
    assert "Waits for the owner's justification." in text


def test_tab_of_a_case_without_money_says_why_there_is_no_forecast(client: Client) -> None:
    case = UseCaseFactory(stage=1, status="active")
    member = TeamMember.objects.create(case=case, user=UserFactory(), role="engineering", started_at=timezone.now())

    text = page(client, case, member.user)

    assert "Recurring cost of 0 periods is recorded in this stage; it needs 3." in text
    assert 'id="cost-chart"' not in text
    assert 'id="notices"' not in text


def test_owner_justifies_on_the_tab_and_everybody_reads_it(client: Client, near_cap: UseCase) -> None:
    notice = CostNotice.objects.get(case=near_cap, percent=90)
    address = reverse("scoring:justify_cost", args=[near_cap.reference, notice.pk])
    assert address in page(client, near_cap, person(near_cap))

    blank = client.post(address, {"text": "  "})
    given = client.post(address, {"text": "Twice the labels."})
    again = client.post(address, {"text": "Once more."})

    assert (blank.status_code, given.status_code, again.status_code) == (422, 302, 409)
    assert given["Location"] == f"/cases/{near_cap.reference}/cost/#notices"
    assert CostJustification.objects.get().text == "Twice the labels."
    text = page(client, near_cap, person(near_cap, "budget_holder"))
    assert "Twice the labels." in text
    assert "Waits for the owner" not in text


def test_justification_is_the_owners_alone_and_of_the_case_in_the_address(client: Client, near_cap: UseCase) -> None:
    notice, other = CostNotice.objects.get(case=near_cap, percent=90), CostNoticeFactory()
    address = reverse("scoring:justify_cost", args=[near_cap.reference, notice.pk])

    client.force_login(person(near_cap, "budget_holder"))
    by_holder = client.post(address, {"text": "Because."})
    client.force_login(UserFactory())
    by_stranger = client.post(address, {"text": "Because."})
    client.force_login(person(near_cap))
    elsewhere = client.post(reverse("scoring:justify_cost", args=[near_cap.reference, other.pk]), {"text": "Because."})

    assert (by_holder.status_code, by_stranger.status_code, elsewhere.status_code) == (403, 404, 404)
    assert CostJustification.objects.count() == 0


def test_justification_waits_for_the_owner_until_it_is_given(client: Client, near_cap: UseCase) -> None:
    def kinds(user: object) -> list[str]:
        return [each.kind for each in waiting_for(user, roles_of(user, now=timezone.now()), now=timezone.now())]

    owner, holder = person(near_cap), person(near_cap, "budget_holder")
    before = ("justification" in kinds(owner), "justification" in kinds(holder))
    notice = CostNotice.objects.get(case=near_cap, percent=90)
    client.force_login(owner)
    client.post(reverse("scoring:justify_cost", args=[near_cap.reference, notice.pk]), {"text": "Twice the labels."})

    assert (before, "justification" in kinds(owner)) == ((True, False), False)


def test_proposed_review_waits_for_the_chair_who_convenes_it(client: Client) -> None:
    now = timezone.now()
    stage = a_stage_set(now)
    plan = CostPlan.objects.get(case=stage.case)
    CostCap.objects.get_or_create(plan=plan, stage=0, defaults={"amount": 1000})
    CostNoticeFactory(case=stage.case, plan=plan, stage=0, percent=100, proposes_review=True, noticed_at=now)
    chairs = waiting_for(stage.chair, frozenset({"chair"}), now=now)

    text = page(client, stage.case, stage.chair)
    convened = client.post(reverse("gates:convene", args=[stage.case.reference]), {"reason": "The cap is used up."})

    assert [each.url for each in chairs if each.kind == "convening"] == [
        f"/cases/{stage.case.reference}/reviews/#out-of-cycle"
    ]
    assert "Convene it" in text
    assert convened.status_code == 302
    assert "A review out of cycle is proposed." not in page(client, stage.case, stage.chair)


def test_chart_draws_record_band_cap_and_breach(near_cap: UseCase) -> None:
    outlook = case_costs([near_cap.pk], now=timezone.now())[near_cap.pk].outlook

    chart = cost_chart(outlook, "EUR")

    layers = [layer["data"]["values"] for layer in chart.spec["layer"]]
    ahead, spent = layers[0], next(rows for rows in layers if rows and "spent" in rows[0])
    assert (spent[0]["spent"], spent[-1]["spent"]) == (0.0, 600.0)
    assert (ahead[0]["forecast"], ahead[-1]["forecast"]) == (600.0, 1000.0)
    assert all(row["lower"] <= row["forecast"] <= row["upper"] for row in ahead)
    assert chart.title.startswith("The cap of the stage is passed on ")
    assert len(chart.figures.rows) == len(spent) + len(ahead)


@pytest.mark.parametrize(
    ("cap", "horizon", "words"),
    [
        (Decimal(500), 60, "EUR 600 used of EUR 500: over the cap of the stage"),
        (Decimal(2000), 60, "EUR 1,000 of EUR 2,000 for the stage by "),
        (Decimal(2000), None, "EUR 600 used of EUR 2,000 for the stage"),
        (Decimal(2000), -3, "EUR 600 used of EUR 2,000 for the stage"),
    ],
)
def test_title_states_the_finding(cap: Decimal, horizon: int | None, words: str) -> None:
    now = timezone.now()
    case = case_with_money(now, stage_cap=int(cap))
    UseCase.objects.filter(pk=case.pk).update(target_gate_date=horizon and now.date() + timedelta(days=horizon))

    outlook = case_costs([case.pk], now=now)[case.pk].outlook

    assert finding(outlook, "EUR").startswith(words)
