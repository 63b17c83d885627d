"""Words and drawings of the portfolio's own pages."""

from __future__ import annotations

from collections.abc import Mapping

from django import template
from django.utils.translation import gettext

from portfolio.commands.facts import CLAIMED_NONE
from portfolio.enums import FACT_VALUES
from portfolio.models import CaseFact

register = template.Library()


@register.filter
def fact_words(fact: CaseFact) -> str:
    """A fact's value in words; an absence that only the owner claims says so."""
    if fact.reason == CLAIMED_NONE:
        return gettext("no, says the owner; compliance confirms")
    return str(FACT_VALUES[fact.key](fact.value).label)


@register.filter
def burn_words(key: str) -> str:
    """What a cap is for."""
    names = {"stage": gettext("This stage"), "case": gettext("Whole case"), "monthly": gettext("Per month, recurring")}
    return names[key]


@register.filter
def at(values: Mapping[int, str], key: int) -> str:
    """The value under a key, nothing where there is none."""
    return values.get(key, "")
