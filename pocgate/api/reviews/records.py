"""Views of decisions, dossiers and checklists."""

from __future__ import annotations

import re

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from gates.commands.sign_offs import sign_off
from gates.models import Decision, Dossier
from gates.queries.checklists import checklist_of
from gates.queries.dossier import scorecard_waits
from gates.queries.reviews import decisions_visible_to
from pocgate.api import parameters
from pocgate.api.answers import JSON, is_known, json_answer, not_modified
from pocgate.api.base import ApiView
from pocgate.api.bodies import read_body
from pocgate.api.cases.access import case_or_404
from pocgate.api.cursors import cursor_parameter, limit_parameter
from pocgate.api.idempotency import idempotent
from pocgate.api.reviews.access import newest_page, review_or_404
from pocgate.api.reviews.bodies import SignOffBody
from pocgate.api.reviews.documents import checklist_document, decision_document
from pocgate.api.reviews.shapes import CHECKLIST, DECISION, DECISION_PAGE
from pocgate.api.schema import ETAG_HEADERS, IDEMPOTENCY_KEY, REFERENCE, described
from pocgate.api.shapes import ANY_OBJECT
from pocgate.identity.enums import Scope
from pocgate.identity.queries import sign_in_of
from pocgate.kernel.errors import Forbidden
from portfolio.enums import Stage
from scoring.errors import rate_first

TAG = "decisions"
# Read with each decision: its conditions and who and what cleared them, and the decision that corrects it.
DECISION_PARTS = ("conditions__owner", "conditions__cleared_by", "conditions__clearing_evidence", "corrected_by")
NUMBER = re.compile(r"GD-([0-9]{4})-([0-9]{3,9})", re.IGNORECASE | re.ASCII)
ID = OpenApiParameter("review_id", int, OpenApiParameter.PATH)
NUMBER_PARAMETER = OpenApiParameter("number", str, OpenApiParameter.PATH, description="Such as GD-2026-014.")
CRITERION = OpenApiParameter("criterion", str, OpenApiParameter.PATH, description="The criterion's key.")
REVISION = parameters.integer("revision", "An earlier revision; the latest by default.", lowest=1, highest=1_000_000)
FILTERS = (
    parameters.integer("gate", "Of one gate.", lowest=0, highest=max(Stage.values)),
    limit_parameter(),
    cursor_parameter(),
)


def decision_or_404(view: ApiView, number: str) -> Decision:
    """Unknown and invisible decisions look the same."""
    match = NUMBER.fullmatch(number)
    if match is None:
        raise Http404
    found = decisions_visible_to(view.person, now=view.now).filter(year=match.group(1), number=match.group(2))
    decision = found.prefetch_related(*DECISION_PARTS).first()
    if decision is None:
        raise Http404
    return decision


def dossier_answer(request: Request, dossier: Dossier) -> HttpResponse:
    """The frozen bytes, whose SHA-256 is the digest; they are their own entity tag."""
    tag = f'"{dossier.digest}"'
    if is_known(request, tag):
        return not_modified(tag)
    return HttpResponse(dossier.content.encode(), content_type=JSON, headers={"ETag": tag})


class DecisionsView(ApiView):
    """The register."""

    required_scopes = {"GET": Scope.GATES_READ}
    query_parameters = {"GET": FILTERS}

    @described(
        "list_decisions",
        "List decisions, the newest first",
        tag=TAG,
        query=FILTERS,
        parameters=ETAG_HEADERS,
        answers={200: DECISION_PAGE, 304: None},
    )
    def get(self, request: Request) -> HttpResponseBase:
        """Of the cases that the caller sees."""
        decisions = decisions_visible_to(self.person, now=self.now).prefetch_related(*DECISION_PARTS)
        if "gate" in self.values:
            decisions = decisions.filter(review__gate=self.values["gate"])
        rows, cursor = newest_page(decisions, self.values)
        return json_answer(request, {"results": [decision_document(row) for row in rows], "next_cursor": cursor})


