"""The parts of the cost tab that scoring and gates know of; its records are the portfolio's own page."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import template
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import number_format

from pocgate.web.cost_chart import cost_chart
from pocgate.web.queries.cost_page import CostPage, cost_page
from portfolio.enums import CostLine
from portfolio.models import UseCase
from scoring.enums import CapScope
from scoring.queries.playbooks import current_playbook

register = template.Library()


@register.simple_tag(takes_context=True)
def cost_news(context: Context, case: UseCase) -> CostPage:
    """What there is to say about the cost of a case: `{% cost_news case as news %}`."""
    confidence = int(current_playbook().costs.forecast_confidence * 100)
    return cost_page(case, context["request"].user, confidence=confidence, now=timezone.now())


@register.simple_tag(takes_context=True)
def cost_part(context: Context, name: str, case: UseCase, news: CostPage) -> str:
    """A part of the tab: notices, outlook, lines or worth."""
    values: dict[str, Any] = {"case": case, "news": news, "details": news.details, "outlook": news.details.outlook}
    if name == "outlook":
        values["chart"] = cost_chart(news.details.outlook, case.currency)
    return render_to_string(f"cases/cost/{name}.html", values, request=context["request"])


@register.filter
def line_name(line: str) -> str:
    """A cost line's name."""
    return str(CostLine(line).label).capitalize()


@register.filter
def cap_words(scope: str) -> str:
    """What a cap is for."""
    return str(CapScope(scope).label).capitalize()


@register.filter
def whole(amount: Decimal) -> Decimal:
    """An estimate without cents: they would promise more than it can keep."""
    return amount.quantize(Decimal(1), ROUND_HALF_UP)


@register.filter
def as_percent(ratio: Decimal) -> str:
    """A ratio in per cent: 0.66667 reads “67 %”."""
    return f"{number_format(ratio * 100, decimal_pos=0, force_grouping=True)} %"
