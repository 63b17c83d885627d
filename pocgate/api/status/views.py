"""The status view."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.http.response import HttpResponseBase
from django.utils import timezone
from rest_framework.request import Request

from gates.queries.standing import standing_counts
from pocgate.api import parameters
from pocgate.api.answers import is_known, json_answer, not_modified
from pocgate.api.base import ApiView
from pocgate.api.schema import ETAG_HEADERS, described
from pocgate.api.status.counts import OPEN, counted, places
from pocgate.api.status.figures import Visible, detectors, gates_due, money, readiness_by_stage, swamp, visible
from pocgate.api.status.history import places_at, readiness_at
from pocgate.api.status.shapes import STATUS
from pocgate.api.status.tags import status_tag
from pocgate.identity.enums import Scope
from pocgate.kernel.errors import FieldProblem, Invalid

AS_OF = parameters.day(
    "as_of", "The portfolio as it stood at the end of that day. `gates`, `findings` and `standing` are then null."
)


class PortfolioStatusView(ApiView):
    """The whole portfolio in one cheap call."""

    required_scopes = {"GET": Scope.PORTFOLIO_READ}
    query_parameters = {"GET": (AS_OF,)}

    @described(
        "read_portfolio_status",
        "Read the portfolio's status in one call",
        tag="portfolio",
        query=(AS_OF,),
        parameters=ETAG_HEADERS,
        answers={200: STATUS, 304: None},
    )
    def get(self, request: Request) -> HttpResponseBase:
        """Tell the portfolio's status."""
        as_of = end_of_day(self.values["as_of"], now=self.now) if "as_of" in self.values else None
        tag = status_tag(self.person, as_of, now=self.now)
        if is_known(request, tag):
            return not_modified(tag)
        seen = visible(self.person, now=self.now)
        payload = status_now(seen, now=self.now) if as_of is None else status_at(seen, as_of)
        return json_answer(request, payload, tag=tag)


def end_of_day(day: date, *, now: datetime) -> datetime:
    """The moment at which the day ends where the installation is, at most now; `Invalid` for a day to come."""
    if day > timezone.localdate(now, timezone.get_default_timezone()):
        raise Invalid([FieldProblem("?as_of", "in_the_future", "Nothing is known of a day that has not begun.")])
    following = datetime.combine(day + timedelta(days=1), time(), tzinfo=timezone.get_default_timezone())
    return min(following - timedelta(microseconds=1), now)


def status_now(seen: Visible, *, now: datetime) -> dict[str, Any]:
    """Counts, readiness, money, gates, findings and swamp at this moment; about twelve queries whatever the size."""
    return {
        "as_of": now.replace(second=0, microsecond=0),
        **counted(places(seen.cases)),
        "readiness": readiness_by_stage(seen),
        "cost": money(seen),
        "gates": gates_due(seen, now=now),
        "findings": detectors(seen),
        "swamp": swamp(seen),
        "standing": standing_counts(seen.cases.filter(status__in=OPEN)),
    }


def status_at(seen: Visible, as_of: datetime) -> dict[str, Any]:
    """The same as it stood then, as far as records tell."""
    return {
        "as_of": as_of,
        **counted(places_at(seen.cases, as_of)),
        "readiness": readiness_at(seen, as_of),
        "cost": money(seen, as_of=as_of),
        "gates": None,
        "findings": None,
        "swamp": swamp(seen, as_of=as_of),
        "standing": None,
    }
