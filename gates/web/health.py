"""The page on how well the gates work."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from gates.forms.health import YEAR, HealthForm
from gates.queries.evaluation import day_here
from gates.queries.health import Health, Period, health_of
from gates.rules.health import GateHealth, Share
from pocgate.identity.queries import SignedInRequest

# A figure: its name in GateHealth, its title, what it counts, and whether more of it is a warning.
SHARES: tuple[tuple[str, Promise, Promise, bool], ...] = (
    (
        "go_with_open_musts",
        _("Go with a must-meet open"),
        _("Of the decisions “go”: those made while at least one must-meet did not pass."),
        True,
    ),
    ("overrides", _("Overrides"), _("Of all decisions: those more lenient than policy or vote, signed twice."), True),
    ("with_waivers", _("Approved with a waiver"), _("Of go and conditional go: those with a waived must-meet."), True),
    ("killed", _("Kill rate"), _("Of all decisions: “stop”. A gate that never stops anything is no gate."), False),
    (
        "conditions_overdue",
        _("Conditions never cleared"),
        _("Of the conditions set: those overdue today and still open."),
        True,
    ),
    ("conditions_late", _("Conditions cleared late"), _("Of the conditions cleared: those after their day."), True),
    (
        "decided_late",
        _("Decided late"),
        _("Of all decisions: those after the day by which policy asked for one."),
        True,
    ),
    (
        "crammed",
        _("Crammed evidence"),
        _("Of the requests with at least eight pieces of evidence: those with over half of it in the last 72 hours."),
        True,
    ),
    (
        "never_opened",
        _("Voted without opening the dossier"),
        _("Of the first votes on a dossier: those whose caster never opened that revision here."),
        True,
    ),
    (
        "skimmed",
        _("Voted within two minutes"),
        _("Of the votes cast after opening the dossier: those within two minutes of it."),
        True,
    ),
)
MEDIANS: tuple[tuple[str, Promise, Promise, Promise], ...] = (
    (
        "decision_days",
        _("Decision latency"),
        _("Median days from the request to the decision."),
        _("days"),
    ),
    (
        "reading_minutes",
        _("Reading time"),
        _("Median minutes from opening the dossier to the first vote on it."),
        _("minutes"),
    ),
)


@dataclass(frozen=True)
class Row:
    """One figure: over all gates first, then by gate."""

    key: str
    title: Promise
    counts: Promise
    warns: bool
    shares: tuple[Share, ...] = ()
    values: tuple[float | None, ...] = ()
    unit: Promise | str = ""


@login_required
@require_safe
def health(request: SignedInRequest) -> HttpResponse:
    """Gate health over the decisions that the person sees."""
    now = timezone.now()
    today = day_here(now)
    form = HealthForm(request.GET or {}, today=today)
    valid = form.is_valid()
    period = form.cleaned_data["period"] if valid else Period(today - YEAR, today)
    committee = form.cleaned_data["committee"] if valid else None
    found = health_of(request.user, period, committee=committee, now=now)
    context = {"form": form, "health": found, "rows": list(_rows(found))}
    return render(request, "gates/health.html", context, status=200 if valid else 422)


def _rows(found: Health) -> Iterator[Row]:
    columns: tuple[GateHealth, ...] = (found.whole, *found.gates)
    for key, title, counts, warns in SHARES:
        yield Row(key, title, counts, warns, shares=tuple(getattr(column, key) for column in columns))
    for key, title, counts, unit in MEDIANS:
        values = tuple(getattr(column, key) for column in columns)
        yield Row(key, title, counts, warns=False, values=values, unit=unit)
