"""Records behind a verdict: where they are kept and what they are called."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django import template
from django.forms import BoundField, Form
from django.template.defaultfilters import floatformat
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portfolio.enums import TeamRole
from scoring.forms import DISCIPLINE_NAMES, JustificationForm
from scoring.models import CostNotice, SwampSignal
from scoring.queries.finding_words import signal_text, swamp_text
from scoring.queries.findings import ShownSignal
from scoring.queries.scorecards import Rated
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
    "feedback": "portfolio:use",
    "benefit_entry": "portfolio:use",
    "training_session": "portfolio:use",
    "operations_reading": "portfolio:use",
    "dependency": "portfolio:use",
    "risk": "portfolio:use",
    "criterion": "scoring:readiness",
    "kpi_threshold": "portfolio:kpis",
    "stage_spell": "case",
    "hold": "case",
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
    "feedback": _("feedback"),
    "benefit_entry": _("measured benefit"),
    "training_session": _("training"),
    "operations_reading": _("operation"),
    "dependency": _("dependency"),
    "risk": _("risk"),
    "criterion_answer": _("answer"),
    "criterion": _("criterion"),
    "kpi_threshold": _("threshold"),
    "stage_spell": _("stage"),
    "hold": _("pause"),
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
def signal_words(signal: ShownSignal) -> str:
    """What a signal says in the state it was found in."""
    return signal_text(signal.code, signal.state, signal.params)


@register.simple_tag
def justification_form(notice: CostNotice) -> JustificationForm:
    """The form of a notice, with fields of its own names: several may stand on a page."""
    return JustificationForm(auto_id=f"id_notice_{notice.pk}_%s")


@register.filter
def signal_icon(state: str) -> str:
    """The drawing beside a signal."""
    return {"fired": "flag", "clear": "check"}.get(state, "circle-question-mark")


@register.filter
def swamp_words(signal: SwampSignal) -> str:
    """What a swamp signal says."""
    return swamp_text(signal.kind, signal.since, signal.params)


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


@register.filter
def mark_x(rating: int | str) -> int:
    """Where a rating from 1 to 5 stands on a scale 100 wide."""
    return 20 * int(rating) - 10


@register.filter
def assessors(rated: Iterable[Rated]) -> str:
    """Names with the rating they gave: “Judith Oakhurst (2)”."""
    return ", ".join(f"{each.row.assessor} ({each.row.rating})" for each in rated)


@register.filter
def discipline_name(discipline: str) -> str:
    """A discipline of the playbook in words."""
    return str(DISCIPLINE_NAMES.get(discipline, discipline))


@register.filter
def signed(points: Decimal) -> str:
    """Points gained or lost, with their sign and two decimals; nothing is ±0."""
    if not points:
        return "±0"
    return ("+" if points > 0 else "−") + floatformat(abs(points), 2)


@register.filter
def share_percent(share: Decimal) -> str:
    """A share of 0–1 in whole percent."""
    return floatformat(share * 100, 0)


@register.filter
def actor_word(role: str) -> str:
    """Who acts on a criterion: the team, compliance, or a role of the team."""
    words = {"team": gettext("the team"), "compliance": gettext("compliance"), **dict(TeamRole.choices)}
    return str(words.get(role, role)).lower()


@register.filter
def cause_word(cause: str) -> str:
    """Why a score moved."""
    words = {"playbook": _("Another playbook"), "gate": _("Another gate"), "facts": _("Other facts of the case")}
    return str(words.get(cause, _("Records")))
