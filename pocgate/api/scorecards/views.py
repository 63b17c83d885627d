"""The scorecard of a case, one's own ratings, and the matrix."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from rest_framework import serializers
from rest_framework.request import Request

from pocgate.api.answers import json_answer
from pocgate.api.base import ApiView
from pocgate.api.bodies import Body, read_body
from pocgate.api.cases.access import case_or_404
from pocgate.api.cases.filters import FILTERS, filtered
from pocgate.api.cursors import (
    DEFAULT_LIMIT,
    cursor_parameter,
    limit_parameter,
    question_of,
    read_cursor,
    write_cursor,
)
from pocgate.api.idempotency import idempotent
from pocgate.api.schema import ETAG_HEADERS, IDEMPOTENCY_KEY, REFERENCE, described
from pocgate.api.scorecards.content import assessors_content, matrix_row, scorecard_content
from pocgate.api.scorecards.shapes import ASSESSORS, MATRIX, SCORECARD
from pocgate.identity.enums import Scope
from pocgate.kernel.errors import FieldProblem, Invalid
from portfolio.models import UseCase
from scoring.commands.assessments import GivenRating, rate
from scoring.permissions import can
from scoring.queries.assessors import assessors_of
from scoring.queries.matrix import Matrix, Place
from scoring.queries.scorecards import scorecard_of
from scoring.rules.vocabulary import DISCIPLINES

TAG = "scorecards"
MATRIX_PARAMETERS = (*FILTERS, limit_parameter(), cursor_parameter())
LONGEST_RATIONALE, MOST_RATINGS = 4000, 100


class RatingBody(Body):
    """One criterion. `low` and `high` say how unsure the caller is, both or neither."""

    criterion = serializers.CharField(max_length=60)
    rating = serializers.IntegerField()
    low = serializers.IntegerField(allow_null=True, required=False)
    high = serializers.IntegerField(allow_null=True, required=False)
    rationale = serializers.CharField(max_length=LONGEST_RATIONALE, allow_blank=True, required=False)


class RatingsBody(Body):
    """The caller's ratings of some or all criteria, each in place of an earlier one."""

    discipline = serializers.ChoiceField(DISCIPLINES)
    ratings = serializers.ListField(child=RatingBody(), max_length=MOST_RATINGS)


def _answer(view: ApiView, request: Request, case: UseCase) -> HttpResponse:
    may_rate = can("rate", view.person, case, now=view.now)
    card = scorecard_of(case, view.person, may_rate=may_rate, now=view.now)
    return json_answer(request, scorecard_content(case, card, may_rate=may_rate))


class ScorecardView(ApiView):
    """Value and feasibility of one case."""

    required_scopes = {"GET": Scope.PORTFOLIO_READ}

    @described(
        "read_scorecard",
        "Read the scorecard of a case",
        tag=TAG,
        parameters=(REFERENCE, *ETAG_HEADERS),
        answers={200: SCORECARD, 304: None},
        errors=(404,),
    )
    def get(self, request: Request, ref: str) -> HttpResponseBase:
        """Whoever may rate reads others' ratings once they have rated; programs once a decision moved the case on."""
        return _answer(self, request, case_or_404(self, ref))


class RatingsView(ApiView):
    """One's own ratings."""

    required_scopes = {"POST": Scope.CASES_WRITE}

    @described(
        "rate_use_case",
        "Rate value and feasibility of a case",
        tag=TAG,
        parameters=(REFERENCE, IDEMPOTENCY_KEY),
        request=RatingsBody,
        answers={200: SCORECARD},
        errors=(400, 404, 409, 415),
    )
    @idempotent
    def post(self, request: Request, ref: str) -> HttpResponse:
        """For the team, committee members, the chair and compliance; the answer is the scorecard as it then opens."""
        case = case_or_404(self, ref)
        values = read_body(RatingsBody, request.data)
        given = [GivenRating(**rating) for rating in values["ratings"]]
        try:
            rate(case_id=case.pk, ratings=given, discipline=values["discipline"], actor=self.person, now=self.now)
        except Invalid as refused:
            raise Invalid(_placed(problem, given) for problem in refused.problems) from refused
        return _answer(self, request, case)


def _placed(problem: FieldProblem, given: list[GivenRating]) -> FieldProblem:
    """The command names the criterion; the caller's pointer is its place in the list."""
    places = [index for index, rating in enumerate(given) if rating.criterion == problem.params.get("criterion")]
    places = places or [index for index, rating in enumerate(given) if rating.criterion == problem.pointer]
    pointer = f"ratings.{places[-1]}" if places else problem.pointer
    return FieldProblem(pointer, problem.code, problem.message, problem.params)


class MatrixView(ApiView):
    """The portfolio in value × feasibility."""

    required_scopes = {"GET": Scope.PORTFOLIO_READ}
    query_parameters = {"GET": MATRIX_PARAMETERS}

    @described(
        "read_matrix",
        "List cases by priority with quadrant, interval, rank and chance",
        tag=TAG,
        query=MATRIX_PARAMETERS,
        parameters=ETAG_HEADERS,
        answers={200: MATRIX, 304: None},
    )
    def get(self, request: Request) -> HttpResponseBase:
        """Priority is the mean of value and feasibility; intervals are the 5 and 95 % quantiles of 1,000 draws."""
        visible = UseCase.objects.visible_to(self.person, now=self.now)
        in_sight = visible.filter(archived_at__isnull=True)
        found = Matrix(self.person, in_sight, filtered(visible, self.values), now=self.now)
        question, limit = question_of(self.values), int(self.values.get("limit", DEFAULT_LIMIT))
        rows = found.rows(limit=limit + 1, after=_place(self.values.get("cursor"), question))
        counts = found.counts()
        last = rows[limit - 1] if len(rows) > limit else None
        payload: dict[str, Any] = {
            "results": [matrix_row(row) for row in rows[:limit]],
            "next_cursor": write_cursor(question, last.position.priority, last.case.number) if last else None,
            "shown": counts.shown,
            "waiting": counts.waiting,
            "unrated": counts.unrated,
            "ranked": len(found.ranks),
        }
        return json_answer(request, payload)


class AssessorsView(ApiView):
    """How assessors rate."""

    required_scopes = {"GET": Scope.PORTFOLIO_READ}

    @described(
        "read_assessors",
        "Read the agreement and leniency of assessors",
        tag=TAG,
        parameters=ETAG_HEADERS,
        answers={200: ASSESSORS, 304: None},
    )
    def get(self, request: Request) -> HttpResponseBase:
        """Krippendorff's alpha for ordinal data, and points above or below peers, over cases open to the caller."""
        visible = UseCase.objects.visible_to(self.person, now=self.now).filter(archived_at__isnull=True)
        return json_answer(request, assessors_content(assessors_of(self.person, visible, now=self.now)))


def _place(cursor: str | None, question: str) -> Place | None:
    if cursor is None:
        return None
    priority, number = read_cursor(cursor, question)
    return Decimal(str(priority)), int(str(number))
