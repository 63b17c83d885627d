"""The overview of a case: facts, team, scope, the KPI that counts, money, and the way so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Sum

from portfolio.enums import FACT_VALUES, KpiRole, ScopeKind
from portfolio.models import (
    BusinessCase,
    CaseFact,
    CaseOrigin,
    CostCap,
    CostEntry,
    CostPlan,
    Hold,
    Kpi,
    KpiDefinition,
    KpiReading,
    ScopeItem,
    StageSpell,
    TeamMember,
    UseCase,
)

# What is worth telling apart from an empty cell of an imported row.
RAW_CELLS_SHOWN = 200


@dataclass(frozen=True)
class Fact:
    """A fact in force, worded."""

    label: str
    value: str
    since: datetime


@dataclass(frozen=True)
class KpiState:
    """The primary KPI with its definition in force and its newest reading."""

    kpi: Kpi
    definition: KpiDefinition | None
    reading: KpiReading | None


@dataclass(frozen=True)
class Spend:
    """Money spent or committed in the present stage against its cap, in the case's currency."""

    spent: Decimal
    cap: Decimal | None
    total: Decimal

    @property
    def percent(self) -> int | None:
        """Of the stage's cap; None without a cap."""
        return round(100 * self.spent / self.cap) if self.cap else None

    @property
    def tone(self) -> str:
        """How the bar is coloured."""
        if self.percent is None or self.percent < SPEND_WARNS:
            return ""
        return "stop" if self.percent > SPEND_FULL else "warn"


SPEND_WARNS, SPEND_FULL = 80, 100


@dataclass(frozen=True)
class Overview:
    """Everything on the overview tab; sequences are in the order shown."""

    facts: Sequence[Fact]
    team: Sequence[TeamMember]
    scope: Mapping[str, Sequence[ScopeItem]]
    kpi: KpiState | None
    spend: Spend
    business_case: BusinessCase | None
    spells: Sequence[StageSpell]
    hold: Hold | None
    origin: CaseOrigin | None

    @property
    def raw_cells(self) -> Sequence[tuple[str, object]]:
        """The imported row's cells that hold something."""
        if self.origin is None:
            return ()
        cells = self.origin.raw.items() if isinstance(self.origin.raw, dict) else ()
        return [(column, value) for column, value in cells if value not in ("", None)][:RAW_CELLS_SHOWN]


def overview_of(case: UseCase) -> Overview:
    """The overview of one case, in a fixed number of queries."""
    return Overview(
        facts=_facts(case),
        team=list(
            TeamMember.objects.filter(case=case, ended_at__isnull=True).select_related("user").order_by("started_at")
        ),
        scope=_scope(case),
        kpi=_kpi(case),
        spend=_spend(case),
        business_case=BusinessCase.objects.filter(case=case, valid_until__isnull=True).first(),
        spells=list(StageSpell.objects.filter(case=case).order_by("iteration", "pk")),
        hold=Hold.objects.filter(case=case, ended_at__isnull=True).first(),
        origin=CaseOrigin.objects.filter(case=case).select_related("run").first(),
    )


def _facts(case: UseCase) -> Sequence[Fact]:
    found = CaseFact.objects.filter(case=case, valid_until__isnull=True).order_by("key")
    return [Fact(fact.get_key_display(), _fact_value(fact), fact.valid_from) for fact in found]


def _fact_value(fact: CaseFact) -> str:
    values = FACT_VALUES.get(fact.key)
    labels = dict(values.choices) if values else {}
    return str(labels.get(fact.value, fact.value))


def _scope(case: UseCase) -> Mapping[str, Sequence[ScopeItem]]:
    items = list(ScopeItem.objects.filter(case=case, removed_at__isnull=True).order_by("added_at", "pk"))
    return {
        str(label): [item for item in items if item.kind == kind]
        for kind, label in ScopeKind.choices
        if any(item.kind == kind for item in items)
    }


def _kpi(case: UseCase) -> KpiState | None:
    kpi = Kpi.objects.filter(case=case, role=KpiRole.PRIMARY, retired_at__isnull=True).first()
    if kpi is None:
        return None
    definition = KpiDefinition.objects.filter(kpi=kpi, valid_until__isnull=True).first()
    readings = KpiReading.objects.filter(kpi=kpi, superseded_by__isnull=True)
    return KpiState(kpi, definition, readings.order_by("-observed_to", "-pk").first())


def _spend(case: UseCase) -> Spend:
    entries = CostEntry.objects.filter(case=case, superseded_by__isnull=True)
    by_stage = dict(entries.values_list("stage").annotate(Sum("amount")).order_by())
    plan = CostPlan.objects.filter(case=case, agreed_at__isnull=False, superseded_at__isnull=True)
    cap = CostCap.objects.filter(plan__in=plan, stage=case.stage).first() if case.stage is not None else None
    return Spend(
        spent=by_stage.get(case.stage, Decimal(0)),
        cap=cap.amount if cap else None,
        total=sum(by_stage.values(), Decimal(0)),
    )
