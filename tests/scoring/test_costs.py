"""Watching the cost of cases: outlooks, notices once for each cap, and their justification."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from pocgate.inbox.models import Notification
from pocgate.kernel.errors import Forbidden, Invalid, NotAllowedNow
from pocgate.ledger.models import Activity
from portfolio.commands.costs import agree_plan, propose_plan, record_cost
from portfolio.models import CostPlan, TeamMember, UseCase
from portfolio.rules.money import Cost, Plan
from scoring.commands.costs import justify_cost, watch_costs
from scoring.models import CostJustification, CostNotice, CostOutlook
from scoring.queries.costs import cap_plans, case_costs, costs_due, notices_of, standing_notices, unanswered
from scoring.tasks import recompute_case, sweep_costs, watch_costs_of
from tests.factories.costs import CostNoticeFactory, case_with_money
from tests.factories.identity import UserFactory
from tests.factories.portfolio import UseCaseFactory

pytestmark = pytest.mark.django_db


def person(case: UseCase, role: str = "product_owner"):
    return TeamMember.objects.get(case=case, role=role).user


def spend(case: UseCase, amount: int, now: datetime) -> None:
    ends = now.date()
    bill = Cost("storage", Decimal(amount), "actual", "one_off", ends - timedelta(days=1), ends)
    record_cost(case_id=case.pk, cost=bill, actor=person(case), now=now)


def raise_cap(case: UseCase, amount: int, now: datetime, *, case_cap: int = 100_000) -> CostPlan:
    plan = Plan({1: Decimal(amount)}, Decimal(case_cap))
    row = propose_plan(case_id=case.pk, plan=plan, actor=person(case), now=now)
    return agree_plan(plan_id=row.pk, actor=person(case, "budget_holder"), now=now)


def percents(case: UseCase) -> list[int]:
    return list(CostNotice.objects.filter(case=case).order_by("pk").values_list("percent", flat=True))


def test_outlook_is_written_and_brought_up_to_date(now: datetime) -> None:
    case = case_with_money(now)

    watch_costs([case.pk], now=now)
    first = CostOutlook.objects.get(case=case)
    spend(case, 100, now)
    watch_costs([case.pk], now=now + timedelta(minutes=1))

    # 200 in 30 days, three times, and 60 days to go.
    assert (first.used, first.forecast, first.state, first.run_rate) == (600, 1000, "within", Decimal("202.92"))
    second = CostOutlook.objects.get(case=case)
    assert (second.used, second.forecast, second.state) == (700, 1100, "sure")
    assert second.breach_date is not None


def test_outlook_of_a_later_moment_is_kept(now: datetime) -> None:
    case = case_with_money(now)

    watch_costs([case.pk], now=now + timedelta(hours=1))
    watch_costs([case.pk], now=now)

    assert CostOutlook.objects.get(case=case).computed_at == now + timedelta(hours=1)


@pytest.mark.parametrize("status", ["stopped", "retired"])
def test_case_that_is_not_on_its_way_is_not_watched(status: str, now: datetime) -> None:
    case = case_with_money(now)
    UseCase.objects.filter(pk=case.pk).update(status=status)

    assert watch_costs([case.pk], now=now).cases == 0
    assert (CostOutlook.objects.count(), CostNotice.objects.count()) == (0, 0)


def test_each_share_is_noticed_once_however_often_it_is_looked_at(now: datetime) -> None:
    case = case_with_money(now)

    for hours, amount in ((0, 0), (1, 0), (2, 180), (3, 0), (4, 220), (5, 0)):
        if amount:
            spend(case, amount, now)
        watch_costs([case.pk], now=now + timedelta(hours=hours))

    assert percents(case) == [50, 75, 90, 100]
    assert Activity.objects.filter(verb="cost.noticed").count() == 4


def test_several_shares_at_once_are_all_noticed_and_the_highest_is_told(now: datetime) -> None:
    case = case_with_money(now)
    spend(case, 320, now)

    watch_costs([case.pk], now=now)

    assert percents(case) == [50, 75, 90]
    told = Notification.objects.filter(kind="cost_notice")
    assert {row.user for row in told} == {person(case), person(case, "budget_holder")}
    assert ["please justify" in row.title for row in told] == [True, True]
    assert {row.url for row in told} == {f"/cases/{case.reference}/cost/#notices"}


@pytest.mark.parametrize(
    ("amount", "asks", "proposes"), [(0, False, False), (200, False, False), (300, True, False), (400, True, True)]
)
def test_justification_is_asked_from_90_and_a_review_proposed_at_100(
    amount: int, asks: bool, proposes: bool, now: datetime
) -> None:
    case = case_with_money(now)
    if amount:
        spend(case, amount, now)

    watch_costs([case.pk], now=now)

    newest = CostNotice.objects.filter(case=case).latest("pk")
    assert (newest.asks_justification, newest.proposes_review) == (asks, proposes)


def test_raised_cap_is_judged_anew_and_its_old_notices_stand_no_more(now: datetime) -> None:
    case = case_with_money(now)
    spend(case, 400, now)
    watch_costs([case.pk], now=now)

    raise_cap(case, 1300, now + timedelta(hours=1))
    watch_costs([case.pk], now=now + timedelta(hours=2))

    assert percents(case) == [50, 75, 90, 100, 50, 75]
    standing = standing_of(case, now + timedelta(hours=2))
    assert [notice.percent for notice in standing] == [50, 75]


def test_cap_agreed_again_to_the_same_amount_is_the_same_cap(now: datetime) -> None:
    case = case_with_money(now)
    watch_costs([case.pk], now=now)

    raise_cap(case, 1000, now + timedelta(hours=1), case_cap=120_000)
    watch_costs([case.pk], now=now + timedelta(hours=2))

    assert percents(case) == [50]
    first = CostPlan.objects.get(case=case, version=1)
    assert cap_plans([case.pk], now=now + timedelta(hours=2))[case.pk]["stage", 1] == first.pk


def test_cap_that_a_later_plan_dropped_is_in_force_no_more(now: datetime) -> None:
    case = case_with_money(now)
    row = propose_plan(case_id=case.pk, plan=Plan({}, Decimal(50_000)), actor=person(case), now=now)
    agree_plan(plan_id=row.pk, actor=person(case, "budget_holder"), now=now)

    assert set(cap_plans([case.pk], now=now)[case.pk]) == {("case", None)}


def test_another_iteration_of_the_stage_has_its_own_notices(now: datetime) -> None:
    case = case_with_money(now)
    watch_costs([case.pk], now=now)
    UseCase.objects.filter(pk=case.pk).update(iteration=2)
    spend(case, 600, now)

    watch_costs([case.pk], now=now)

    assert list(CostNotice.objects.order_by("pk").values_list("iteration", "percent")) == [(1, 50), (2, 50)]
    assert [notice.iteration for notice in standing_of(case, now)] == [2]


def test_change_during_a_run_leaves_the_case_due_and_unnoticed(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    case = case_with_money(now)
    read = case_costs

    def read_then_change(case_ids, *, now):
        found = read(case_ids, now=now)
        raise_cap(case, 9000, now)
        return found

    monkeypatch.setattr("scoring.commands.costs.watch.case_costs", read_then_change)
    watch_costs([case.pk], now=now)

    assert (CostNotice.objects.count(), CostOutlook.objects.count()) == (0, 0)
    assert list(costs_due(now=now)) == [[case.pk]]


def test_case_is_due_after_a_change_and_once_a_day(now: datetime) -> None:
    case = case_with_money(now)
    due = [list(costs_due(now=now))]
    watch_costs([case.pk], now=now)
    due.append(list(costs_due(now=now)))
    due.append(list(costs_due(now=now + timedelta(days=1))))
    spend(case, 1, now)
    due.append(list(costs_due(now=now)))

    assert due == [[[case.pk]], [], [[case.pk]], [[case.pk]]]


@pytest.mark.parametrize("cases", [1, 3])
def test_watching_takes_as_many_queries_for_one_as_for_three(
    cases: int, now: datetime, django_assert_max_num_queries
) -> None:
    found = [case_with_money(now, stage_cap=100_000) for _ in range(cases)]
    watch_costs([case.pk for case in found], now=now)

    with django_assert_max_num_queries(11):
        watch_costs([case.pk for case in found], now=now)


def standing_of(case: UseCase, at: datetime) -> list[CostNotice]:
    fresh = UseCase.objects.get(pk=case.pk)
    return standing_notices(notices_of([case.pk]), {case.pk: fresh}, cap_plans([case.pk], now=at))


def test_justification_is_kept_and_ends_the_asking(now: datetime) -> None:
    case = case_with_money(now)
    spend(case, 320, now)
    watch_costs([case.pk], now=now)
    asked = unanswered(standing_of(case, now))

    given = justify_cost(notice_id=min(asked), text=" Twice the labels. ", actor=person(case), now=now)

    assert (len(asked), given.text, given.author, given.given_at) == (1, "Twice the labels.", person(case), now)
    assert unanswered(standing_of(case, now)) == set()
    assert Activity.objects.filter(verb="cost.justified", case_id=case.pk).count() == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "justification_missing"), ("  ", "justification_missing"), ("x" * 4001, "too_long"), ("\x00", "nul")],
)
def test_justification_that_says_nothing_is_refused(text: str, code: str, now: datetime) -> None:
    notice = CostNoticeFactory(percent=90, asks_justification=True)
    TeamMember.objects.create(case=notice.case, user=UserFactory(), role="product_owner", started_at=now)

    with pytest.raises(Invalid) as refused:
        justify_cost(notice_id=notice.pk, text=text, actor=person(notice.case), now=now)

    assert refused.value.problems[0].pointer == "text"
    assert refused.value.problems[0].code == ("text_unreadable" if code == "nul" else code)
    assert (CostJustification.objects.count(), Activity.objects.count()) == (0, 0)


@pytest.mark.parametrize("role", ["budget_holder", "engineering", None])
def test_justification_by_anybody_but_the_owner_is_forbidden(role: str | None, now: datetime) -> None:
    notice = CostNoticeFactory(percent=90, asks_justification=True)
    user = UserFactory()
    if role:
        TeamMember.objects.create(case=notice.case, user=user, role=role, started_at=now)

    with pytest.raises(Forbidden):
        justify_cost(notice_id=notice.pk, text="Because", actor=user, now=now)


def test_justification_that_nobody_asked_for_or_given_already_is_refused(now: datetime) -> None:
    notice = CostNoticeFactory(percent=75)
    asked = CostNoticeFactory(case=notice.case, plan=notice.plan, percent=90, asks_justification=True)
    TeamMember.objects.create(case=notice.case, user=UserFactory(), role="product_owner", started_at=now)
    justify_cost(notice_id=asked.pk, text="Because", actor=person(notice.case), now=now)

    codes = []
    for each in (notice, asked):
        with pytest.raises(NotAllowedNow) as refused:
            justify_cost(notice_id=each.pk, text="Once more", actor=person(notice.case), now=now)
        codes.append(refused.value.blockers[0].code)

    assert codes == ["justification_not_asked", "justified_already"]
    assert CostJustification.objects.count() == 1


def test_tasks_watch_what_is_due() -> None:
    case, quiet = case_with_money(timezone.now()), UseCaseFactory(stage=1, status="active")

    assert (sweep_costs(), sweep_costs(), watch_costs_of(case_ids=[case.pk])) == (2, 0, 0)
    assert (percents(case), percents(quiet)) == ([50], [])


def test_recomputing_a_case_wakes_the_watch(now: datetime, sent_tasks: list) -> None:
    case = case_with_money(now)

    recompute_case(case_id=case.pk)

    assert ("scoring.watch_costs", {"case_ids": [case.pk]}) in sent_tasks