class DecisionView(ApiView):
    """One decision."""

    required_scopes = {"GET": Scope.GATES_READ}

    @described(
        "read_decision",
        "Read a decision",
        tag=TAG,
        parameters=(NUMBER_PARAMETER, *ETAG_HEADERS),
        answers={200: DECISION, 304: None},
        errors=(404,),
    )
    def get(self, request: Request, number: str) -> HttpResponseBase:
        """With its conditions and the digest of the dossier it was taken on."""
        return json_answer(request, decision_document(decision_or_404(self, number)))


class DossierOfDecisionView(ApiView):
    """The dossier a decision was taken on."""

    required_scopes = {"GET": Scope.GATES_READ}

    @described(
        "read_dossier_of_decision",
        "Read the dossier that was decided on",
        tag=TAG,
        parameters=(NUMBER_PARAMETER, *ETAG_HEADERS),
        answers={200: ANY_OBJECT, 304: None},
        errors=(404,),
    )
    def get(self, request: Request, number: str) -> HttpResponseBase:
        """Canonical JSON (RFC 8785): the SHA-256 of the bytes is the decision's dossier_digest."""
        return dossier_answer(request, decision_or_404(self, number).dossier)


class DossierView(ApiView):
    """A review's dossier."""

    required_scopes = {"GET": Scope.GATES_READ}
    query_parameters = {"GET": (REVISION,)}

    @described(
        "read_dossier",
        "Read a revision of a review's dossier",
        tag="reviews",
        query=(REVISION,),
        parameters=(ID, *ETAG_HEADERS),
        answers={200: ANY_OBJECT, 304: None},
        errors=(404,),
    )
    def get(self, request: Request, review_id: int) -> HttpResponseBase:
        """Canonical JSON (RFC 8785); votes are no part of it. 403 before the vote to who still has to rate the case."""
        review = review_or_404(self, review_id)
        if scorecard_waits(review, self.person, now=self.now):
            # Its digest is that of the whole, so that it can not be given in part.
            raise Forbidden(rate_first())
        dossiers = Dossier.objects.filter(review=review).order_by("-revision")
        if "revision" in self.values:
            dossiers = dossiers.filter(revision=self.values["revision"])
        dossier = dossiers.first()
        if dossier is None:
            raise Http404
        return dossier_answer(request, dossier)


class ChecklistView(ApiView):
    """What compliance signs."""

    required_scopes = {"GET": Scope.GATES_READ}

    @described(
        "read_checklist",
        "Read the checklist of the case's next gate",
        tag="compliance",
        parameters=(REFERENCE, *ETAG_HEADERS),
        answers={200: CHECKLIST, 304: None},
        errors=(404,),
    )
    def get(self, request: Request, ref: str) -> HttpResponseBase:
        """404 while the case has no next gate."""
        checklist = checklist_of(case_or_404(self, ref), now=self.now)
        if checklist is None:
            raise Http404
        return json_answer(request, checklist_document(checklist))


class SignOffView(ApiView):
    """Signing an item."""

    required_scopes = {"POST": Scope.COMPLIANCE_SIGN}

    @described(
        "sign_off",
        "Accept, return or waive an item of the checklist",
        tag="compliance",
        parameters=(REFERENCE, CRITERION, IDEMPOTENCY_KEY),
        request=SignOffBody,
        answers={200: CHECKLIST},
        errors=(400, 404, 409, 412, 415),
    )
    @idempotent
    def post(self, request: Request, ref: str, criterion: str) -> HttpResponse:
        """By compliance, never on their own evidence; 412 when one of the revisions is no longer the latest."""
        case, values = case_or_404(self, ref), read_body(SignOffBody, request.data)
        sign_off(
            case_id=case.pk,
            criterion=criterion,
            state=values["state"],
            comment=values.get("comment", ""),
            revision_ids=values.get("revisions", []),
            release_id=values.get("release"),
            tier=values.get("tier", ""),
            actor=self.person,
            sign_in=sign_in_of(request),
            now=self.now,
        )
        checklist = checklist_of(case, now=self.now)
        if checklist is None:
            raise Http404
        return json_answer(request, checklist_document(checklist))
