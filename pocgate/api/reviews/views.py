"""Views of reviews and of what is done in them."""

from __future__ import annotations

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from gates.commands.decisions import decide
from gates.commands.reviews import close_voting, open_voting, recuse, request_review, withdraw
from gates.commands.votes import cast_vote
from gates.enums import ReviewState
from gates.queries.reviews import reviews_visible_to
from pocgate.api import parameters
from pocgate.api.answers import json_answer
from pocgate.api.base import ApiView
from pocgate.api.bodies import read_body
from pocgate.api.cases.access import case_or_404
from pocgate.api.cursors import cursor_parameter, limit_parameter
from pocgate.api.idempotency import idempotent
from pocgate.api.reviews.access import newest_page, review_answer, review_or_404
from pocgate.api.reviews.bodies import (
    DecisionBody,
    EmptyBody,
    OpeningBody,
    RecusalBody,
    RequestBody,
    VoteBody,
    WithdrawalBody,
    as_ballot,
    as_request,
    as_ruling,
)
from pocgate.api.reviews.documents import decision_document, review_in_short
from pocgate.api.reviews.shapes import DECISION, REVIEW, REVIEW_PAGE
from pocgate.api.schema import ETAG_HEADERS, IDEMPOTENCY_KEY, described
from pocgate.identity.enums import Scope
from pocgate.identity.queries import sign_in_of
from pocgate.kernel.http import number_of
from portfolio.enums import Stage

TAG = "reviews"
ID = OpenApiParameter("review_id", int, OpenApiParameter.PATH)
FILTERS = (
    parameters.several("state", "States.", ReviewState.values),
    parameters.integer("gate", "Of one gate.", lowest=0, highest=max(Stage.values)),
    parameters.text("reference", "Of one case, such as UC-0042.", longest=20),
    limit_parameter(),
    cursor_parameter(),
)
REFUSALS = (400, 404, 409, 412, 415)


class ReviewsView(ApiView):
    """Reviews."""

    required_scopes = {"GET": Scope.GATES_READ, "POST": Scope.GATES_REQUEST}
    query_parameters = {"GET": FILTERS}

    @described(
        "list_reviews",
        "List reviews, the newest first",
        tag=TAG,
        query=FILTERS,
        parameters=ETAG_HEADERS,
        answers={200: REVIEW_PAGE, 304: None},
    )
    def get(self, request: Request) -> HttpResponseBase:
        """Of the cases that the caller sees."""
        reviews = reviews_visible_to(self.person, now=self.now)
        if "state" in self.values:
            reviews = reviews.filter(state__in=self.values["state"])
        if "gate" in self.values:
            reviews = reviews.filter(gate=self.values["gate"])
        if "reference" in self.values:
            reviews = reviews.filter(case__number=number_of(self.values["reference"]))
        rows, cursor = newest_page(reviews, self.values)
        return json_answer(request, {"results": [review_in_short(row) for row in rows], "next_cursor": cursor})

    @described(
        "request_review",
        "Request the case's next gate",
        tag=TAG,
        parameters=(IDEMPOTENCY_KEY,),
        request=RequestBody,
        answers={201: REVIEW},
        errors=REFUSALS,
    )
    @idempotent
    def post(self, request: Request) -> HttpResponse:
        """409 lists everything that stands in the way."""
        values = read_body(RequestBody, request.data)
        case = case_or_404(self, values["reference"])
        review = request_review(case_id=case.pk, request=as_request(values), actor=self.person, now=self.now)
        answer = review_answer(self, request, review.pk, status=201)
        answer["Location"] = f"{request.path.rstrip('/')}/{review.pk}"
        return answer


class ReviewView(ApiView):
    """One review."""

    required_scopes = {"GET": Scope.GATES_READ}

    @described(
        "read_review",
        "Read a review with its table",
        tag=TAG,
        parameters=(ID, *ETAG_HEADERS),
        answers={200: REVIEW, 304: None},
        errors=(404,),
    )
    def get(self, request: Request, review_id: int) -> HttpResponseBase:
        """Votes are told only to those to whom they are open; tokens are told none before the close."""
        return review_answer(self, request, review_id)


