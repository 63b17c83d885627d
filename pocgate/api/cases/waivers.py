"""The waivers of a case: listed, asked for, signed, and ended before their time."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from pocgate.api.answers import json_answer
from pocgate.api.base import ApiView
from pocgate.api.bodies import Body, read_body
from pocgate.api.cases.access import case_or_404
from pocgate.api.idempotency import idempotent
from pocgate.api.reviews.bodies import EmptyBody
from pocgate.api.schema import ETAG_HEADERS, IDEMPOTENCY_KEY, REFERENCE, described
from pocgate.api.shapes import DAY, INTEGER, STRING, TIME, array, named, one_of, or_null, record
from pocgate.identity.enums import Scope
from pocgate.identity.queries import sign_in_of
from portfolio.models import UseCase
from scoring.commands.waivers import Wish, refuse_waiver, request_waiver, revoke_waiver, sign_waiver
from scoring.enums import WaiverState
from scoring.models import Waiver
from scoring.queries.waivers import waivers_of

TAG = "compliance"
WAIVER_ID = OpenApiParameter("waiver_id", int, OpenApiParameter.PATH, description="The waiver's number.")
WAIVER = named(
    "Waiver",
    record(
        id=INTEGER,
        criterion=STRING,
        state=one_of(WaiverState.values),
        reason=STRING,
        compensation=STRING,
        expires_on=DAY,
        renews=or_null(INTEGER),
        requested_by=STRING,
        requested_at=TIME,
        first_signed_by=or_null(STRING),
        second_signed_by=or_null(STRING),
        granted_at=or_null(TIME),
        ended_at=or_null(TIME),
        ended_by=or_null(STRING),
        end_note=or_null(STRING),
    ),
)
ERRORS = (400, 404, 409, 415)


class WaiverBody(Body):
    """What is to be waived, why, until when, and what protects meanwhile."""

    criterion = serializers.CharField(max_length=60)
    reason = serializers.CharField(max_length=4000)
    expires_on = serializers.DateField()
    compensation = serializers.CharField(max_length=4000, required=False, allow_blank=True)


class WaiverEndBody(Body):
    """Why it ends."""

    note = serializers.CharField(max_length=4000)


def as_waiver(row: Waiver) -> dict[str, Any]:
    """A waiver in its shape."""
    return {
        "id": row.pk,
        "criterion": row.criterion,
        "state": row.state,
        "reason": row.reason,
        "compensation": row.compensation,
        "expires_on": row.expires_on,
        "renews": row.renews_id,
        "requested_by": row.requested_by.username,
        "requested_at": row.requested_at,
        "first_signed_by": row.first_by.username if row.first_by else None,
        "second_signed_by": row.second_by.username if row.second_by else None,
        "granted_at": row.granted_at,
        "ended_at": row.ended_at,
        "ended_by": row.ended_by.username if row.ended_by else None,
        "end_note": row.end_note or None,
    }


def _waiver_or_404(case: UseCase, waiver_id: int) -> Waiver:
    found = waivers_of(case).filter(pk=waiver_id).first()
    if found is None:
        raise Http404
    return found


class WaiversView(ApiView):
    """The waivers of a case."""

    required_scopes = {"GET": Scope.GATES_READ, "POST": Scope.GATES_REQUEST}

    @described(
        "list_waivers",
        "List the waivers of a case",
        tag=TAG,
        parameters=(REFERENCE, *ETAG_HEADERS),
        answers={200: record(results=array(WAIVER)), 304: None},
        errors=(404,),
    )
    def get(self, request: Request, ref: str) -> HttpResponseBase:
        """The newest first, ended ones too."""
        case = case_or_404(self, ref)
        return json_answer(request, {"results": [as_waiver(row) for row in waivers_of(case)]})

    @described(
        "request_waiver",
        "Ask that a must-meet may stay unmet for a time",
        tag=TAG,
        parameters=(REFERENCE, IDEMPOTENCY_KEY),
        request=WaiverBody,
        answers={201: WAIVER},
        errors=ERRORS,
    )
    @idempotent
    def post(self, request: Request, ref: str) -> HttpResponse:
        """Of a criterion that is waived now: its renewal. 409 when it is no must, never waived, or one too many."""
        case = case_or_404(self, ref)
        made = request_waiver(
            case_id=case.pk, wish=Wish(**read_body(WaiverBody, request.data)), actor=self.person, now=self.now
        )
        return json_answer(request, as_waiver(_waiver_or_404(case, made.pk)), status=201)


class WaiverSignatureView(ApiView):
    """Signing a waiver."""

    required_scopes = {"POST": Scope.COMPLIANCE_SIGN}

    @described(
        "sign_waiver",
        "Sign a waiver, as compliance or as the second person",
        tag=TAG,
        parameters=(REFERENCE, WAIVER_ID, IDEMPOTENCY_KEY),
        request=EmptyBody,
        answers={200: WAIVER},
        errors=ERRORS,
    )
    @idempotent
    def post(self, request: Request, ref: str, waiver_id: int) -> HttpResponse:
        """Grants it, unless compliance signs the criterion itself: then a second person grants it."""
        case = case_or_404(self, ref)
        waiver = _waiver_or_404(case, waiver_id)
        sign_waiver(waiver_id=waiver.pk, actor=self.person, sign_in=sign_in_of(request), now=self.now)
        return json_answer(request, as_waiver(_waiver_or_404(case, waiver_id)))


class WaiverEndView(ApiView):
    """Ending a waiver."""

    required_scopes = {"POST": Scope.COMPLIANCE_SIGN}

    @described(
        "end_waiver",
        "Refuse a requested waiver, or revoke a granted one",
        tag=TAG,
        parameters=(REFERENCE, WAIVER_ID, IDEMPOTENCY_KEY),
        request=WaiverEndBody,
        answers={200: WAIVER},
        errors=ERRORS,
    )
    @idempotent
    def post(self, request: Request, ref: str, waiver_id: int) -> HttpResponse:
        """By compliance; whoever asked for it may take the request back. 409 when it ended before."""
        case = case_or_404(self, ref)
        waiver, note = _waiver_or_404(case, waiver_id), read_body(WaiverEndBody, request.data)["note"]
        if waiver.state == WaiverState.REQUESTED:
            refuse_waiver(waiver_id=waiver.pk, note=note, actor=self.person, now=self.now)
        else:
            revoke_waiver(waiver_id=waiver.pk, note=note, actor=self.person, sign_in=sign_in_of(request), now=self.now)
        return json_answer(request, as_waiver(_waiver_or_404(case, waiver_id)))
