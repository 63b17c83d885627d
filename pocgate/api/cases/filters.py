"""Which use cases a list shows, and in which order."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db.models import DecimalField, Q, Value
from django.db.models.functions import Coalesce

from gates.enums import StandingState
from gates.queries.standing import in_standing
from pocgate.api import parameters
from pocgate.api.cases.columns import BY_NAME
from pocgate.api.cursors import Key, cursor_parameter, limit_parameter, ordering_parameter
from pocgate.api.formats import format_parameter
from pocgate.kernel.http import REFERENCE
from portfolio.enums import Origin, Stage, Status, Tier
from portfolio.models import UseCaseQuerySet
from scoring.enums import Detector, FindingState, SwampKind
from scoring.queries.finding_counts import has_finding, in_swamp

UNKNOWN = "unknown"
ARCHIVED = ("exclude", "include", "only")
TIE = "number"
READINESS = "readiness_rank"
UNRANKED = Value(Decimal(-1), output_field=DecimalField(max_digits=5, decimal_places=2))

ORDERINGS: Mapping[str, Key] = {
    "number": Key(TIE, descending=False, tie=TIE),
    "-number": Key(TIE, descending=True, tie=TIE),
    "title": Key("title", descending=False, tie=TIE),
    "-title": Key("title", descending=True, tie=TIE),
    "updated_at": Key("updated_at", descending=False, tie=TIE),
    "-updated_at": Key("updated_at", descending=True, tie=TIE),
    "readiness": Key(READINESS, descending=False, tie=TIE),
    "-readiness": Key(READINESS, descending=True, tie=TIE),
}

FILTERS = (
    parameters.several("stage", "Stages.", [*(str(stage) for stage in Stage.values), UNKNOWN]),
    parameters.several("status", "Statuses.", Status.values),
    parameters.several("tier", "Risk tiers.", Tier.values),
    parameters.several("standing", "Whether the latest go still stands.", StandingState.values),
    parameters.choice("origin", "Entered here, or imported.", Origin.values),
    parameters.text("department", "A department's or unit's name, whatever its capitals."),
    parameters.text("q", "Words of the title or the problem, or a reference such as UC-0042."),
    parameters.several("detector", "Detectors; with `state`, those that find a case so.", Detector.values),
    parameters.several("state", "What a detector finds: fired, clear or cannot_tell.", FindingState.values),
    parameters.several("swamp_signal", "Signs that a case lingers.", SwampKind.values),
    parameters.moment("updated_since", "Cases whose records or readiness changed then or later, archived ones too."),
    parameters.choice("archived", "Archived drafts; excluded unless updated_since is given.", ARCHIVED),
)
LIST_PARAMETERS = (
    *FILTERS,
    ordering_parameter(ORDERINGS),
    limit_parameter(),
    cursor_parameter(),
    parameters.several("fields", "Only these fields.", BY_NAME),
    format_parameter(),
)


def filtered(cases: UseCaseQuerySet, values: Mapping[str, Any]) -> UseCaseQuerySet:
    """The cases that the filters leave."""
    for name in ("status", "tier"):
        if name in values:
            cases = cases.filter(**{f"{name}__in": values[name]})
    if "origin" in values:
        cases = cases.filter(origin=values["origin"])
    if "standing" in values:
        cases = cases.filter(in_standing(values["standing"]))
    for part in (_found, _lingers, _stages, _places, _words, _since, _archived):
        cases = cases.filter(part(values))
    return cases


def ordered_by_readiness(cases: UseCaseQuerySet) -> UseCaseQuerySet:
    """Adds the rank that orderings by readiness compare; cases without readiness come under all others."""
    return cases.annotate(**{READINESS: Coalesce("readiness__overall", UNRANKED)})


def _found(values: Mapping[str, Any]) -> Q:
    if not {"detector", "state"} & set(values):
        return Q()
    return Q(has_finding(values.get("detector", Detector.values), values.get("state", FindingState.values)))


def _lingers(values: Mapping[str, Any]) -> Q:
    kinds = values.get("swamp_signal")
    return Q() if kinds is None else Q(in_swamp(kinds))


def _stages(values: Mapping[str, Any]) -> Q:
    stages = values.get("stage")
    if stages is None:
        return Q()
    known = Q(stage__in=[int(stage) for stage in stages if stage != UNKNOWN])
    return known | Q(stage__isnull=True) if UNKNOWN in stages else known


def _places(values: Mapping[str, Any]) -> Q:
    name = values.get("department")
    return Q() if name is None else Q(department__name__iexact=name) | Q(unit__name__iexact=name)


def _words(values: Mapping[str, Any]) -> Q:
    words = values.get("q", "")
    match = REFERENCE.fullmatch(words)
    if match is not None:
        return Q(number=int(match.group(1)))
    condition = Q()
    for word in words.split():
        condition &= Q(title__icontains=word) | Q(problem_statement__icontains=word)
    return condition


def _since(values: Mapping[str, Any]) -> Q:
    since = values.get("updated_since")
    return Q() if since is None else Q(updated_at__gte=since)


def _archived(values: Mapping[str, Any]) -> Q:
    wanted = values.get("archived", "include" if "updated_since" in values else "exclude")
    return Q() if wanted == "include" else Q(archived_at__isnull=wanted == "exclude")
