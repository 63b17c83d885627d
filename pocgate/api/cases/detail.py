"""One use case with what belongs to it: facts, team, KPIs, money, the open review and the latest decision."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch, Q, Sum

from gates.enums import OPEN_REVIEW_STATES
from gates.models import Decision, GateReview
from gates.queries.standing_words import shown_standing, standing_json
from pocgate.api.cases.columns import COLUMNS, lookups, row_maker
from pocgate.api.cases.costs import cost_outlook
from portfolio.enums import CostState
from portfolio.models import (
    CaseFact,
    CostEntry,
    CostPlan,
    Kpi,
    KpiDefinition,
    KpiThreshold,
    StageSpell,
    TeamMember,
    UseCase,
)
from scoring.queries.kpi_evidence import ShownEvidence, evidence_as_values, evidence_of_case

CENT = Decimal("0.01")
_make = row_maker(COLUMNS)


def case_detail(case: UseCase, *, now: datetime) -> dict[str, Any]:
    """Everything the page's header and overview tell; about thirty queries."""
    values = UseCase.objects.filter(pk=case.pk).values_list(*lookups(COLUMNS)).get()
    return {
        **_make(values),
        "facts": _facts(case),
        "spell": _spell(case),
        "team": _team(case),
        "kpis": _kpis(case, now=now),
        "cost": {**_cost(case), **cost_outlook(case, now=now)},
        "review": _review(case),
        "decision": _decision(case),
        "standing_detail": standing_json(shown_standing(case)),
    }


def _facts(case: UseCase) -> dict[str, str]:
    """Facts in force; unanswered ones are absent."""
    rows = CaseFact.objects.filter(case=case, valid_until__isnull=True).order_by("key")
    return dict(rows.values_list("key", "value"))


def _spell(case: UseCase) -> dict[str, Any] | None:
    """The present stay in a stage and its time-box; the clock stands still in review and on hold."""
    spell = StageSpell.objects.filter(case=case, exit_reason="").first()
    if spell is None:
        return None
    return {
        "stage": spell.stage,
        "entered_at": spell.entered_at,
        "time_box_days": spell.time_box_days,
        "extension_days": spell.extension_days,
        "time_box_ends_at": spell.time_box_ends_at,
        "clock_stopped_at": spell.clock_stopped_at,
    }


def _team(case: UseCase) -> list[dict[str, Any]]:
    members = TeamMember.objects.filter(case=case, ended_at__isnull=True).select_related("user")
    return [
        {
            "username": member.user.username,
            "name": str(member.user),
            "role": member.role,
            "since": member.started_at,
            "confirmed_at": member.confirmed_at,
        }
        for member in members.order_by("role", "pk")
    ]


def _kpis(case: UseCase, *, now: datetime) -> list[dict[str, Any]]:
    definitions = KpiDefinition.objects.filter(valid_until__isnull=True)
    thresholds = KpiThreshold.objects.select_related("set_by").order_by("gate", "set_at", "pk")
    kpis = Kpi.objects.filter(case=case, retired_at__isnull=True).prefetch_related(
        Prefetch("definitions", definitions), Prefetch("thresholds", thresholds)
    )
    evidence = evidence_of_case(case, now=now)
    return [_kpi(kpi, evidence.get(kpi.pk)) for kpi in kpis.order_by("pk")]


def _kpi(kpi: Kpi, shown: ShownEvidence | None) -> dict[str, Any]:
    definition = next(iter(kpi.definitions.all()), None)
    return {
        "key": kpi.key,
        "name": kpi.name,
        "role": kpi.role,
        "kind": kpi.kind,
        "gates": kpi.gates,
        "unit": definition.unit if definition else None,
        "direction": definition.direction if definition else None,
        "baseline": definition.baseline if definition else None,
        "target": definition.target if definition else None,
        "target_date": definition.target_date if definition else None,
        "statistic": definition.statistic if definition else "",
        "human_rated": definition.human_rated if definition else False,
        "slo_of": kpi.slo_of,
        "thresholds": [_threshold(row, kpi) for row in kpi.thresholds.all() if row.superseded_at is None],
        "evidence": evidence_as_values(shown) if shown else None,
    }


def _threshold(row: KpiThreshold, kpi: Kpi) -> dict[str, Any]:
    """A threshold in force with its marks, and every setting that led to it, oldest first."""
    return {
        "gate": row.gate,
        "value": row.value,
        "eased": row.eased,
        "set_late": row.late,
        "changes": [
            {
                "value": each.value,
                "old_value": each.old_value,
                "set_at": each.set_at,
                "set_by": each.set_by.username if each.set_by else None,
                "reason": each.reason,
                "readings_existed": each.readings_existed,
            }
            for each in kpi.thresholds.all()
            if each.gate == row.gate
        ],
    }


def cents(amount: Decimal | None) -> Decimal:
    """A sum with two decimals, whatever the database left of them."""
    return (amount or Decimal(0)).quantize(CENT)


def _cost(case: UseCase) -> dict[str, Any]:
    """Money over all iterations in the case's currency, and the caps in force."""
    spent = CostEntry.objects.filter(case=case, superseded_by__isnull=True).aggregate(
        actual=Sum("amount", filter=Q(state=CostState.ACTUAL)),
        committed=Sum("amount", filter=Q(state=CostState.COMMITTED)),
    )
    plan = CostPlan.objects.filter(case=case, agreed_at__isnull=False, superseded_at__isnull=True).first()
    caps = plan.caps.order_by("stage") if plan else []
    return {
        "currency": case.currency,
        "actual": cents(spent["actual"]),
        "committed": cents(spent["committed"]),
        "case_cap": plan.case_cap if plan else None,
        "monthly_cap": plan.monthly_cap if plan else None,
        "stage_caps": [{"stage": cap.stage, "amount": cap.amount} for cap in caps],
    }


def _review(case: UseCase) -> dict[str, Any] | None:
    review = GateReview.objects.filter(case=case, state__in=OPEN_REVIEW_STATES).first()
    if review is None:
        return None
    return {
        "id": review.pk,
        "gate": review.gate,
        "kind": review.kind,
        "state": review.state,
        "requested_at": review.requested_at,
        "decide_by": review.decide_by,
        "voting_closes_at": review.voting_closes_at,
    }


def latest_decision(case: UseCase, gate: int | None = None) -> Decision | None:
    """The newest decision that no other corrects, of one gate or of any."""
    decisions = Decision.objects.filter(review__case=case, corrected_by__isnull=True).select_related("review")
    if gate is not None:
        decisions = decisions.filter(review__gate=gate)
    return decisions.order_by("-decided_at", "-pk").first()


def _decision(case: UseCase) -> dict[str, Any] | None:
    decision = latest_decision(case)
    return None if decision is None else as_decision(decision)


def as_decision(decision: Decision) -> dict[str, Any]:
    """A decision in a few words."""
    return {
        "number": decision.reference,
        "gate": decision.review.gate,
        "outcome": decision.outcome,
        "decided_at": decision.decided_at,
        "dossier_digest": decision.digest,
    }
