"""Measured benefit: money of a period that is over, with the way it was measured."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pocgate.kernel.errors import FieldProblem
from portfolio.rules.moments import past_period_problems
from portfolio.rules.money import amount_problems
from portfolio.rules.numbers import short_text_problems

WHOLE_SCALE = Decimal(100)


@dataclass(frozen=True)
class MeasuredBenefit:
    """Money gained or saved; `period_end` is the day after the last. Without a currency it is in the case's.

    `scale_percent` is the share of the full scale that used the case meanwhile.
    """

    amount: Decimal
    period_start: date
    period_end: date
    method: str
    scale_percent: Decimal = WHOLE_SCALE
    source: str = ""
    external_id: str | None = None
    currency: str | None = None


def benefit_problems(benefit: MeasuredBenefit, *, currency: str, today: date) -> list[FieldProblem]:
    """What is wrong with a measured benefit; `currency` is the case's."""
    problems = [
        *_amount_problems(benefit.amount),
        *past_period_problems(benefit.period_start, benefit.period_end, today=today),
        *short_text_problems("method", benefit.method, 300, required=True),
        *_scale_problems(benefit.scale_percent),
        *short_text_problems("source", benefit.source, 200),
        *short_text_problems("external_id", benefit.external_id or "", 200),
    ]
    if benefit.currency is not None and benefit.currency != currency:
        message = "This case counts in {currency}; give the benefit in it."
        problems.append(FieldProblem("currency", "other_currency", message, {"currency": currency}))
    return problems


def _amount_problems(amount: Decimal) -> list[FieldProblem]:
    if amount.is_finite() and amount < 0:
        return [FieldProblem("amount", "negative", "A benefit can not be negative; record a loss as a cost.")]
    return amount_problems("amount", amount)


def _scale_problems(percent: Decimal) -> list[FieldProblem]:
    if not percent.is_finite():
        return [FieldProblem("scale_percent", "not_finite", "Give a share of the full scale in percent.")]
    if not 0 < percent <= WHOLE_SCALE:
        message = "The share of the full scale is above 0 and at most 100 percent."
        return [FieldProblem("scale_percent", "scale_range", message)]
    if percent != percent.quantize(Decimal("0.01")):
        return [FieldProblem("scale_percent", "too_precise", "Give at most two decimals.")]
    return []
