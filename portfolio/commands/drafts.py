"""The steps of registration: each saves what one page asks for, all of it or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from pocgate.identity.models import User
from portfolio.commands.business import BusinessFigures, set_business_case
from portfolio.commands.cases import save_draft
from portfolio.commands.costs.plans import plan_of, propose_plan
from portfolio.commands.facts import answer_questions
from portfolio.commands.kpis.definitions import change_definition, define_kpi, definition_of
from portfolio.commands.scope import set_scope
from portfolio.commands.team import name_roles
from portfolio.commands.tiering import assess_tier
from portfolio.enums import KpiKind, KpiRole
from portfolio.models import BusinessCase, CostPlan, Kpi, UseCase
from portfolio.rules.kpis import Definition
from portfolio.rules.money import Plan
from portfolio.rules.tiering import unanswered


@dataclass(frozen=True)
class Promise:
    """The primary KPI as the registration asks for it."""

    name: str
    unit: str
    direction: str
    baseline: Decimal | None
    target: Decimal | None
    baseline_source: str = ""


@dataclass(frozen=True)
class Caps:
    """The caps as the registration asks for them, in the case's currency."""

    case_cap: Decimal | None
    stage_caps: Mapping[int, Decimal | None]
    monthly_cap: Decimal | None


@dataclass(frozen=True)
class Measures:
    """What step four asks for; a part that is None is left as it is."""

    currency: str | None = None
    promise: Promise | None = None
    business: BusinessFigures | None = None
    caps: Caps | None = None
    scope: Mapping[str, list[str]] | None = None


def save_people(
    *,
    case_id: int,
    version: int | None,
    changes: Mapping[str, object],
    people: Mapping[str, User | None],
    actor: User,
    now: datetime,
) -> UseCase:
    """Step two: department and unit, and who has which role."""
    with transaction.atomic():
        case = save_draft(case_id=case_id, version=version, changes=changes, actor=actor, now=now)
        name_roles(case_id=case_id, people=people, actor=actor, now=now)
    return case


def save_risk(
    *,
    case_id: int,
    version: int | None,
    changes: Mapping[str, object],
    answers: Mapping[str, str],
    questionnaire: Mapping[str, Any],
    actor: User,
    now: datetime,
) -> UseCase:
    """Step three: how it is delivered, and the questions on data and risk.

    The tier is assessed as soon as every needed question of its questionnaire is answered.
    """
    with transaction.atomic():
        save_draft(case_id=case_id, version=version, changes=changes, actor=actor, now=now)
        answer_questions(case_id=case_id, answers=answers, actor=actor, now=now)
        if not unanswered(questionnaire):
            assess_tier(case_id=case_id, answers=questionnaire, actor=actor, now=now)
        return UseCase.objects.get(pk=case_id)


def save_measures(*, case_id: int, version: int | None, measures: Measures, actor: User, now: datetime) -> UseCase:
    """Step four: primary KPI, business case, caps and scope."""
    with transaction.atomic():
        changes = {"currency": measures.currency} if measures.currency else {}
        case = save_draft(case_id=case_id, version=version, changes=changes, actor=actor, now=now)
        if measures.promise is not None:
            _keep_promise(case, measures.promise, actor=actor, now=now)
        if measures.business is not None and not _is_stated(case, measures.business):
            set_business_case(case_id=case_id, figures=measures.business, actor=actor, now=now)
        if measures.caps is not None:
            propose_plan(case_id=case_id, plan=_plan(case, measures.caps), actor=actor, now=now)
        set_scope(case_id=case_id, lines=measures.scope or {}, actor=actor, now=now)
    return case


def _keep_promise(case: UseCase, promise: Promise, *, actor: User, now: datetime) -> None:
    kpi = Kpi.objects.filter(case=case, role=KpiRole.PRIMARY, retired_at__isnull=True).first()
    values = {
        "unit": promise.unit,
        "direction": promise.direction,
        "baseline": promise.baseline,
        "target": promise.target,
        "baseline_source": promise.baseline_source,
    }
    if kpi is None:
        define_kpi(
            case_id=case.pk,
            name=promise.name,
            role=KpiRole.PRIMARY,
            kind=KpiKind.OUTCOME,
            definition=Definition(**values),  # type: ignore[arg-type]
            actor=actor,
            now=now,
        )
        return
    known = definition_of(kpi.definitions.get(valid_until__isnull=True))
    changed = replace(known, **values)  # type: ignore[arg-type]
    change_definition(kpi_id=kpi.pk, name=promise.name, definition=changed, actor=actor, now=now)


def _is_stated(case: UseCase, figures: BusinessFigures) -> bool:
    row = BusinessCase.objects.filter(case=case, valid_until__isnull=True).first()
    if row is None:
        return False
    names = ("benefit_low", "benefit_likely", "benefit_high", "cost_at_scale", "payback_months", "budget_line")
    return all(getattr(row, name) == getattr(figures, name) for name in names)


def _plan(case: UseCase, caps: Caps) -> Plan:
    """The newest plan with other caps; what it says of estimates and other stages stays."""
    newest = CostPlan.objects.filter(case=case).order_by("-version").first()
    known = plan_of(newest) if newest else Plan()
    kept = {stage: amount for stage, amount in known.stage_caps.items() if stage not in caps.stage_caps}
    given = {stage: amount for stage, amount in caps.stage_caps.items() if amount is not None}
    return replace(known, case_cap=caps.case_cap, monthly_cap=caps.monthly_cap, stage_caps={**kept, **given})