class OpeningView(ApiView):
    """Opening the vote."""

    required_scopes = {"POST": Scope.GATES_DECIDE}

    @described(
        "open_voting",
        "Open the vote",
        tag=TAG,
        parameters=(ID, IDEMPOTENCY_KEY),
        request=OpeningBody,
        answers={200: REVIEW},
        errors=REFUSALS,
    )
    @idempotent
    def post(self, request: Request, review_id: int) -> HttpResponse:
        """By the chair: the case is evaluated afresh and a new revision of the dossier is frozen."""
        review, values = review_or_404(self, review_id), read_body(OpeningBody, request.data)
        open_voting(review_id=review.pk, actor=self.person, now=self.now, **values)
        return review_answer(self, request, review.pk)


class VotesView(ApiView):
    """Voting."""

    required_scopes = {"POST": Scope.GATES_VOTE}

    @described(
        "cast_vote",
        "Cast or change the vote of one's own seat",
        tag=TAG,
        parameters=(ID, IDEMPOTENCY_KEY),
        request=VoteBody,
        answers={200: REVIEW},
        errors=REFUSALS,
    )
    @idempotent
    def post(self, request: Request, review_id: int) -> HttpResponse:
        """On the dossier revision that was read; an older one is refused."""
        review, ballot = review_or_404(self, review_id), as_ballot(read_body(VoteBody, request.data))
        cast_vote(review_id=review.pk, ballot=ballot, actor=self.person, sign_in=sign_in_of(request), now=self.now)
        return review_answer(self, request, review.pk)


class RecusalsView(ApiView):
    """Recusing oneself."""

    required_scopes = {"POST": Scope.GATES_VOTE}

    @described(
        "recuse",
        "Take one's own seat out of the review",
        tag=TAG,
        parameters=(ID, IDEMPOTENCY_KEY),
        request=RecusalBody,
        answers={200: REVIEW},
        errors=REFUSALS,
    )
    @idempotent
    def post(self, request: Request, review_id: int) -> HttpResponse:
        """With a reason that is kept."""
        review, values = review_or_404(self, review_id), read_body(RecusalBody, request.data)
        seat, reason = values.get("seat"), values["reason"]
        recuse(review_id=review.pk, reason=reason, seat_id=seat, actor=self.person, now=self.now)
        return review_answer(self, request, review.pk)


class ClosingView(ApiView):
    """Closing the vote."""

    required_scopes = {"POST": Scope.GATES_DECIDE}

    @described(
        "close_voting",
        "Close the vote",
        tag=TAG,
        parameters=(ID, IDEMPOTENCY_KEY),
        request=EmptyBody,
        answers={200: REVIEW},
        errors=REFUSALS,
    )
    @idempotent
    def post(self, request: Request, review_id: int) -> HttpResponse:
        """By the chair, once there is a quorum."""
        review = review_or_404(self, review_id)
        read_body(EmptyBody, request.data)
        close_voting(review_id=review.pk, actor=self.person, now=self.now)
        return review_answer(self, request, review.pk)


class WithdrawalView(ApiView):
    """Withdrawing the request."""

    required_scopes = {"POST": Scope.GATES_REQUEST}

    @described(
        "withdraw_review",
        "End a review without a decision",
        tag=TAG,
        parameters=(ID, IDEMPOTENCY_KEY),
        request=WithdrawalBody,
        answers={200: REVIEW},
        errors=REFUSALS,
    )
    @idempotent
    def post(self, request: Request, review_id: int) -> HttpResponse:
        """By the owner until voting opens, later only by the chair with a reason."""
        review, values = review_or_404(self, review_id), read_body(WithdrawalBody, request.data)
        withdraw(review_id=review.pk, reason=values.get("reason", ""), actor=self.person, now=self.now)
        return review_answer(self, request, review.pk)


class DecisionOfReviewView(ApiView):
    """Deciding."""

    required_scopes = {"POST": Scope.GATES_DECIDE}

    @described(
        "decide_review",
        "Decide the review",
        tag=TAG,
        parameters=(ID, IDEMPOTENCY_KEY),
        request=DecisionBody,
        answers={201: DECISION},
        errors=REFUSALS,
    )
    @idempotent
    def post(self, request: Request, review_id: int) -> HttpResponse:
        """By the chair. 409 lists what forbids the outcome; 412 when the case's verdict changed since the vote."""
        review, ruling = review_or_404(self, review_id), as_ruling(read_body(DecisionBody, request.data))
        decision = decide(
            review_id=review.pk, ruling=ruling, actor=self.person, sign_in=sign_in_of(request), now=self.now
        )
        return json_answer(request, decision_document(decision), status=201)
