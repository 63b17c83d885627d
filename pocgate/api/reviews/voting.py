"""Views of what belongs to voting beside the vote: confirmation, questions, vetoes and delegations."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from gates.commands.delegations import delegate_seat, revoke_delegation
from gates.commands.questions import answer_question, ask_question
from gates.commands.vetoes import answer_appeal, appeal_veto, lift_veto
from gates.commands.votes import confirm_vote
from gates.models import Delegation, Question, VetoAppeal
from gates.queries.committees import delegations_visible_to
from gates.queries.questions import questions_of
from pocgate.api.answers import json_answer
from pocgate.api.base import ApiView
from pocgate.api.bodies import read_body
from pocgate.api.idempotency import idempotent
from pocgate.api.reviews.access import review_answer, review_or_404
from pocgate.api.reviews.bodies import EmptyBody, ReasonBody
from pocgate.api.reviews.shapes import REVIEW
from pocgate.api.reviews.voting_bodies import (
    ConfirmationBody,
    DelegationBody,
    LiftingBody,
    QuestionBody,
    ReplyBody,
    as_delegation,
)
from pocgate.api.reviews.voting_shapes import (
    DELEGATION,
    DELEGATIONS,
    QUESTION,
    QUESTIONS,
    delegation_document,
    question_document,
)
from pocgate.api.schema import ETAG_HEADERS, IDEMPOTENCY_KEY, described
from pocgate.identity.enums import Scope
from pocgate.identity.queries import sign_in_of

TAG = "reviews"
ID = OpenApiParameter("review_id", int, OpenApiParameter.PATH)
SEAT = OpenApiParameter("seat_id", int, OpenApiParameter.PATH)
QUESTION_ID = OpenApiParameter("question_id", int, OpenApiParameter.PATH)
APPEAL = OpenApiParameter("appeal_id", int, OpenApiParameter.PATH)
DELEGATION_ID = OpenApiParameter("delegation_id", int, OpenApiParameter.PATH)
REFUSALS = (400, 404, 409, 415)


class ConfirmationView(ApiView):
    """Confirming a vote."""

    required_scopes = {"POST": Scope.GATES_VOTE}

    @described(
        "confirm_vote",
        "Confirm one's vote on the dossier as it is now",
        tag=TAG,
        parameters=(ID, IDEMPOTENCY_KEY),
        request=ConfirmationBody,
        answers={200: REVIEW},
        errors=REFUSALS,
    )
    @idempotent
    def post(self, request: Request, review_id: int) -> HttpResponse:
        """The vote is cast again as it was; refused on an older revision than the present one."""
        review, values = review_or_404(self, review_id), read_body(ConfirmationBody, request.data)
        confirm_vote(
            review_id=review.pk,
            seen_revision=values["dossier_revision"],
            seat_id=values.get("seat"),
            actor=self.person,
            sign_in=sign_in_of(request),
            now=self.now,
        )
        return review_answer(self, request, review.pk)


class QuestionsView(ApiView):
    """Questions on the dossier."""

    required_scopes = {"GET": Scope.GATES_READ, "POST": Scope.GATES_VOTE}

    @described(
        "list_questions",
        "List the questions on the dossier",
        tag=TAG,
        parameters=(ID, *ETAG_HEADERS),
        answers={200: QUESTIONS, 304: None},
        errors=(404,),
    )
    def get(self, request: Request, review_id: int) -> HttpResponseBase:
        """The oldest first, with their answers."""
        review = review_or_404(self, review_id)
        return json_answer(request, {"results": [question_document(row) for row in questions_of(review)]})

    @described(
        "ask_question",
        "Ask about the dossier",
        tag=TAG,
        parameters=(ID, IDEMPOTENCY_KEY),
        request=QuestionBody,
        answers={201: QUESTION},
        errors=REFUSALS,
    )
    @idempotent
    def post(self, request: Request, review_id: int) -> HttpResponse:
        """By a member of the committee; the product owner is told."""
        review, values = review_or_404(self, review_id), read_body(QuestionBody, request.data)
        made = ask_question(review_id=review.pk, text=values["text"], actor=self.person, now=self.now)
        return json_answer(request, question_document(questions_of(review).get(pk=made.pk)), status=201)


class QuestionAnswerView(ApiView):
    """Answering a question."""

    required_scopes = {"POST": Scope.CASES_WRITE}

    @described(
        "answer_question",
        "Answer a question on the dossier",
        tag=TAG,
        parameters=(ID, QUESTION_ID, IDEMPOTENCY_KEY),
        request=ReplyBody,
        answers={200: QUESTION},
        errors=REFUSALS,
    )
    @idempotent
    def post(self, request: Request, review_id: int, question_id: int) -> HttpResponse:
        """By somebody of the team of the case, once."""
        review, values = review_or_404(self, review_id), read_body(ReplyBody, request.data)
        if not Question.objects.filter(pk=question_id, review=review).exists():
            raise Http404
        answer_question(question_id=question_id, answer=values["answer"], actor=self.person, now=self.now)
        return json_answer(request, question_document(questions_of(review).get(pk=question_id)))


class VetoLiftingView(ApiView):
    """Lifting a veto."""

    required_scopes = {"POST": Scope.GATES_VOTE}

    @described(
        "lift_veto",
        "Lift the veto of a seat",
        tag=TAG,
        parameters=(ID, SEAT, IDEMPOTENCY_KEY),
        request=LiftingBody,
        answers={200: REVIEW},
        errors=REFUSALS,
    )
    @idempotent
    def post(self, request: Request, review_id: int, seat_id: int) -> HttpResponse:
        """By its holder or their successor, between the close and the decision, with what was done."""
        review, values = review_or_404(self, review_id), read_body(LiftingBody, request.data)
        lift_veto(
            review_id=review.pk,
            seat_id=seat_id,
            note=values["note"],
            actor=self.person,
            sign_in=sign_in_of(request),
            now=self.now,
        )
        return review_answer(self, request, review.pk)


class VetoAppealView(ApiView):
    """Appealing a veto."""

    required_scopes = {"POST": Scope.GATES_REQUEST}

    @described(
        "appeal_veto",
        "Put a veto before the sponsor",
        tag=TAG,
        parameters=(ID, SEAT, IDEMPOTENCY_KEY),
        request=ReasonBody,
        answers={200: REVIEW},
        errors=REFUSALS,
    )
    @idempotent
    def post(self, request: Request, review_id: int, seat_id: int) -> HttpResponse:
        """By the product owner or the chair, once. It is recorded and lifts nothing."""
        review, values = review_or_404(self, review_id), read_body(ReasonBody, request.data)
        appeal_veto(review_id=review.pk, seat_id=seat_id, reason=values["reason"], actor=self.person, now=self.now)
        return review_answer(self, request, review.pk)


class AppealAnswerView(ApiView):
    """The sponsor's word."""

    required_scopes = {"POST": Scope.CASES_WRITE}

    @described(
        "answer_veto_appeal",
        "Answer an appeal against a veto",
        tag=TAG,
        parameters=(ID, APPEAL, IDEMPOTENCY_KEY),
        request=ReplyBody,
        answers={200: REVIEW},
        errors=REFUSALS,
    )
    @idempotent
    def post(self, request: Request, review_id: int, appeal_id: int) -> HttpResponse:
        """By the sponsor, once. It is recorded; the veto stands until its holder lifts it."""
        review, values = review_or_404(self, review_id), read_body(ReplyBody, request.data)
        if not VetoAppeal.objects.filter(pk=appeal_id, vote__review=review).exists():
            raise Http404
        answer_appeal(appeal_id=appeal_id, answer=values["answer"], actor=self.person, now=self.now)
        return review_answer(self, request, review.pk)


