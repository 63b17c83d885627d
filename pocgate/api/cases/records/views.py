"""Views of every kind of record: list, record, correct; and the acts that only one kind has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import ForeignKey, QuerySet
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from pocgate.api.answers import json_answer
from pocgate.api.base import ApiView
from pocgate.api.bodies import Body, read_body
from pocgate.api.cases.access import case_or_404
from pocgate.api.cases.measures import recorded_answer
from pocgate.api.cases.records import bodies
from pocgate.api.cases.records.kinds import KINDS, RecordKind
from pocgate.api.cases.records.shapes import as_document
from pocgate.api.cases.shapes import RECORDED
from pocgate.api.cursors import (
    DEFAULT_LIMIT,
    Key,
    cursor_parameter,
    limit_parameter,
    page_of,
    question_of,
    write_cursor,
)
from pocgate.api.idempotency import idempotent
from pocgate.api.schema import ETAG_HEADERS, IDEMPOTENCY_KEY, REFERENCE, described
from pocgate.api.shapes import STRING, array, or_null, record
from pocgate.identity.enums import Scope
from pocgate.identity.models import User
from portfolio.commands import records
from portfolio.models import Dependency, RecordedFact, Release, UseCase

TAG = "use of a case"
RECORD_ID = OpenApiParameter("record_id", int, OpenApiParameter.PATH, description="The record's number.")
PAGING = (limit_parameter(), cursor_parameter())
BY_NUMBER = Key("id", descending=False, tie="id")


def rows_of(kind: RecordKind, case: UseCase) -> QuerySet[RecordedFact]:
    """All records of the kind, corrected ones too, with the people they name."""
    fields = kind.model._meta.concrete_fields  # noqa: SLF001 - Django documents it
    people = [
        field.name for field in fields if isinstance(field, ForeignKey) and field.related_model in (User, Release)
    ]
    return QuerySet(kind.model).filter(case=case).select_related("case", *people)


def seen_cases(view: ApiView, rows: list[RecordedFact]) -> dict[int, str]:
    """The references of the cases that these records depend on and that the caller sees."""
    wanted = [row.on_case_id for row in rows if isinstance(row, Dependency) and row.on_case_id]
    if not wanted:
        return {}
    seen = UseCase.objects.visible_to(view.person, now=view.now).filter(pk__in=wanted)
    return {case.pk: case.reference for case in seen}


def record_answer(view: ApiView, request: Request, kind: RecordKind, row: RecordedFact, *, status: int) -> HttpResponse:
    """The record as it is now."""
    found = rows_of(kind, row.case).get(pk=row.pk)
    return json_answer(request, as_document(found, seen_cases(view, [found])), status=status)


def row_or_404(kind: RecordKind, case: UseCase, record_id: int) -> RecordedFact:
    """The record, when it is one of this case."""
    row = rows_of(kind, case).filter(pk=record_id).first()
    if row is None:
        raise Http404
    return row


def records_view(kind: RecordKind) -> type[ApiView]:
    """The list of a kind, and recording one."""

    class RecordsView(ApiView):
        required_scopes = {"GET": Scope.PORTFOLIO_READ, "POST": kind.scope}
        query_parameters = {"GET": PAGING}

        @described(
            f"list_{kind.path}",
            f"List {kind.plural}",
            tag=TAG,
            query=PAGING,
            parameters=(REFERENCE, *ETAG_HEADERS),
            answers={200: record(results=array(kind.shape), next_cursor=or_null(STRING)), 304: None},
            errors=(404,),
        )
        def get(self, request: Request, ref: str) -> HttpResponseBase:
            """The oldest first; corrected ones stay and name the record that corrects them."""
            case = case_or_404(self, ref)
            question, limit = (
                question_of({**self.values, "of": f"{kind.path} {case.pk}"}),
                int(self.values.get("limit", DEFAULT_LIMIT)),
            )
            rows = list(page_of(rows_of(kind, case), BY_NUMBER, self.values.get("cursor"), question)[: limit + 1])
            seen, last = seen_cases(self, rows), rows[limit - 1] if len(rows) > limit else None
            cursor = write_cursor(question, last.pk, last.pk) if last else None
            results = [as_document(row, seen) for row in rows[:limit]]
            return json_answer(request, {"results": results, "next_cursor": cursor})

        @described(
            f"record_{kind.singular}",
            f"Record: {kind.plural}",
            tag=TAG,
            parameters=(REFERENCE, IDEMPOTENCY_KEY),
            request=kind.body,
            answers={200: RECORDED, 201: RECORDED},
            errors=(400, 404, 409, 415),
        )
        @idempotent
        def post(self, request: Request, ref: str) -> HttpResponse:
            """201 when it is new, 200 when its external id was recorded before with the same content."""
            case = case_or_404(self, ref)
            content = {kind.arguments[0]: kind.content(read_body(kind.body, request.data), self)}
            row, is_new = kind.record(case_id=case.pk, actor=self.person, now=self.now, **content)
            return recorded_answer(request, row.pk, is_new=is_new)

    return RecordsView


def correction_view(kind: RecordKind) -> type[ApiView]:
    """Putting another record in the place of a wrong one."""

    class CorrectionView(ApiView):
        required_scopes = {"POST": kind.scope}

        @described(
            f"correct_{kind.singular}",
            f"Correct: {kind.plural}",
            tag=TAG,
            parameters=(REFERENCE, RECORD_ID, IDEMPOTENCY_KEY),
            request=kind.correction,
            answers={201: kind.shape},
            errors=(400, 404, 409, 415),
        )
        @idempotent
        def post(self, request: Request, ref: str, record_id: int) -> HttpResponse:
            """The wrong record stays and names the one that corrects it."""
            case = case_or_404(self, ref)
            values = read_body(kind.correction, request.data)
            reason = values.pop("reason")
            content, of = kind.arguments
            old = row_or_404(kind, case, record_id)
            given = {content: kind.content(values, self), of: old.pk}
            row = kind.correct(reason=reason, actor=self.person, now=self.now, **given)
            return record_answer(self, request, kind, row, status=201)

    return CorrectionView


def act_view(
    kind: RecordKind, operation: str, summary: str, body: type[Body], act: Callable[..., RecordedFact]
) -> type[ApiView]:
    """An act on one record; the members of its body are the arguments of its command."""
    of = kind.arguments[1]

    class ActView(ApiView):
        required_scopes = {"POST": kind.scope}

        @described(
            operation,
            summary,
            tag=TAG,
            parameters=(REFERENCE, RECORD_ID, IDEMPOTENCY_KEY),
            request=body,
            answers={200: kind.shape},
            errors=(400, 404, 409, 415),
        )
        @idempotent
        def post(self, request: Request, ref: str, record_id: int) -> HttpResponse:
            """409 when it was done before."""
            case = case_or_404(self, ref)
            values: dict[str, Any] = read_body(body, request.data)
            row = act(actor=self.person, now=self.now, **{of: row_or_404(kind, case, record_id).pk}, **values)
            return record_answer(self, request, kind, row, status=200)

    return ActView


_BY_PATH = {kind.path: kind for kind in KINDS}
# Kind, last part of the address, operation, what it does, body, command.
ACTS: tuple[tuple[str, str, str, str, type[Body], Callable[..., RecordedFact]], ...] = (
    (
        *("feedback", "answer", "answer_feedback", "Keep what a user was answered"),
        *(bodies.AnswerToFeedbackBody, records.answer_feedback),
    ),
    (
        *("training", "held", "hold_training_session", "Say that a planned session took place"),
        *(bodies.HeldBody, records.hold_training),
    ),
    (
        *("dependencies", "resolution", "resolve_dependency", "Say how a dependency was resolved"),
        *(bodies.ResolutionBody, records.resolve_dependency),
    ),
    (
        *("risks", "acceptance", "accept_residual_risk", "Accept what remains of a risk"),
        *(bodies.RecordReasonBody, records.accept_residual_risk),
    ),
    (
        *("incidents", "containment", "contain_incident", "Say how an incident was contained"),
        *(bodies.ContainmentBody, records.contain_incident),
    ),
    (
        *("incidents", "report", "report_incident", "Say when an incident was reported to the authority"),
        *(bodies.ReportBody, records.report_incident),
    ),
    (
        *("change-requests", "withdrawal", "withdraw_change_request", "Withdraw a change request"),
        *(bodies.RecordReasonBody, records.withdraw_change_request),
    ),
    (
        "risks",
        "closing",
        "close_risk",
        "Say why a risk no longer threatens",
        bodies.RecordReasonBody,
        records.close_risk,
    ),
)


def record_urls() -> Iterator[URLPattern]:
    """The addresses of every kind and act."""
    of = "use-cases/<str:ref>"
    for kind in KINDS:
        yield path(f"{of}/{kind.path}", records_view(kind).as_view(), name=kind.path)
        correction = f"{of}/{kind.path}/<int:record_id>/correction"
        yield path(correction, correction_view(kind).as_view(), name=f"{kind.path}_correction")
    for name, last, operation, summary, body, act in ACTS:
        view = act_view(_BY_PATH[name], operation, summary, body, act)
        yield path(f"{of}/{name}/<int:record_id>/{last}", view.as_view(), name=f"{name}_{last}")
