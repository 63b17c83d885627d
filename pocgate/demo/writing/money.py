"""Business cases, cost plans and cost entries."""

from __future__ import annotations

from pocgate.demo.plan.shapes import BudgetPlan, CasePlan
from pocgate.demo.writing.portion import BATCH, Portion
from portfolio.models import BusinessCase, CostCap, CostEntry, CostEstimate, CostPlan, UseCase


def write_money(portion: Portion) -> None:
    """Everything with an amount."""
    _write_business_cases(portion)
    _write_plans(portion)
    _write_entries(portion)


def _write_business_cases(portion: Portion) -> None:
    rows = [
        (plan, case, BusinessCase(
            case=case,
            benefit_low=figures.low,
            benefit_likely=figures.likely,
            benefit_high=figures.high,
            cost_at_scale=figures.cost,
            budget_line=figures.budget_line,
            valid_from=figures.valid_from,
            valid_until=figures.valid_until,
            recorded_by_id=portion.person(figures.by),
        ))
        for plan, case in portion.pairs()
        for figures in plan.business
    ]  # fmt: skip
    BusinessCase.objects.bulk_create([row for *_rest, row in rows], batch_size=BATCH)
    for plan, case, row in rows:
        after = {"benefit_likely": str(row.benefit_likely), "cost_at_scale": str(row.cost_at_scale)}
        subject = ("business_case", row.pk)
        portion.tell("business_case.set", subject, plan, case, at=row.valid_from, by=plan.created_by, after=after)


def _write_plans(portion: Portion) -> None:
    rows = [
        (plan, case, budget, CostPlan(
            case=case,
            version=budget.version,
            case_cap=budget.case_cap,
            monthly_cap=budget.monthly_cap,
            proposed_by_id=portion.person(budget.proposed_by),
            proposed_at=budget.proposed_at,
            agreed_by_id=portion.person(budget.agreed_by) if budget.agreed_at else None,
            agreed_at=budget.agreed_at,
            superseded_at=budget.superseded_at,
        ))
        for plan, case in portion.pairs()
        for budget in plan.budgets
    ]  # fmt: skip
    CostPlan.objects.bulk_create([row for *_rest, row in rows], batch_size=BATCH)
    CostCap.objects.bulk_create(
        [
            CostCap(plan=row, stage=stage, amount=amount)
            for *_rest, budget, row in rows
            for stage, amount in budget.caps
        ],
        batch_size=BATCH,
    )
    CostEstimate.objects.bulk_create(
        [
            CostEstimate(plan=row, line=line, monthly_amount=amount, zero_reason=reason)
            for *_rest, budget, row in rows
            for line, amount, reason in budget.estimates
        ],
        batch_size=BATCH,
    )
    for plan, case, budget, row in rows:
        _tell_plan(portion, plan, case, budget, row)


def _tell_plan(portion: Portion, plan: CasePlan, case: UseCase, budget: BudgetPlan, row: CostPlan) -> None:
    subject = ("cost_plan", row.pk)
    after = {"version": budget.version, "case_cap": str(budget.case_cap)}
    by = budget.proposed_by
    portion.tell("cost_plan.proposed", subject, plan, case, at=budget.proposed_at, by=by, after=after)
    if budget.agreed_at is not None:
        by = budget.agreed_by
        portion.tell("cost_plan.agreed", subject, plan, case, at=budget.agreed_at, by=by, after=after)


def _write_entries(portion: Portion) -> None:
    rows = [
        (plan, case, CostEntry(
            case=case,
            line=entry.line,
            amount=entry.amount,
            state=entry.state,
            recurrence=entry.recurrence,
            period_start=entry.period_start,
            period_end=entry.period_end,
            stage=entry.stage,
            iteration=entry.iteration,
            note=entry.note,
            recorded_at=entry.recorded_at,
            recorded_by_id=portion.person(entry.by),
        ))
        for plan, case in portion.pairs()
        for entry in plan.entries
    ]  # fmt: skip
    CostEntry.objects.bulk_create([row for *_rest, row in rows], batch_size=BATCH)
    for plan, case, row in rows:
        after = {"line": row.line, "amount": str(row.amount)}
        subject = ("cost_entry", row.pk)
        portion.tell("cost.recorded", subject, plan, case, at=row.recorded_at, by=plan.created_by, after=after)
