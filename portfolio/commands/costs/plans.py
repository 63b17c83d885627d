"""Cost plans: proposed by the team, in force once the budget holder agreed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Max

from pocgate.identity.models import User
from pocgate.kernel.errors import Blocker
from pocgate.ledger.commands import Act
from portfolio.commands.opening import case_to_edit, invalid_when, note_change, plain, refuse_when
from portfolio.enums import CostLine, Stage, Status
from portfolio.models import CostCap, CostEstimate, CostPlan, UseCase
from portfolio.rules.money import Estimate, Plan, plan_problems


def propose_plan(*, case_id: int, plan: Plan, actor: User, now: datetime) -> CostPlan:
    """A new version of the whole plan; the one agreed stays in force until this one is agreed.

    A draft's plan that nobody agreed to is replaced instead, so that autosave makes no versions.
    """
    invalid_when(plan_problems(plan, lines=CostLine.values, stages=Stage.values))
    with transaction.atomic():
        case = case_to_edit(case_id, act="plan_costs", actor=actor, now=now)
        newest = CostPlan.objects.filter(case=case).order_by("-version").first()
        wanted = replace(plan, estimates=tuple(sorted(plan.estimates, key=lambda each: each.line)))
        if newest is not None and plan_of(newest) == wanted:
            return newest
        if newest is not None and newest.agreed_at is None and case.status == Status.DRAFT:
            newest.delete()
        row = _create(case, plan, actor=actor, now=now)
        before = _as_json(plan_of(newest)) if newest and newest.pk else {}
        act = Act("cost_plan.proposed", "cost_plan", row.pk, case.pk, before, _as_json(plan))
        note_change(case, act, actor=actor, now=now)
    return row


def agree_plan(*, plan_id: int, actor: User, now: datetime) -> CostPlan:
    """The budget holder agrees to the newest plan; its caps are in force from now on."""
    with transaction.atomic():
        found = CostPlan.objects.get(pk=plan_id)
        case = case_to_edit(found.case_id, act="agree_cap", actor=actor, now=now)
        plan = CostPlan.objects.select_for_update().get(pk=plan_id)
        newest = CostPlan.objects.filter(case=case).aggregate(newest=Max("version"))["newest"]
        refuse_when(_agreeing_blockers(plan, newest))
        in_force = CostPlan.objects.filter(case=case, agreed_at__isnull=False, superseded_at__isnull=True)
        old = in_force.first()
        before = _as_json(plan_of(old)) if old else {}
        in_force.update(superseded_at=now)
        CostPlan.objects.filter(pk=plan.pk).update(agreed_by=actor, agreed_at=now)
        plan.agreed_by, plan.agreed_at = actor, now
        after = {"version": plan.version, **_as_json(plan_of(plan))}
        note_change(case, Act("cost_plan.agreed", "cost_plan", plan.pk, case.pk, before, after), actor=actor, now=now)
    return plan


def fund_stage(*, case_id: int, stage: int, amount: Decimal, reference: str, actor: User, now: datetime) -> CostPlan:
    """The cap of a stage as a gate decided it, in a new version of the plan in force that the decider agreed to.

    The decision is what agrees, so neither the team proposes nor the budget holder agrees once more; the caller locked
    the case. The plan stays as it is where it has this cap already.
    """
    case = UseCase.objects.select_for_update().get(pk=case_id)
    in_force = CostPlan.objects.filter(case=case, agreed_at__isnull=False, superseded_at__isnull=True)
    old = in_force.first()
    present = plan_of(old) if old else Plan()
    if old is not None and present.stage_caps.get(stage) == amount:
        return old
    wanted = replace(present, stage_caps={**present.stage_caps, stage: amount})
    in_force.update(superseded_at=now)
    row = _create(case, wanted, actor=actor, now=now)
    CostPlan.objects.filter(pk=row.pk).update(agreed_by=actor, agreed_at=now)
    before, after = _as_json(present) if old else {}, {"version": row.version, **_as_json(wanted)}
    act = Act("cost_plan.agreed", "cost_plan", row.pk, case.pk, before, {**after, "decision": reference})
    note_change(case, act, actor=actor, now=now)
    return row


def plan_of(row: CostPlan) -> Plan:
    """The values of a stored plan."""
    from_row = row.estimates.order_by("line").values_list("line", "monthly_amount", "zero_reason")
    return Plan(
        stage_caps=dict(row.caps.values_list("stage", "amount")),
        case_cap=row.case_cap,
        monthly_cap=row.monthly_cap,
        estimates=tuple(Estimate(*values) for values in from_row),
    )


def _create(case: UseCase, plan: Plan, *, actor: User, now: datetime) -> CostPlan:
    newest = CostPlan.objects.filter(case=case).aggregate(newest=Max("version"))["newest"] or 0
    row = CostPlan.objects.create(
        case=case,
        version=newest + 1,
        case_cap=plan.case_cap,
        monthly_cap=plan.monthly_cap,
        proposed_by=actor,
        proposed_at=now,
    )
    CostCap.objects.bulk_create([CostCap(plan=row, stage=stage, amount=cap) for stage, cap in plan.stage_caps.items()])
    CostEstimate.objects.bulk_create(
        [
            CostEstimate(plan=row, line=each.line, monthly_amount=each.monthly_amount, zero_reason=each.zero_reason)
            for each in plan.estimates
        ]
    )
    return row


def _agreeing_blockers(plan: CostPlan, newest: int) -> list[Blocker]:
    if plan.agreed_at is not None:
        return [Blocker("agreed_already", "This plan was agreed already.")]
    if plan.version < newest:
        return [Blocker("newer_plan", "There is a newer proposal; agree to that one.")]
    if plan.case_cap is None:
        return [Blocker("case_cap_missing", "The plan names no cap for the whole case.")]
    return []


def _as_json(plan: Plan) -> dict[str, object]:
    return {
        "case_cap": plain(plan.case_cap),
        "monthly_cap": plain(plan.monthly_cap),
        "stage_caps": {str(stage): plain(amount) for stage, amount in sorted(plan.stage_caps.items())},
        "estimates": {each.line: plain(each.monthly_amount) for each in plan.estimates},
    }
