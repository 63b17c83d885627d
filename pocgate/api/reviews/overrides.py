"""Overrides over REST: asked for by the chair, signed second, consented to, refused and taken back."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from gates.commands.overrides import (
    consent_to_override,
    refuse_override,
    request_override,
    sign_override,
    withdraw_override,
)
from gates.enums import Outcome, OverrideState
from gates.models import OverrideRequest
from gates.queries.overrides import overrides_visible_to
from pocgate.api import parameters
from pocgate.api.answers import json_answer
from pocgate.api.base import ApiView
from pocgate.api.bodies import Body, read_body
from pocgate.api.cases.columns import reference
from pocgate.api.cursors import cursor_parameter, limit_parameter
from pocgate.api.idempotency import idempotent
from pocgate.api.reviews.access import newest_page, review_or_404
from pocgate.api.reviews.bodies import DecisionBody, EmptyBody, as_ruling
from pocgate.api.reviews.documents import decision_document
from pocgate.api.reviews.shapes import DECISION
from pocgate.api.schema import ETAG_HEADERS, IDEMPOTENCY_KEY, described
from pocgate.api.shapes import ANY_OBJECT, INTEGER, STRING, TIME, array, named, one_of, or_null, record
from pocgate.api.shapes import REFERENCE as REFERENCE_SHAPE
from pocgate.identity.enums import Scope
from pocgate.identity.queries import sign_in_of

TAG = "decisions"
REVIEW_ID = OpenApiParameter("review_id", int, OpenApiParameter.PATH)
OVERRIDE_ID = OpenApiParameter("override_id", int, OpenApiParameter.PATH)
REFUSALS = (400, 404, 409, 415)
OVERRIDE = named(
    "Override",
    record(
        id=INTEGER,
        review=INTEGER,
        reference=REFERENCE_SHAPE,
        outcome=one_of(Outcome.values),
        state=one_of(OverrideState.values),
        passes_over={**array(STRING), "description": "The vote is `tally`; the rest are the playbook's words."},
        reason=STRING,
        ruling={**ANY_OBJECT, "description": "The whole ruling; it is decided as it stands here."},
        requested_by=STRING,
        requested_at=TIME,
        consented_by=or_null(STRING),
        consented_at=or_null(TIME),
        settled_by=or_null(STRING),
        settled_at=or_null(TIME),
        note=or_null(STRING),
        decision=or_null(STRING),
    ),
)
FILTERS = (
    parameters.several("state", "States.", OverrideState.values),
    parameters.integer("review", "Of one review.", lowest=1, highest=2**31 - 1),
    limit_parameter(),
    cursor_parameter(),
)


class OverrideNoteBody(Body):
    """Why it is refused or taken back."""

    note = serializers.CharField(max_length=4000)


def override_document(row: OverrideRequest) -> dict[str, Any]:
    """An override in its shape."""
    return {
        "id": row.pk,
        "review": row.review_id,
        "reference": reference(row.review.case.number),
        "outcome": row.outcome,
        "state": row.state,
        "passes_over": row.passes_over,
        "reason": row.reason,
        "ruling": row.ruling,
        "requested_by": row.requested_by.username,
        "requested_at": row.requested_at,
        "consented_by": row.consented_by.username if row.consented_by else None,
        "consented_at": row.consented_at,
        "settled_by": row.settled_by.username if row.settled_by else None,
        "settled_at": row.settled_at,
        "note": row.note or None,
        "decision": row.decision.reference if row.decision else None,
    }


def override_or_404(view: ApiView, pk: int) -> OverrideRequest:
    """Unknown and invisible ones look the same."""
    found = overrides_visible_to(view.person, now=view.now).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _answer(view: ApiView, request: Request, pk: int, *, status: int = 200) -> HttpResponse:
    return json_answer(request, override_document(override_or_404(view, pk)), status=status)


class OverridesView(ApiView):
    """Every override."""

    required_scopes = {"GET": Scope.GATES_READ}
    query_parameters = {"GET": FILTERS}

    @described(
        "list_overrides",
        "List overrides, the newest first",
        tag=TAG,
        query=FILTERS,
        parameters=ETAG_HEADERS,
        answers={200: record(results=array(OVERRIDE), next_cursor=or_null(STRING)), 304: None},
    )
    def get(self, request: Request) -> HttpResponseBase:
        """Of the cases that the caller sees, settled ones too."""
        rows = overrides_visible_to(self.person, now=self.now)
        if "state" in self.values:
            rows = rows.filter(state__in=self.values["state"])
        if "review" in self.values:
            rows = rows.filter(review=self.values["review"])
        found, cursor = newest_page(rows, self.values)
        return json_answer(request, {"results": [override_document(row) for row in found], "next_cursor": cursor})


class OverrideView(ApiView):
    """One override."""

    required_scopes = {"GET": Scope.GATES_READ}

    @described(
        "read_override",
        "Read an override",
        tag=TAG,
        parameters=(OVERRIDE_ID, *ETAG_HEADERS),
        answers={200: OVERRIDE, 304: None},
        errors=(404,),
    )
    def get(self, request: Request, override_id: int) -> HttpResponseBase:
        """With the whole ruling."""
        return _answer(self, request, override_id)


class OverridesOfReviewView(ApiView):
    """Asking for one."""

    required_scopes = {"POST": Scope.GATES_DECIDE}

    @described(
        "request_override",
        "Ask for a decision more lenient than policy or vote",
        tag=TAG,
        parameters=(REVIEW_ID, IDEMPOTENCY_KEY),
        request=DecisionBody,
        answers={201: OVERRIDE},
        errors=REFUSALS,
    )
    @idempotent
    def post(self, request: Request, review_id: int) -> HttpResponse:
        """By the chair, with a reason. 409 lists what no override passes over, such as a veto or the tier."""
        review, ruling = review_or_404(self, review_id), as_ruling(read_body(DecisionBody, request.data))
        made = request_override(
            review_id=review.pk, ruling=ruling, actor=self.person, sign_in=sign_in_of(request), now=self.now
        )
        return _answer(self, request, made.pk, status=201)


class OverrideSignatureView(ApiView):
    """Signing second."""

    required_scopes = {"POST": Scope.GATES_DECIDE}

    @described(
        "sign_override",
        "Sign an override second, which decides the review",
        tag=TAG,
        parameters=(OVERRIDE_ID, IDEMPOTENCY_KEY),
        request=EmptyBody,
        answers={201: DECISION},
        errors=(400, 404, 409, 412, 415),
    )
    @idempotent
    def post(self, request: Request, override_id: int) -> HttpResponse:
        """In person by a seat that signs second, never by who asked. 412 when the dossier changed since."""
        found = override_or_404(self, override_id)
        read_body(EmptyBody, request.data)
        made = sign_override(override_id=found.pk, actor=self.person, sign_in=sign_in_of(request), now=self.now)
        return json_answer(request, decision_document(made), status=201)


class OverrideConsentView(ApiView):
    """Letting it pass over the cap."""

    required_scopes = {"POST": Scope.COSTS_WRITE}

    @described(
        "consent_to_override",
        "Consent to passing over the cap",
        tag=TAG,
        parameters=(OVERRIDE_ID, IDEMPOTENCY_KEY),
        request=EmptyBody,
        answers={200: OVERRIDE},
        errors=REFUSALS,
    )
    @idempotent
    def post(self, request: Request, override_id: int) -> HttpResponse:
        """By the budget holder of the case."""
        found = override_or_404(self, override_id)
        read_body(EmptyBody, request.data)
        consent_to_override(override_id=found.pk, actor=self.person, sign_in=sign_in_of(request), now=self.now)
        return _answer(self, request, found.pk)


class OverrideRefusalView(ApiView):
    """Refusing it."""

    required_scopes = {"POST": Scope.GATES_DECIDE}

    @described(
        "refuse_override",
        "Refuse an override",
        tag=TAG,
        parameters=(OVERRIDE_ID, IDEMPOTENCY_KEY),
        request=OverrideNoteBody,
        answers={200: OVERRIDE},
        errors=REFUSALS,
    )
    @idempotent
    def post(self, request: Request, override_id: int) -> HttpResponse:
        """By a seat that could sign it, with a reason."""
        found, note = override_or_404(self, override_id), read_body(OverrideNoteBody, request.data)["note"]
        refuse_override(override_id=found.pk, note=note, actor=self.person, now=self.now)
        return _answer(self, request, found.pk)


class OverrideWithdrawalView(ApiView):
    """Taking it back."""

    required_scopes = {"POST": Scope.GATES_DECIDE}

    @described(
        "withdraw_override",
        "Take an override back",
        tag=TAG,
        parameters=(OVERRIDE_ID, IDEMPOTENCY_KEY),
        request=OverrideNoteBody,
        answers={200: OVERRIDE},
        errors=REFUSALS,
    )
    @idempotent
    def post(self, request: Request, override_id: int) -> HttpResponse:
        """By who asked for it, or who presides now, with a reason."""
        found, note = override_or_404(self, override_id), read_body(OverrideNoteBody, request.data)["note"]
        withdraw_override(override_id=found.pk, note=note, actor=self.person, now=self.now)
        return _answer(self, request, found.pk)
