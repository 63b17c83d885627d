"""Gate health: the figures of the page, with what each counts and of how many."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http.response import HttpResponseBase
from rest_framework.request import Request

from gates.enums import Outcome
from gates.models import Committee
from gates.queries.evaluation import day_here
from gates.queries.health import Period, health_of
from gates.rules.health import GateHealth, Share
from pocgate.api import parameters
from pocgate.api.answers import json_answer
from pocgate.api.base import ApiView
from pocgate.api.schema import ETAG_HEADERS, described
from pocgate.api.shapes import COUNT, DAY, INTEGER, NUMBER, array, named, or_null, record
from pocgate.identity.enums import Scope
from pocgate.kernel.errors import FieldProblem, Invalid

YEAR = timedelta(days=365)
QUERY = (
    parameters.day("since", "The first day of the period; 365 days before its last by default."),
    parameters.day("until", "The last day of the period; today by default."),
    parameters.integer("committee", "Decisions of one committee, by its id.", lowest=1, highest=2_147_483_647),
)
SHARE = named("HealthShare", record(part=COUNT, whole=COUNT, percent=or_null(INTEGER)))
SHARES = (
    "go_with_open_musts",
    "with_waivers",
    "overrides",
    "killed",
    "conditions_overdue",
    "conditions_late",
    "decided_late",
    "skimmed",
    "never_opened",
    "crammed",
)
GATE = named(
    "GateHealth",
    record(
        gate=or_null(INTEGER),
        decisions=COUNT,
        outcomes=record(**dict.fromkeys(Outcome.values, COUNT)),
        decision_days=or_null(NUMBER),
        reading_minutes=or_null(NUMBER),
        **dict.fromkeys(SHARES, SHARE),
    ),
)
HEALTH = named("GatesHealth", record(since=DAY, until=DAY, committee=or_null(INTEGER), all=GATE, gates=array(GATE)))


class GateHealthView(ApiView):
    """How well the gates work."""

    required_scopes = {"GET": Scope.GATES_READ}
    query_parameters = {"GET": QUERY}

    @described(
        "read_gate_health",
        "Read how well the gates work",
        tag="reviews",
        query=QUERY,
        parameters=ETAG_HEADERS,
        answers={200: HEALTH, 304: None},
    )
    def get(self, request: Request) -> HttpResponseBase:
        """Over the decisions that the caller sees."""
        last = self.values.get("until") or day_here(self.now)
        first = self.values.get("since") or last - YEAR
        if first > last:
            raise Invalid([FieldProblem("?since", "after_its_end", "The period begins after it ends.")])
        found = health_of(
            self.person, Period(first, last), committee=_committee(self.values.get("committee")), now=self.now
        )
        payload = {
            "since": first,
            "until": last,
            "committee": found.committee.pk if found.committee else None,
            "all": _figures(found.whole),
            "gates": [_figures(gate) for gate in found.gates],
        }
        return json_answer(request, payload)


def _committee(pk: int | None) -> Committee | None:
    if pk is None:
        return None
    committee = Committee.objects.filter(pk=pk).first()
    if committee is None:
        raise Invalid([FieldProblem("?committee", "unknown_value", "There is no committee with this id.")])
    return committee


def _figures(found: GateHealth) -> dict[str, Any]:
    return {
        "gate": found.gate,
        "decisions": found.decisions,
        "outcomes": {outcome: dict(found.outcomes).get(outcome, 0) for outcome in Outcome.values},
        "decision_days": found.decision_days,
        "reading_minutes": found.reading_minutes,
        **{name: _share(getattr(found, name)) for name in SHARES},
    }


def _share(share: Share) -> dict[str, int | None]:
    return {"part": share.part, "whole": share.whole, "percent": share.percent}
