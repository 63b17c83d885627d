"""The business case: each version keeps the one before."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from pocgate.identity.models import User
from pocgate.kernel.errors import FieldProblem
from pocgate.ledger.commands import Act
from portfolio.commands.opening import case_to_edit, invalid_when, note_change, plain
from portfolio.models import BusinessCase
from portfolio.rules.money import amount_problems
from portfolio.rules.numbers import count_problems, short_text_problems

FIELDS = ("benefit_low", "benefit_likely", "benefit_high", "cost_at_scale", "payback_months", "budget_line")


@dataclass(frozen=True)
class BusinessFigures:
    """Benefit a year (low, likely, high) and cost at scale a year, in the case's currency."""

    benefit_low: Decimal
    benefit_likely: Decimal
    benefit_high: Decimal
    cost_at_scale: Decimal
    payback_months: int | None = None
    budget_line: str = ""


def figure_problems(figures: BusinessFigures) -> list[FieldProblem]:
    """What is wrong with the figures."""
    problems = [
        *amount_problems("benefit_low", figures.benefit_low),
        *amount_problems("benefit_likely", figures.benefit_likely),
        *amount_problems("benefit_high", figures.benefit_high),
        *amount_problems("cost_at_scale", figures.cost_at_scale),
        *count_problems("payback_months", figures.payback_months, minimum=0),
        *short_text_problems("budget_line", figures.budget_line, 100),
    ]
    if not problems and not figures.benefit_low <= figures.benefit_likely <= figures.benefit_high:
        message = "The benefit goes from low over likely to high; put the three in order."
        problems.append(FieldProblem("benefit_likely", "range_order", message))
    return problems


def set_business_case(*, case_id: int, figures: BusinessFigures, actor: User, now: datetime) -> BusinessCase:
    """State the business case from now on. Recorded again unchanged, it counts as confirmed now."""
    invalid_when(figure_problems(figures))
    with transaction.atomic():
        case = case_to_edit(case_id, act="edit_case", actor=actor, now=now)
        open_rows = BusinessCase.objects.filter(case=case, valid_until__isnull=True)
        old = open_rows.first()
        open_rows.update(valid_until=now)
        business = BusinessCase.objects.create(case=case, valid_from=now, recorded_by=actor, **asdict(figures))
        before = {field: plain(getattr(old, field)) for field in FIELDS} if old else {}
        after = {field: plain(getattr(business, field)) for field in FIELDS}
        act = Act("business_case.set", "business_case", business.pk, case.pk, before, after)
        note_change(case, act, actor=actor, now=now)
    return business
