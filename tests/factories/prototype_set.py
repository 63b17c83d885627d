"""A case in stage 1 that passes every must of gate 1 by real records, but for what a test takes away."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from gates.models import Committee
from portfolio.models import (
    CostEntry,
    CostEstimate,
    CostPlan,
    Kpi,
    KpiReading,
    KpiThreshold,
    StageSpell,
    UseCase,
)
from scoring.models import CriterionAnswer
from scoring.queries.playbooks import current_playbook
from scoring.rules.vocabulary import ATTESTED, COST_LINES, SIGNED
from tests.factories.stage_set import StageSet, a_stage_set, answer_with_evidence


def a_prototype_set(now: datetime, *, spent: int = 10_000) -> StageSet:
    """The set of `a_stage_set` one stage later; `spent` of the 40,000 that the stage may cost."""
    stage = a_stage_set(now)
    earlier = now - timedelta(days=5)
    UseCase.objects.filter(pk=stage.case.pk).update(stage=1)
    StageSpell.objects.filter(case=stage.case).update(stage=1)
    Committee.objects.filter(pk=stage.committee.pk).update(gate=1)
    stage.case.refresh_from_db()
    stage.committee.refresh_from_db()
    given = set(CriterionAnswer.objects.values_list("criterion", flat=True))
    for criterion in current_playbook().criteria:
        if criterion.kind in (ATTESTED, SIGNED) and criterion.first_gate <= 1 and criterion.key not in given:
            answer_with_evidence(
                stage.case, criterion.key, "met" if criterion.kind == ATTESTED else "accepted", earlier
            )
    _measure(stage.case, earlier)
    _spend(stage.case, spent, earlier)
    return stage


def _measure(case: UseCase, at: datetime) -> None:
    for kpi in Kpi.objects.filter(case=case).order_by("pk"):
        KpiThreshold.objects.create(kpi=kpi, gate=2, value=Decimal(85), set_at=at - timedelta(days=1))
        for source in ("claims of May", "claims of June"):
            KpiReading.objects.create(
                kpi=kpi,
                value=Decimal(95),
                sample_size=2000,
                observed_from=at - timedelta(days=4),
                observed_to=at - timedelta(days=1),
                source=source,
                recorded_at=at,
            )


def _spend(case: UseCase, amount: int, at: datetime) -> None:
    plan = CostPlan.objects.get(case=case)
    CostEstimate.objects.bulk_create(
        CostEstimate(plan=plan, line=line, monthly_amount=Decimal(100)) for line in COST_LINES
    )
    CostEntry.objects.create(
        case=case,
        line="people",
        amount=Decimal(amount),
        state="actual",
        recurrence="one_off",
        period_start=at.date() - timedelta(days=3),
        period_end=at.date(),
        stage=1,
        recorded_at=at,
    )
