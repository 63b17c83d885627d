"""Views of use cases."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.request import Request

from pocgate.api import parameters, shapes
from pocgate.api.answers import json_answer, require_version
from pocgate.api.base import ApiView
from pocgate.api.bodies import read_body
from pocgate.api.cases.access import as_changes, case_or_404
from pocgate.api.cases.bodies import CaseBody, SubmissionBody
from pocgate.api.cases.detail import case_detail
from pocgate.api.cases.filters import LIST_PARAMETERS
from pocgate.api.cases.gate_check import gate_check
from pocgate.api.cases.lists import case_header, case_lines, case_page, case_rows
from pocgate.api.cases.shapes import CASE, CASE_PAGE, CASE_ROW, GATE_CHECK
from pocgate.api.formats import MEDIA_TYPES, csv_answer, ndjson_answer, wanted_format, xlsx_answer
from pocgate.api.idempotency import idempotent
from pocgate.api.schema import ETAG_HEADERS, IDEMPOTENCY_KEY, IF_MATCH, REFERENCE, described
from pocgate.identity.enums import Scope
from portfolio.commands.cases import edit_case, register_draft, submit_case
from portfolio.commands.facts import set_facts
from portfolio.enums import Stage
from portfolio.models import UseCase

FILE_NAME = "use-cases"
TAG = "use cases"
BINARY: shapes.Shape = {"type": "string", "format": "binary"}

GATE = parameters.integer("gate", "The gate; the case's next one by default.", lowest=0, highest=max(Stage.values))
RELEASE = parameters.text("release", "The release that asks, repeated in the answer.", longest=100)


def detail_answer(view: ApiView, request: Request, case_id: int, *, status: int = 200) -> HttpResponse:
    """The case as it is now; its entity tag begins with the version that `If-Match` compares."""
    case = UseCase.objects.get(pk=case_id)
    payload = case_detail(case, now=view.now)
    return json_answer(request, payload, status=status, tag_prefix=f"{case.version}-")


class UseCasesView(ApiView):
    """The portfolio's cases."""

    required_scopes = {"GET": Scope.PORTFOLIO_READ, "POST": Scope.CASES_WRITE}
    query_parameters = {"GET": LIST_PARAMETERS}
    media_types = tuple(MEDIA_TYPES.values())

    @described(
        "list_use_cases",
        "List use cases, or stream the whole portfolio",
        tag=TAG,
        query=LIST_PARAMETERS,
        parameters=ETAG_HEADERS,
        answers={200: CASE_PAGE, 304: None},
        media={
            MEDIA_TYPES["ndjson"]: CASE_ROW,
            MEDIA_TYPES["csv"]: shapes.STRING,
            MEDIA_TYPES["xlsx"]: BINARY,
        },
        errors=(406,),
    )
    def get(self, request: Request) -> HttpResponseBase:
        """A page in JSON; the whole list as NDJSON, CSV or XLSX."""
        cases = UseCase.objects.visible_to(self.person, now=self.now)
        kind = wanted_format(request, self.values.get("format"))
        if kind == "json":
            page = case_page(cases, self.values)
            return json_answer(request, {"results": page.rows, "next_cursor": page.next_cursor})
        if kind == "ndjson":
            return ndjson_answer(case_lines(cases, self.values), FILE_NAME)
        rows = case_rows(cases, self.values)
        cells = (tuple(row.values()) for row in rows)
        return (csv_answer if kind == "csv" else xlsx_answer)(case_header(self.values), cells, FILE_NAME)

    @described(
        "register_use_case",
        "Register a use case as a draft",
        tag=TAG,
        parameters=(IDEMPOTENCY_KEY,),
        request=CaseBody,
        answers={201: CASE},
        errors=(400, 415),
    )
    @idempotent
    def post(self, request: Request) -> HttpResponse:
        """The caller becomes its product owner."""
        values = read_body(CaseBody, request.data)
        with transaction.atomic():
            case = register_draft(changes=as_changes(values), actor=self.person, now=self.now)
            if values.get("facts"):
                set_facts(case_id=case.pk, values=values["facts"], actor=self.person, now=self.now)
        answer = detail_answer(self, request, case.pk, status=201)
        answer["Location"] = f"{request.path.rstrip('/')}/{case.reference}"
        return answer


class UseCaseView(ApiView):
    """One case."""

    required_scopes = {"GET": Scope.PORTFOLIO_READ, "PATCH": Scope.CASES_WRITE}

    @described(
        "read_use_case",
        "Read a use case",
        tag=TAG,
        parameters=(REFERENCE, *ETAG_HEADERS),
        answers={200: CASE, 304: None},
        errors=(404,),
    )
    def get(self, request: Request, ref: str) -> HttpResponseBase:
        """With facts, team, KPIs, money, the open review and the latest decision."""
        return detail_answer(self, request, case_or_404(self, ref).pk)

    @described(
        "edit_use_case",
        "Change describing fields and facts of a use case",
        tag=TAG,
        parameters=(REFERENCE, IF_MATCH),
        request=CaseBody,
        answers={200: CASE},
        errors=(400, 404, 409, 412, 415, 428),
    )
    def patch(self, request: Request, ref: str) -> HttpResponseBase:
        """Members that are absent stay as they are."""
        case = case_or_404(self, ref)
        require_version(request, case.version)
        values = read_body(CaseBody, request.data, partial=True)
        changes = as_changes(values, case)
        with transaction.atomic():
            edit_case(case_id=case.pk, version=case.version, changes=changes, actor=self.person, now=self.now)
            if values.get("facts"):
                set_facts(case_id=case.pk, values=values["facts"], actor=self.person, now=self.now)
        return detail_answer(self, request, case.pk)


class SubmissionView(ApiView):
    """Handing a draft in."""

    required_scopes = {"POST": Scope.CASES_WRITE}

    @described(
        "submit_use_case",
        "Hand a draft in: stage 0 begins",
        tag=TAG,
        parameters=(REFERENCE, IDEMPOTENCY_KEY),
        request=SubmissionBody,
        answers={200: CASE},
        errors=(400, 404, 409, 415),
    )
    @idempotent
    def post(self, request: Request, ref: str) -> HttpResponse:
        """409 lists what the draft still lacks."""
        case = case_or_404(self, ref)
        read_body(SubmissionBody, request.data)
        submit_case(case_id=case.pk, actor=self.person, now=self.now)
        return detail_answer(self, request, case.pk)


class GateCheckView(ApiView):
    """May the case go on?"""

    required_scopes = {"GET": Scope.PORTFOLIO_READ}
    query_parameters = {"GET": (GATE, RELEASE)}

    @described(
        "check_gate",
        "Ask whether a case may go on",
        tag=TAG,
        query=(GATE, RELEASE),
        parameters=(REFERENCE, *ETAG_HEADERS),
        answers={200: GATE_CHECK, 304: None},
        errors=(404,),
    )
    def get(self, request: Request, ref: str) -> HttpResponseBase:
        """For pipelines: exit with `exit_status`. Evaluated afresh from the records at the time of asking."""
        case = case_or_404(self, ref)
        found = gate_check(case, self.values.get("gate"), self.values.get("release") or None, now=self.now)
        return json_answer(request, found)
