"""Records behind a verdict: where they are kept and what they are called."""

from __future__ import annotations

from django import template
from django.forms import BoundField, Form
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from scoring.rules.reasons import Record

register = template.Library()

PAGES = {
    "use_case": "case",
    "team_member": "portfolio:team",
    "scope_item": "case",
    "business_case": "case",
    "kpi": "portfolio:kpis",
    "kpi_reading": "portfolio:kpis",
    "cost_plan": "portfolio:cost",
    "cost_cap": "portfolio:cost",
    "cost_entry": "portfolio:cost",
    "evidence_revision": "portfolio:evidence",
}
WORDS = {
    "use_case": _("case"),
    "team_member": _("team"),
    "scope_item": _("scope"),
    "business_case": _("business case"),
    "kpi": _("KPI"),
    "kpi_reading": _("reading"),
    "cost_plan": _("cost plan"),
    "cost_cap": _("cap"),
    "cost_entry": _("cost"),
    "evidence_revision": _("evidence"),
    "criterion_answer": _("answer"),
}


@register.filter
def page_of(record: Record) -> str:
    """The name of the page that keeps the record; empty for what stands on the readiness page itself."""
    return PAGES.get(record.type, "")


@register.filter
def kind_of(record: Record) -> str:
    """What sort of record it is."""
    return str(WORDS.get(record.type, record.type))


@register.filter
def field_of(form: Form, name: str) -> BoundField:
    """A field by its name."""
    return form[name]


@register.filter
def effort_word(effort: str) -> str:
    """S, M, L in words."""
    return {"S": gettext("small effort"), "M": gettext("medium effort"), "L": gettext("large effort")}.get(
        effort, effort
    )


@register.filter
def spaced(word: str) -> str:
    """A code of the playbook as words: `data_owner` reads “data owner”."""
    return word.replace("_", " ")


@register.filter
def unlocalized(number: object) -> str:
    """A number for machines: without thousands separators, with a point."""
    return str(number)


@register.filter
def split_words(text: str) -> list[str]:
    """The words of a text, to loop over."""
    return text.split()
