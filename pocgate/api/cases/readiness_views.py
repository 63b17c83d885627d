"""Views of a case's readiness."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.http.response import HttpResponseBase
from django.utils import timezone
from rest_framework.request import Request

from pocgate.api import parameters
from pocgate.api.answers import json_answer
from pocgate.api.base import ApiView
from pocgate.api.cases.access import case_or_404
from pocgate.api.cases.explained import explained, readiness_changes
from pocgate.api.cases.explained_shapes import READINESS_CHANGES
from pocgate.api.cases.readiness import case_readiness, readiness_on
from pocgate.api.cases.shapes import READINESS
from pocgate.api.schema import ETAG_HEADERS, REFERENCE, described
from pocgate.identity.enums import Scope
from pocgate.kernel.errors import FieldProblem, Invalid
from scoring.queries.explaining.ahead import AHEAD
from scoring.queries.explaining.as_of import as_of, on_day
from scoring.queries.explaining.changes import changes_between

TAG = "use cases"
AT = parameters.day(
    "at", "At the end of that day: as it stood, or for a day within two years as it will stand if nothing is renewed."
)
SINCE = parameters.day("since", "The end of that day; 30 days ago by default.")
UNTIL = parameters.day("until", "The end of that day; now by default.")
SINCE_DEFAULT = timedelta(days=30)


class ReadinessView(ApiView):
    """A case's readiness."""

    required_scopes = {"GET": Scope.PORTFOLIO_READ}
    query_parameters = {"GET": (AT,)}

    @described(
        "read_readiness",
        "Read a case's readiness with every part, what it would take and what is coming",
        tag=TAG,
        query=(AT,),
        parameters=(REFERENCE, *ETAG_HEADERS),
        answers={200: READINESS, 304: None},
        errors=(404,),
    )
    def get(self, request: Request, ref: str) -> HttpResponseBase:
        """The points of the parts add up to the score; each part names the records behind it."""
        case = case_or_404(self, ref)
        day = self.values.get("at")
        if day is None:
            found = as_of(case.pk, at=self.now)
            return json_answer(request, {**case_readiness(case), **explained(found)})
        _refuse_far(day, "at", now=self.now)
        found = on_day(case.pk, day, now=self.now)
        return json_answer(request, {**readiness_on(case, found, now=self.now), **explained(found)})


class ReadinessChangesView(ApiView):
    """What moved a case's readiness."""

    required_scopes = {"GET": Scope.PORTFOLIO_READ}
    query_parameters = {"GET": (SINCE, UNTIL)}

    @described(
        "read_readiness_changes",
        "Read what moved a case's readiness between two days",
        tag=TAG,
        query=(SINCE, UNTIL),
        parameters=(REFERENCE, *ETAG_HEADERS),
        answers={200: READINESS_CHANGES, 304: None},
        errors=(404,),
    )
    def get(self, request: Request, ref: str) -> HttpResponseBase:
        """Playbook, gate and facts first, then the records part by part; the points add up to the difference."""
        case = case_or_404(self, ref)
        today = _today(self.now)
        until = self.values.get("until", today)
        since = self.values.get("since", min(until, today) - SINCE_DEFAULT)
        for name, day in (("since", since), ("until", until)):
            _refuse_far(day, name, now=self.now)
        if since > until:
            raise Invalid([FieldProblem("?since", "after_until", "The first day comes before the second.")])
        before, after = (on_day(case.pk, day, now=self.now) for day in (since, until))
        return json_answer(
            request, readiness_changes(case, changes_between(before, after) if before and after else None)
        )


def _refuse_far(day: date, name: str, *, now: datetime) -> None:
    if day > _today(now + AHEAD):
        raise Invalid([FieldProblem(f"?{name}", "too_far_ahead", "Nothing is told of days more than two years ahead.")])


def _today(now: datetime) -> date:
    return timezone.localdate(now, timezone.get_default_timezone())
