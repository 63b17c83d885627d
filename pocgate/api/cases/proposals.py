"""Reviews that are proposed for a case: listed, and dismissed by the chair. One is convened by requesting a review."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from gates.commands.proposals import dismiss_proposal
from gates.enums import Outcome, ReviewTrigger
from gates.models import ReviewProposal
from gates.queries.proposals import open_proposals
from pocgate.api.answers import json_answer
from pocgate.api.base import ApiView
from pocgate.api.bodies import Body, read_body
from pocgate.api.cases.access import case_or_404
from pocgate.api.idempotency import idempotent
from pocgate.api.schema import ETAG_HEADERS, IDEMPOTENCY_KEY, REFERENCE, described
from pocgate.api.shapes import BOOLEAN, DAY, INTEGER, STRING, TIME, array, named, one_of, or_null, record
from pocgate.identity.enums import Scope

TAG = "reviews"
PROPOSAL_ID = OpenApiParameter("proposal_id", int, OpenApiParameter.PATH, description="The proposal's number.")
PROPOSAL = named(
    "ReviewProposal",
    record(
        id=INTEGER,
        trigger=one_of(ReviewTrigger.values),
        subject=STRING,
        text=STRING,
        recommended=or_null(one_of(Outcome.values)),
        due=DAY,
        proposed_at=TIME,
        is_open={**BOOLEAN, "description": "False once a review followed, it was dismissed, or its reason is gone."},
        review=or_null(INTEGER),
        dismissed_at=or_null(TIME),
        dismissed_by=or_null(STRING),
        dismissal=or_null(STRING),
    ),
)


class DismissalBody(Body):
    """Why no review is needed."""

    reason = serializers.CharField(max_length=4000)


def as_proposal(row: ReviewProposal, *, is_open: bool) -> dict[str, Any]:
    """A proposal in its shape."""
    return {
        "id": row.pk,
        "trigger": row.trigger,
        "subject": row.subject,
        "text": row.text,
        "recommended": row.recommended or None,
        "due": row.due,
        "proposed_at": row.proposed_at,
        "is_open": is_open,
        "review": row.review_id,
        "dismissed_at": row.dismissed_at,
        "dismissed_by": row.dismissed_by.username if row.dismissed_by else None,
        "dismissal": row.dismissal or None,
    }


class ProposalsView(ApiView):
    """The reviews proposed for a case."""

    required_scopes = {"GET": Scope.GATES_READ}

    @described(
        "list_review_proposals",
        "List the reviews that are proposed for a case",
        tag=TAG,
        parameters=(REFERENCE, *ETAG_HEADERS),
        answers={200: record(results=array(PROPOSAL)), 304: None},
        errors=(404,),
    )
    def get(self, request: Request, ref: str) -> HttpResponseBase:
        """The newest first, settled ones too."""
        case = case_or_404(self, ref)
        waiting = {proposal.pk for proposal in open_proposals([case.pk])}
        rows = ReviewProposal.objects.filter(case=case).select_related("dismissed_by").order_by("-proposed_at", "-pk")
        return json_answer(request, {"results": [as_proposal(row, is_open=row.pk in waiting) for row in rows]})


class DismissalView(ApiView):
    """Letting a proposed review be."""

    required_scopes = {"POST": Scope.GATES_DECIDE}

    @described(
        "dismiss_review_proposal",
        "Dismiss a proposed review, as the chair",
        tag=TAG,
        parameters=(REFERENCE, PROPOSAL_ID, IDEMPOTENCY_KEY),
        request=DismissalBody,
        answers={200: PROPOSAL},
        errors=(400, 404, 409, 415),
    )
    @idempotent
    def post(self, request: Request, ref: str, proposal_id: int) -> HttpResponse:
        """409 when it was settled before. What lapsed the approval stays as it is."""
        case = case_or_404(self, ref)
        reason = read_body(DismissalBody, request.data)["reason"]
        if not ReviewProposal.objects.filter(case=case, pk=proposal_id).exists():
            raise Http404
        row = dismiss_proposal(proposal_id=proposal_id, reason=reason, actor=self.person, now=self.now)
        return json_answer(request, as_proposal(row, is_open=False))
