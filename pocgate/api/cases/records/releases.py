"""Releases of a case: listed, and written down once."""

from __future__ import annotations

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.request import Request

from pocgate.api.answers import json_answer
from pocgate.api.base import ApiView
from pocgate.api.bodies import read_body
from pocgate.api.cases.access import case_or_404
from pocgate.api.cases.measures import recorded_answer
from pocgate.api.cases.records.bodies import ReleaseBody
from pocgate.api.cases.records.shapes import RELEASE, as_release
from pocgate.api.cases.records.views import PAGING, TAG
from pocgate.api.cases.shapes import RECORDED
from pocgate.api.cursors import DEFAULT_LIMIT, Key, page_of, question_of, write_cursor
from pocgate.api.idempotency import idempotent
from pocgate.api.schema import ETAG_HEADERS, IDEMPOTENCY_KEY, REFERENCE, described
from pocgate.api.shapes import STRING, array, or_null, record
from pocgate.identity.enums import Scope
from portfolio.commands.records import record_release
from portfolio.models import Release
from portfolio.rules.operating import Build

BY_NUMBER = Key("id", descending=False, tie="id")


class ReleasesView(ApiView):
    """The releases of a case."""

    required_scopes = {"GET": Scope.PORTFOLIO_READ, "POST": Scope.CASES_WRITE}
    query_parameters = {"GET": PAGING}

    @described(
        "list_releases",
        "List releases",
        tag=TAG,
        query=PAGING,
        parameters=(REFERENCE, *ETAG_HEADERS),
        answers={200: record(results=array(RELEASE), next_cursor=or_null(STRING)), 304: None},
        errors=(404,),
    )
    def get(self, request: Request, ref: str) -> HttpResponseBase:
        """The oldest first. Which of them a gate approved stands in its decisions."""
        case = case_or_404(self, ref)
        question = question_of({**self.values, "of": f"releases {case.pk}"})
        limit = int(self.values.get("limit", DEFAULT_LIMIT))
        every = Release.objects.filter(case=case).select_related("recorded_by")
        rows = list(page_of(every, BY_NUMBER, self.values.get("cursor"), question)[: limit + 1])
        last = rows[limit - 1] if len(rows) > limit else None
        cursor = write_cursor(question, last.pk, last.pk) if last else None
        return json_answer(request, {"results": [as_release(row) for row in rows[:limit]], "next_cursor": cursor})

    @described(
        "record_release",
        "Record: releases",
        tag=TAG,
        parameters=(REFERENCE, IDEMPOTENCY_KEY),
        request=ReleaseBody,
        answers={200: RECORDED, 201: RECORDED},
        errors=(400, 404, 409, 415),
    )
    @idempotent
    def post(self, request: Request, ref: str) -> HttpResponse:
        """201 when it is new, 200 when the same release is on record under its label."""
        case = case_or_404(self, ref)
        values = read_body(ReleaseBody, request.data)
        row, is_new = record_release(case_id=case.pk, build=Build(**values), actor=self.person, now=self.now)
        return recorded_answer(request, row.pk, is_new=is_new)
