"""Views of meetings: which there are, planning and changing one."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from gates.commands import meetings as acts
from gates.enums import MeetingState
from gates.models import Meeting
from gates.queries.meetings import meetings_visible_to
from pocgate.api import parameters
from pocgate.api.answers import json_answer, require_version
from pocgate.api.base import ApiView
from pocgate.api.bodies import read_body
from pocgate.api.cursors import cursor_parameter, limit_parameter
from pocgate.api.idempotency import idempotent
from pocgate.api.reviews.access import newest_page
from pocgate.api.reviews.meeting_shapes import (
    MEETING,
    MEETING_PAGE,
    MeetingBody,
    NewMeetingBody,
    as_sitting,
    meeting_document,
    meeting_in_short,
)
from pocgate.api.schema import ETAG_HEADERS, IDEMPOTENCY_KEY, IF_MATCH, described
from pocgate.identity.enums import Scope

TAG = "meetings"
ID = OpenApiParameter("meeting_id", int, OpenApiParameter.PATH)
REFUSALS = (400, 404, 409, 415)
FILTERS = (
    parameters.integer("committee", "Of one committee.", lowest=1, highest=2**31 - 1),
    parameters.several("state", "In one of these states.", MeetingState.values),
    limit_parameter(),
    cursor_parameter(),
)


def meeting_or_404(view: ApiView, pk: int) -> Meeting:
    """Unknown and invisible meetings look the same."""
    meeting = meetings_visible_to(view.person, now=view.now).filter(pk=pk).first()
    if meeting is None:
        raise Http404
    return meeting


def meeting_answer(view: ApiView, request: Request, pk: int, *, status: int = 200) -> HttpResponse:
    """The meeting as it is now."""
    meeting = meeting_or_404(view, pk)
    payload = meeting_document(meeting, now=view.now)
    return json_answer(request, payload, status=status, tag_prefix=f"{meeting.version}-")


class MeetingsView(ApiView):
    """The meetings of one's committees."""

    required_scopes = {"GET": Scope.GATES_READ, "POST": Scope.GATES_DECIDE}
    query_parameters = {"GET": FILTERS}

    @described(
        "list_meetings",
        "List the meetings of one's committees, the newest first",
        tag=TAG,
        query=FILTERS,
        parameters=ETAG_HEADERS,
        answers={200: MEETING_PAGE, 304: None},
    )
    def get(self, request: Request) -> HttpResponseBase:
        """Auditors and administrators see those of all committees."""
        found = meetings_visible_to(self.person, now=self.now)
        if "committee" in self.values:
            found = found.filter(committee=self.values["committee"])
        if "state" in self.values:
            found = found.filter(state__in=self.values["state"])
        rows, cursor = newest_page(found, self.values)
        return json_answer(request, {"results": [meeting_in_short(row) for row in rows], "next_cursor": cursor})

    @described(
        "plan_meeting",
        "Plan a meeting; its members are told",
        tag=TAG,
        parameters=(IDEMPOTENCY_KEY,),
        request=NewMeetingBody,
        answers={201: MEETING},
        errors=REFUSALS,
    )
    @idempotent
    def post(self, request: Request) -> HttpResponse:
        """By chair or deputy of the committee."""
        values = read_body(NewMeetingBody, request.data)
        made = acts.plan_meeting(
            committee_id=values["committee"], sitting=as_sitting(values), actor=self.person, now=self.now
        )
        return meeting_answer(self, request, made.pk, status=201)


class MeetingView(ApiView):
    """One meeting."""

    required_scopes = {"GET": Scope.GATES_READ, "PATCH": Scope.GATES_DECIDE}

    @described(
        "read_meeting",
        "Read a meeting: agenda with quorum forecasts, who comes, minutes",
        tag=TAG,
        parameters=(ID, *ETAG_HEADERS),
        answers={200: MEETING, 304: None},
        errors=(404,),
    )
    def get(self, request: Request, meeting_id: int) -> HttpResponseBase:
        """The agenda is in order; nothing in it comes from a vote."""
        return meeting_answer(self, request, meeting_id)

    @described(
        "change_meeting",
        "Change time, place or title; its members are told",
        tag=TAG,
        parameters=(ID, IF_MATCH),
        request=MeetingBody,
        answers={200: MEETING},
        errors=(*REFUSALS, 412, 428),
    )
    def patch(self, request: Request, meeting_id: int) -> HttpResponse:
        """While it is planned."""
        meeting = meeting_or_404(self, meeting_id)
        require_version(request, meeting.version)
        sitting = as_sitting(read_body(MeetingBody, request.data, partial=True), meeting)
        acts.change_meeting(meeting_id=meeting.pk, sitting=sitting, actor=self.person, now=self.now)
        return meeting_answer(self, request, meeting.pk)
