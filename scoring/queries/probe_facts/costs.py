"""Cost plans and the entries booked against them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from portfolio.enums import CostRecurrence, CostState
from portfolio.models import CostEntry, CostEstimate, CostPlan
from scoring.queries.probe_facts.basics import CaseRow
from scoring.queries.probe_facts.periods import in_force, known_by, uncorrected
from scoring.rules import probes
from scoring.rules.costs.records import CASE_CAP, RUN_RATE_CAP, STAGE_CAP
from scoring.rules.reasons import Record


@dataclass
class _Plan:
    pk: int
    version: int
    case_cap: Decimal | None
    monthly_cap: Decimal | None
    proposed_at: datetime
    agreed_at: datetime | None
    stage_caps: list[tuple[int, int, Decimal]] = field(default_factory=list)
    estimates: list[probes.Estimate] = field(default_factory=list)


def plans_of(case_ids: Sequence[int], *, now: datetime) -> dict[int, probes.CostPlan]:
    """Caps of the plan in force, else of the newest proposal; estimates of the newest version that has any.

    A proposal changes no cap before the budget holder agrees, while an estimate needs no agreement.
    """
    found = _plans(case_ids, now=now)
    _add_estimates(found)
    return {case_id: _plan_of(plans) for case_id, plans in found.items()}


def _plans(case_ids: Sequence[int], *, now: datetime) -> dict[int, list[_Plan]]:
    rows = (
        CostPlan.objects.filter(in_force(now, start="proposed_at", end="superseded_at"), case__in=case_ids)
        .order_by("case_id", "version", "caps__stage")
        .values_list(
            "case_id", "pk", "version", "case_cap", "monthly_cap", "proposed_at", "agreed_at",
            "caps__pk", "caps__stage", "caps__amount",
        )
    )  # fmt: skip
    found: dict[int, list[_Plan]] = {}
    for case_id, pk, version, case_cap, monthly_cap, proposed_at, agreed_at, cap_pk, stage, amount in rows:
        plans = found.setdefault(case_id, [])
        if not plans or plans[-1].pk != pk:
            plans.append(_Plan(pk, version, case_cap, monthly_cap, proposed_at, known_by(agreed_at, now)))
        if cap_pk is not None:
            plans[-1].stage_caps.append((cap_pk, stage, amount))
    return found


def _add_estimates(found: dict[int, list[_Plan]]) -> None:
    by_pk = {plan.pk: plan for plans in found.values() for plan in plans}
    rows = (
        CostEstimate.objects.filter(plan__in=list(by_pk))
        .order_by("pk")
        .values_list("plan_id", "line", "monthly_amount", "zero_reason")
    )
    for plan_id, line, amount, zero_reason in rows:
        by_pk[plan_id].estimates.append(probes.Estimate(line, amount, zero_reason))


def _plan_of(plans: Sequence[_Plan]) -> probes.CostPlan:
    newest = plans[-1]
    capped = next((plan for plan in reversed(plans) if plan.agreed_at is not None), newest)
    estimated = next((plan for plan in reversed(plans) if plan.estimates), capped)
    return probes.CostPlan(
        record=_record(estimated),
        caps=_caps(capped),
        estimates=tuple(estimated.estimates),
        estimated_at=estimated.proposed_at if estimated.estimates else None,
    )


def _caps(plan: _Plan) -> tuple[probes.Cap, ...]:
    stages = [
        probes.Cap(Record("cost_cap", pk, _amount(amount)), STAGE_CAP, stage, amount, plan.agreed_at)
        for pk, stage, amount in plan.stage_caps
    ]
    whole = [
        probes.Cap(_record(plan), scope, None, amount, plan.agreed_at)
        for scope, amount in ((CASE_CAP, plan.case_cap), (RUN_RATE_CAP, plan.monthly_cap))
        if amount is not None
    ]
    return (*stages, *whole)


def _record(plan: _Plan) -> Record:
    return Record("cost_plan", plan.pk, f"v{plan.version}")


def _amount(amount: Decimal) -> str:
    return f"{amount.normalize():f}"


def costs_of(cases: Sequence[CaseRow], *, now: datetime) -> list[tuple[int, probes.Cost]]:
    """Entries that stand uncorrected, with the case."""
    by_case = {row.case.pk: row for row in cases}
    rows = (
        CostEntry.objects.filter(uncorrected(now), case__in=list(by_case))
        .order_by("pk")
        .values_list(
            "case_id", "pk", "line", "amount", "state", "recurrence", "period_start", "period_end", "stage", "iteration"
        )
    )
    return [
        (
            case_id,
            probes.Cost(
                record=Record("cost_entry", pk, f"{_amount(amount)} ({period_start})"),
                line=line,
                amount=amount,
                committed=state == CostState.COMMITTED,
                recurring=recurrence == CostRecurrence.RECURRING,
                period_start=period_start,
                period_end=period_end,
                in_stage=_is_in_stage(by_case[case_id], stage, iteration, period_start),
            ),
        )
        for case_id, pk, line, amount, state, recurrence, period_start, period_end, stage, iteration in rows
    ]


def _is_in_stage(row: CaseRow, stage: int | None, iteration: int, period_start: date) -> bool:
    if iteration != row.case.iteration:
        return False
    if stage is not None:
        return stage == row.case.stage
    # A feed may not say the stage; what was served since the stage began was spent in it.
    return row.entered_at is None or period_start >= timezone.localtime(row.entered_at).date()
