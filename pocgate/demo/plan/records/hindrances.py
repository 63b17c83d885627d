"""What a case of the story waits for, and what may go wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from pocgate.demo.plan.setting import Setting
from pocgate.demo.plan.shapes import DependencyPlan, MarkPlan, RiskPlan
from pocgate.demo.plan.timeline import Phase

_PROTOTYPE, _PILOT = 1, 2
# By subject: what it depends on, what is needed, outside the team, after how many days of the prototype it blocks,
# and how it was resolved three weeks later; unresolved where nothing is said.
_NEEDS = {
    "policy_compare": ("team", "The new release of the core system changes the interface we read from", True, 20, ""),
    "renewal_prices": (
        "team",
        "The tariff team has nobody for the comparison until the renewals are out",
        True,
        22,
        "",
    ),
    "flood_score": ("data", "Water levels of the last ten years from the regional authority", True, 25, ""),
    "motor_triage": ("data", "Labels of last year's total losses", True, 8, "Delivered by the claims archive"),
    "glass_fraud": ("team", "Access to the workshops' invoices", True, 10, "Contract amended, access is open"),
    "call_forecast": ("team", "Calendar of campaigns as a file", False, 6, "Comes by mail each month"),
}
_RISKS = (
    (
        *("People accept proposals without reading them", 3, 4),
        "One item in twenty is shown without a proposal and compared each week.",
    ),
    (
        *("The kind of items shifts with the season and quality falls unseen", 2, 4),
        "Drift of the inputs is watched; an alert goes to operations.",
    ),
    ("The supplier changes the model without notice", 2, 3, "Versions are pinned; a change is evaluated first."),
)


def dependencies(setting: Setting) -> Iterator[DependencyPlan]:
    """What the story's case waits or waited for, from its prototype on."""
    need = _NEEDS.get(setting.subject.key) if setting.script.detailed else None
    phase = setting.first_phase(_PROTOTYPE)
    if need is None or phase is None:
        return
    on, text, is_outside_team, days, resolution = need
    at = min(phase.start + timedelta(days=days), phase.end - timedelta(days=1))
    resolved = at + timedelta(days=min(21, (phase.end - at).days))
    yield DependencyPlan(
        mark=_mark(setting, phase, at),
        on=on,
        text=text,
        is_outside_team=is_outside_team,
        blocked_date=at.date(),
        resolution=resolution,
        resolved_at=resolved if resolution else None,
    )


def risks(setting: Setting) -> Iterator[RiskPlan]:
    """Known from the prototype on; the sponsor accepts what remains when the pilot begins."""
    phase, pilot = setting.first_phase(_PROTOTYPE), setting.first_phase(_PILOT)
    if phase is None or not setting.script.detailed:
        return
    at = phase.start + timedelta(days=3)
    if at >= min(phase.end, setting.now):
        return
    known = _RISKS if setting.subject.delivery in ("api_model", "bought") else _RISKS[:2]
    accepted = pilot.start + timedelta(days=2) if pilot else None
    for text, likelihood, impact, mitigation in known:
        yield RiskPlan(
            mark=_mark(setting, phase, at),
            text=text,
            likelihood=likelihood,
            impact=impact,
            mitigation=mitigation,
            accepted_at=accepted if accepted and accepted < setting.now else None,
        )


def _mark(setting: Setting, phase: Phase, at: datetime) -> MarkPlan:
    return MarkPlan(phase.stage, phase.iteration, at, setting.owner)
