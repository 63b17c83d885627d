"""What is near its limit: money, KPIs and feedback that pass by little, and caps that the forecast sees passed."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from portfolio.models import CostEntry, KpiDefinition, UseCase
from scoring.queries.explaining.as_of import AsOf, as_of
from scoring.queries.explaining.margins import breaches_of, margins_of
from tests.factories.scoring import full_case

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def found(case: UseCase, now: datetime) -> AsOf:
    computed = as_of(case.pk, at=now)
    assert computed is not None
    return computed


def spend(case: UseCase, amount: int, now: datetime, *, months_ago: int = 0) -> None:
    start = (now - months_ago * 30 * DAY).date()
    CostEntry.objects.create(
        case=case,
        line="inference",
        amount=amount,
        state="actual",
        recurrence="recurring",
        period_start=start,
        period_end=start + 30 * DAY,
        stage=1,
        recorded_at=now,
    )


def test_half_spent_cap_is_not_near_its_limit(now: datetime) -> None:
    case = full_case(now)
    spend(case, 30, now)

    assert [margin.part.key for margin in margins_of(found(case, now)) if margin.part.key == "spend_within_cap"] == []


def test_nearly_spent_cap_says_what_is_left_of_it(now: datetime) -> None:
    case = full_case(now)
    spend(case, 135, now)

    near = {margin.part.key: margin for margin in margins_of(found(case, now))}

    margin = near["spend_within_cap"]
    assert (margin.figure, margin.limit, margin.share) == (Decimal(255), Decimal(300), Decimal("0.1500"))


def test_kpi_that_passes_by_little_says_which_part_of_its_promise_is_left(now: datetime) -> None:
    case = full_case(now)
    KpiDefinition.objects.filter(kpi__case=case).update(baseline=60)

    near = {margin.part.key: margin.share for margin in margins_of(found(case, now))}

    # From a baseline of 60 down to a target of 20: readings of 22, surely under 22.9, leave 7.1 of 40 to the threshold.
    assert near["kpi_meets_threshold"] == Decimal("0.1775")


def test_feedback_that_is_just_enough_has_nothing_left(now: datetime) -> None:
    case = full_case(now, stage=2)
    near = {margin.part.key: margin.share for margin in margins_of(found(case, now))}

    assert near["user_feedback"] == Decimal("0.0000")


def test_cap_that_the_forecast_sees_passed_comes_with_its_day(now: datetime) -> None:
    case = full_case(now, target_gate_date=(now + 200 * DAY).date())
    for months in (1, 2, 3, 4):
        spend(case, 35, now, months_ago=months)

    coming = breaches_of(found(case, now))

    assert [each.scope for each in coming] == ["stage"]
    assert coming[0].breach.day is not None
    assert now.date() < coming[0].breach.day < (now + 200 * DAY).date()
