"""Factories of what follows from the money of a case."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import factory

from portfolio.commands.costs import agree_plan, propose_plan, record_cost
from portfolio.models import UseCase
from portfolio.rules.money import Cost, Plan
from scoring.models import CostJustification, CostNotice, CostOutlook
from tests.factories.identity import LONG_AGO, UserFactory
from tests.factories.portfolio import CostPlanFactory, TeamMemberFactory, UseCaseFactory


class CostNoticeFactory(factory.django.DjangoModelFactory[CostNotice]):
    class Meta:
        model = CostNotice

    case = factory.SubFactory(UseCaseFactory)
    plan = factory.SubFactory(CostPlanFactory, case=factory.SelfAttribute("..case"))
    scope = "stage"
    stage = 1
    iteration = 1
    percent = 50
    cap = Decimal(1000)
    used = Decimal(500)
    noticed_at = LONG_AGO


class CostJustificationFactory(factory.django.DjangoModelFactory[CostJustification]):
    class Meta:
        model = CostJustification

    notice = factory.SubFactory(CostNoticeFactory)
    text = "Labelling took twice as long as planned."
    author = factory.SubFactory(UserFactory)
    given_at = LONG_AGO


class CostOutlookFactory(factory.django.DjangoModelFactory[CostOutlook]):
    class Meta:
        model = CostOutlook

    case = factory.SubFactory(UseCaseFactory)
    version = 1
    state = "within"
    used = Decimal(500)
    computed_at = LONG_AGO


def case_with_money(now: datetime, *, bills: tuple[int, ...] = (200, 200, 200), stage_cap: int = 1000) -> UseCase:
    """A case in stage 1 with owner, budget holder, agreed caps, a horizon in 60 days, and 30-day bills until now."""
    case = UseCaseFactory(stage=1, status="active", target_gate_date=now.date() + timedelta(days=60))
    owner = TeamMemberFactory(case=case)
    holder = TeamMemberFactory(case=case, role="budget_holder")
    caps = {1: Decimal(stage_cap)}
    plan = propose_plan(case_id=case.pk, plan=Plan(caps, Decimal(100_000)), actor=owner.user, now=now)
    agree_plan(plan_id=plan.pk, actor=holder.user, now=now)
    for back, amount in enumerate(reversed(bills)):
        ends = now.date() - timedelta(days=30 * back)
        bill = Cost("people", Decimal(amount), "actual", "recurring", ends - timedelta(days=30), ends)
        record_cost(case_id=case.pk, cost=bill, actor=owner.user, now=now)
    return UseCase.objects.get(pk=case.pk)
