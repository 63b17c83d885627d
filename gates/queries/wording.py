"""Rules, dossier reasons and places of a change in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gates.rules.digest import Change
from scoring.enums import Verdict
from scoring.queries.readiness import in_reader_language
from scoring.rules.playbook import Playbook

# Why policy recommends what it does: one sentence for each rule of the vocabulary.
RULES = {
    "tier_prohibited": _("The risk tier is prohibited."),
    "kpi_futile": _("A KPI can hardly reach its target any more."),
    "kpi_failed_over_cap": _("A KPI misses its threshold and the cost cap is breached."),
    "kpi_failed_late_iteration": _("A KPI misses its threshold in a late iteration."),
    "scorecard_decline": _("Both value and feasibility are rated too low."),
    "time_box_silent": _("Far past its time-box the case is not ready, and nothing was measured lately."),
    "kpi_failed": _("A KPI misses its threshold."),
    "scorecard_short_of_demand": _("The scorecard falls short of what this gate asks."),
    "cap_breached": _("The cost cap is breached."),
    "cap_breach_sure": _("The cost cap will surely be breached."),
    "blocked_outside_team": _("The work is blocked by somebody outside the team."),
    "time_box_overrun": _("Far past its time-box the case is not ready."),
    "scorecard_missing": _("Value and feasibility are not rated by enough people yet."),
    "must_open": _("At least one must-meet does not pass and may not stay open."),
    "closable_open": _("Only must-meets that may be closed later are open, each with an owner and a date."),
    "must_waived": _("A must-meet is waived."),
    "all_musts_pass": _("Every must-meet passes."),
}
FROZEN = {
    "requested": _("frozen with the request"),
    "voting_opened": _("frozen when the vote opened"),
    "material_change": _("frozen again because something material changed"),
}
WHO = {
    "team": _("the team"),
    "product_owner": _("the product owner"),
    "assessors": _("assessors"),
    "admin": _("an administrator"),
    "compliance": _("compliance"),
    "data_owner": _("the data owner"),
    "operations": _("operations"),
    "user_representative": _("the user representative"),
    "security": _("security"),
}
PLACES = {
    "recommended": _("Recommended outcome"),
    "tier": _("Risk tier"),
    "caps": _("Cost caps"),
    "scope": _("Scope"),
    "sign_offs_taken_back": _("Sign-offs taken back"),
}


OVERRIDES = {
    "tally": _("the vote"),
    "scorecard": _("the scorecard of value and feasibility"),
    "kpi_sample_sizes": _("the sample sizes of KPIs"),
    "should_meets": _("should-meets"),
    "closable_musts_beyond_limit": _("the number of must-meets that may be closed later"),
    "cap": _("the cost cap"),
}


def rule_text(rule: str) -> str:
    """The sentence of a rule; an unknown one as it is."""
    return str(RULES.get(rule, rule))


def override_text(name: str) -> str:
    """What an override passes over."""
    return str(OVERRIDES.get(name, name.replace("_", " ")))


def who_text(who: str) -> str:
    """Who mends a thing."""
    return str(WHO.get(who, who.replace("_", " ")))


def change_text(change: Change, playbook: Playbook) -> tuple[str, str, str]:
    """A material change as place, before and after."""
    root, _dot, key = change.path.partition(".")
    if root == "musts":
        known = playbook.criteria_by_key.get(key)
        title = in_reader_language(known.title) if known else key
        return title, _verdict(change.before), _verdict(change.after)
    place = str(PLACES.get(root.partition("[")[0], root))
    return place, _value(change.before), _value(change.after)


def _verdict(value: object) -> str:
    return str(_VERDICTS.get(str(value), value or gettext("did not count")))


def _value(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(_value(item) for item in value) or "–"
    if isinstance(value, Mapping):
        return str(value.get("text") or ", ".join(f"{name}: {item}" for name, item in value.items()))
    return "–" if value in (None, "") else str(value).replace("_", " ")


_VERDICTS = dict(Verdict.choices)