class DelegationsView(ApiView):
    """Delegations."""

    required_scopes = {"GET": Scope.GATES_READ, "POST": Scope.GATES_VOTE}

    @described(
        "list_delegations",
        "List delegations in force and to come",
        tag="committees",
        parameters=ETAG_HEADERS,
        answers={200: DELEGATIONS, 304: None},
    )
    def get(self, request: Request) -> HttpResponseBase:
        """Those of one's own seats and those one fills; all of them for administrators."""
        rows = delegations_visible_to(self.person, now=self.now)
        return json_answer(request, {"results": [delegation_document(row) for row in rows]})

    @described(
        "delegate_seat",
        "Let somebody else fill a seat for a time",
        tag="committees",
        parameters=(IDEMPOTENCY_KEY,),
        request=DelegationBody,
        answers={201: DELEGATION},
        errors=REFUSALS,
    )
    @idempotent
    def post(self, request: Request) -> HttpResponse:
        """By the holder of the seat or an administrator. 409 lists what stands in the way, such as a chain."""
        terms = as_delegation(read_body(DelegationBody, request.data))
        made = delegate_seat(actor=self.person, sign_in=sign_in_of(request), now=self.now, **terms)
        found = delegation_document(self._one(made.pk))
        return json_answer(request, found, status=201)

    def _one(self, pk: int) -> Delegation:
        return Delegation.objects.select_related("delegate", "created_by", "seat__user", "seat__committee").get(pk=pk)


class RevocationView(ApiView):
    """Ending a delegation early."""

    required_scopes = {"POST": Scope.GATES_VOTE}

    @described(
        "revoke_delegation",
        "End a delegation now",
        tag="committees",
        parameters=(DELEGATION_ID, IDEMPOTENCY_KEY),
        request=EmptyBody,
        answers={200: DELEGATION},
        errors=REFUSALS,
    )
    @idempotent
    def post(self, request: Request, delegation_id: int) -> HttpResponse:
        """By holder, delegate or administrator. A vote that was cast stands until it is changed."""
        read_body(EmptyBody, request.data)
        found = delegations_visible_to(self.person, now=self.now).filter(pk=delegation_id).first()
        if found is None:
            raise Http404
        ended = revoke_delegation(delegation_id=found.pk, actor=self.person, now=self.now)
        found.revoked_at = ended.revoked_at
        return json_answer(request, delegation_document(found))
