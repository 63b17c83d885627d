"""Business cases, cost plans and cost entries."""

from __future__ import annotations

from pocgate.demo.plan.shapes import BudgetPlan, BusinessPlan, CasePlan, EntryPlan
from pocgate.demo.writing.portion import Portion
from pocgate.kernel.bulk import Row, write_rows
from portfolio.models import BusinessCase, CostCap, CostEntry, CostEstimate, CostPlan, UseCase


def write_money(portion: Portion) -> None:
    """Everything with an amount."""
    _write_business_cases(portion)
    _write_plans(portion)
    _write_entries(portion)


def _write_business_cases(portion: Portion) -> None:
    planned = [(plan, case, figures) for plan, case in portion.pairs() for figures in plan.business]
    keys = write_rows(BusinessCase, [_business_case(portion, case, figures) for _plan, case, figures in planned])
    for (plan, case, figures), key in zip(planned, keys, strict=True):
        after = {"benefit_likely": str(figures.likely), "cost_at_scale": str(figures.cost)}
        subject, at = ("business_case", key), figures.valid_from
        portion.tell("business_case.set", subject, plan, case, at=at, by=figures.by, after=after)


def _business_case(portion: Portion, case: UseCase, figures: BusinessPlan) -> Row:
    return {
        "case_id": case.pk,
        "benefit_low": figures.low,
        "benefit_likely": figures.likely,
        "benefit_high": figures.high,
        "cost_at_scale": figures.cost,
        "budget_line": figures.budget_line,
        "valid_from": figures.valid_from,
        "valid_until": figures.valid_until,
        "recorded_by_id": portion.person(figures.by),
    }


def _write_plans(portion: Portion) -> None:
    planned = [(plan, case, budget) for plan, case in portion.pairs() for budget in plan.budgets]
    keys = write_rows(CostPlan, [_plan(portion, case, budget) for _plan_, case, budget in planned])
    found = [(budget, key) for (*_rest, budget), key in zip(planned, keys, strict=True)]
    write_rows(
        CostCap,
        [{"plan_id": key, "stage": stage, "amount": amount} for budget, key in found for stage, amount in budget.caps],
    )
    write_rows(
        CostEstimate,
        [
            {"plan_id": key, "line": line, "monthly_amount": amount, "zero_reason": reason}
            for budget, key in found
            for line, amount, reason in budget.estimates
        ],
    )
    for (plan, case, budget), key in zip(planned, keys, strict=True):
        _tell_plan(portion, plan, case, budget, key)


def _plan(portion: Portion, case: UseCase, budget: BudgetPlan) -> Row:
    return {
        "case_id": case.pk,
        "version": budget.version,
        "case_cap": budget.case_cap,
        "monthly_cap": budget.monthly_cap,
        "proposed_by_id": portion.person(budget.proposed_by),
        "proposed_at": budget.proposed_at,
        "agreed_by_id": portion.person(budget.agreed_by) if budget.agreed_at else None,
        "agreed_at": budget.agreed_at,
        "superseded_at": budget.superseded_at,
    }


def _tell_plan(portion: Portion, plan: CasePlan, case: UseCase, budget: BudgetPlan, key: int) -> None:
    subject, after = ("cost_plan", key), {"version": budget.version, "case_cap": str(budget.case_cap)}
    by = budget.proposed_by
    portion.tell("cost_plan.proposed", subject, plan, case, at=budget.proposed_at, by=by, after=after)
    if budget.agreed_at is not None:
        by = budget.agreed_by
        portion.tell("cost_plan.agreed", subject, plan, case, at=budget.agreed_at, by=by, after=after)


def _write_entries(portion: Portion) -> None:
    planned = [(plan, case, entry) for plan, case in portion.pairs() for entry in plan.entries]
    keys = write_rows(CostEntry, [_entry(portion, case, entry) for _plan_, case, entry in planned])
    for (plan, case, entry), key in zip(planned, keys, strict=True):
        after = {"line": entry.line, "amount": str(entry.amount)}
        subject, at = ("cost_entry", key), entry.recorded_at
        portion.tell("cost.recorded", subject, plan, case, at=at, by=entry.by, after=after)


def _entry(portion: Portion, case: UseCase, entry: EntryPlan) -> Row:
    return {
        "case_id": case.pk,
        "line": entry.line,
        "amount": entry.amount,
        "state": entry.state,
        "recurrence": entry.recurrence,
        "period_start": entry.period_start,
        "period_end": entry.period_end,
        "stage": entry.stage,
        "iteration": entry.iteration,
        "note": entry.note,
        "recorded_at": entry.recorded_at,
        "recorded_by_id": portion.person(entry.by),
    }
