"""What would bring a stopped case back: listed, and reported as happened."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from gates.commands.revivals import report_trigger
from gates.models import ReviveTrigger
from gates.queries.revivals import revive_triggers_of
from pocgate.api.answers import json_answer
from pocgate.api.base import ApiView
from pocgate.api.bodies import Body, read_body
from pocgate.api.cases.access import case_or_404
from pocgate.api.idempotency import idempotent
from pocgate.api.schema import ETAG_HEADERS, IDEMPOTENCY_KEY, REFERENCE, described
from pocgate.api.shapes import DAY, INTEGER, STRING, TIME, array, named, or_null, record
from pocgate.identity.enums import Scope

TAG = "reviews"
TRIGGER_ID = OpenApiParameter("trigger_id", int, OpenApiParameter.PATH)
TRIGGER = named(
    "ReviveTrigger",
    record(
        id=INTEGER,
        decision=STRING,
        text=or_null(STRING),
        on_date=or_null(DAY),
        fired_at={**or_null(TIME), "description": "When it was reported; a day that came is watched by itself."},
        fired_by=or_null(STRING),
        note=or_null(STRING),
        dropped_at={**or_null(TIME), "description": "Settled, because a review looked at the case since."},
    ),
)


class RevivalReportBody(Body):
    """What happened, and where one sees it."""

    note = serializers.CharField(max_length=4000)


def as_trigger(row: ReviveTrigger) -> dict[str, Any]:
    """A trigger in its shape."""
    return {
        "id": row.pk,
        "decision": row.decision.reference,
        "text": row.text or None,
        "on_date": row.on_date,
        "fired_at": row.fired_at,
        "fired_by": row.fired_by.username if row.fired_by else None,
        "note": row.note or None,
        "dropped_at": row.dropped_at,
    }


class RevivalsView(ApiView):
    """What would bring a case back."""

    required_scopes = {"GET": Scope.GATES_READ}

    @described(
        "list_revive_triggers",
        "List what would bring a stopped case back",
        tag=TAG,
        parameters=(REFERENCE, *ETAG_HEADERS),
        answers={200: record(results=array(TRIGGER)), 304: None},
        errors=(404,),
    )
    def get(self, request: Request, ref: str) -> HttpResponseBase:
        """The newest first."""
        case = case_or_404(self, ref)
        return json_answer(request, {"results": [as_trigger(row) for row in revive_triggers_of(case)]})


class RevivalReportView(ApiView):
    """It happened."""

    required_scopes = {"POST": Scope.CASES_WRITE}

    @described(
        "report_revive_trigger",
        "Report that what a stop waited for happened",
        tag=TAG,
        parameters=(REFERENCE, TRIGGER_ID, IDEMPOTENCY_KEY),
        request=RevivalReportBody,
        answers={200: TRIGGER},
        errors=(400, 404, 409, 415),
    )
    @idempotent
    def post(self, request: Request, ref: str, trigger_id: int) -> HttpResponse:
        """By the team, the committee, compliance or an administrator; the chair is proposed a review."""
        case = case_or_404(self, ref)
        note = read_body(RevivalReportBody, request.data)["note"]
        if not ReviveTrigger.objects.filter(case=case, pk=trigger_id).exists():
            raise Http404
        return json_answer(
            request, as_trigger(report_trigger(trigger_id=trigger_id, note=note, actor=self.person, now=self.now))
        )
