"""Money of a case: plans, what was spent, and how much of each cap that is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Sum

from portfolio.enums import CostLine, CostState, Stage
from portfolio.models import CostEntry, CostEstimate, CostPlan, UseCase
from portfolio.rules.burn import Spent, run_rate

ENTRIES_SHOWN = 100


@dataclass(frozen=True)
class Burn:
    """Actual and committed money against a cap; per cent is None without a cap."""

    key: str
    cap: Decimal | None
    actual: Decimal
    committed: Decimal

    @property
    def used(self) -> Decimal:
        """Actual and committed together."""
        return self.actual + self.committed

    @property
    def percent(self) -> int | None:
        """The part of the cap that is used; None without a cap, 100 and more when it is reached."""
        if self.cap is None:
            return None
        if self.cap == 0:
            return 100 if self.used else 0
        return int(self.used / self.cap * 100)

    @property
    def actual_percent(self) -> int:
        """The part of the cap that was spent already; 0 without a cap."""
        return int(self.actual / self.cap * 100) if self.cap else 0

    @property
    def is_over(self) -> bool:
        """More than the cap."""
        return self.cap is not None and self.used > self.cap


@dataclass(frozen=True)
class LineEstimate:
    """A cost line and what it is estimated to cost a month at scale; None while nobody said."""

    line: str
    label: str
    monthly_amount: Decimal | None
    zero_reason: str


@dataclass(frozen=True)
class CostView:
    """The plan in force, the newest proposal when it is another, the burn, and the newest entries."""

    in_force: CostPlan | None
    proposal: CostPlan | None
    stage_caps: dict[int, Decimal]
    burns: tuple[Burn, ...]
    estimates: tuple[LineEstimate, ...]
    entries: tuple[CostEntry, ...]

    @property
    def plan(self) -> CostPlan | None:
        """The plan to look at: the open proposal, else the one in force."""
        return self.proposal or self.in_force

    @property
    def estimated_total(self) -> Decimal:
        """A month at target scale, as far as estimated."""
        return sum((each.monthly_amount or Decimal(0) for each in self.estimates), Decimal(0))

    @property
    def lines_estimated(self) -> int:
        """How many of the nine lines are estimated."""
        return sum(each.monthly_amount is not None for each in self.estimates)


def cost_view(case: UseCase, *, today: date) -> CostView:
    """The money of a case; at most seven queries."""
    plans = list(
        CostPlan.objects.filter(case=case).select_related("proposed_by", "agreed_by").order_by("-version")[:20]
    )
    in_force = next((plan for plan in plans if plan.agreed_at and not plan.superseded_at), None)
    proposal = plans[0] if plans and plans[0].agreed_at is None else None
    shown = proposal or in_force
    entries = CostEntry.objects.filter(case=case).select_related("recorded_by").order_by("-period_start", "-pk")
    return CostView(
        in_force=in_force,
        proposal=proposal,
        stage_caps=_stage_caps(shown),
        burns=_burns(case, in_force, today),
        estimates=_estimates(shown),
        entries=tuple(entries[:ENTRIES_SHOWN]),
    )


def spent_by_stage(case: UseCase) -> dict[tuple[int | None, int, str], Decimal]:
    """Sums of what counts, by stage, iteration and state."""
    rows = (
        CostEntry.objects.filter(case=case, superseded_by__isnull=True)
        .order_by()
        .values_list("stage", "iteration", "state")
        .annotate(total=Sum("amount"))
    )
    return {(stage, iteration, state): total for stage, iteration, state, total in rows}


def monthly_cost(case: UseCase, *, today: date) -> Decimal:
    """Recurring money a month, over the last days that are recorded; 0 while nothing recurring runs."""
    rows = CostEntry.objects.filter(case=case, superseded_by__isnull=True, recurrence="recurring").values_list(
        "line", "amount", "period_start", "period_end"
    )
    spent = [Spent(line, amount, True, begins, ends) for line, amount, begins, ends in rows]
    return run_rate(spent, today) or Decimal(0)


def _burns(case: UseCase, plan: CostPlan | None, today: date) -> tuple[Burn, ...]:
    spent, caps = spent_by_stage(case), _stage_caps(plan)
    burns = []
    if case.stage is not None:
        here = {key[2]: total for key, total in spent.items() if key[:2] == (case.stage, case.iteration)}
        burns.append(_burn("stage", caps.get(case.stage), here))
    whole: dict[str, Decimal] = {}
    for (_stage, _iteration, state), total in spent.items():
        whole[state] = whole.get(state, Decimal(0)) + total
    burns.append(_burn("case", plan.case_cap if plan else None, whole))
    monthly = monthly_cost(case, today=today)
    burns.append(_burn("monthly", plan.monthly_cap if plan else None, {CostState.ACTUAL: monthly}))
    return tuple(burns)


def _burn(key: str, cap: Decimal | None, by_state: dict[str, Decimal]) -> Burn:
    zero = Decimal(0)
    return Burn(key, cap, by_state.get(CostState.ACTUAL, zero), by_state.get(CostState.COMMITTED, zero))


def _stage_caps(plan: CostPlan | None) -> dict[int, Decimal]:
    return dict(plan.caps.order_by("stage").values_list("stage", "amount")) if plan else {}


def _estimates(plan: CostPlan | None) -> tuple[LineEstimate, ...]:
    rows = {each.line: each for each in CostEstimate.objects.filter(plan=plan)} if plan else {}
    return tuple(
        LineEstimate(
            line,
            str(label),
            rows[line].monthly_amount if line in rows else None,
            rows[line].zero_reason if line in rows else "",
        )
        for line, label in CostLine.choices
    )


def stages_with_caps(caps: dict[int, Decimal]) -> list[tuple[int, str, Decimal | None]]:
    """Every stage with its name and cap, if it has one."""
    return [(stage.value, str(stage.label), caps.get(stage.value)) for stage in Stage]
