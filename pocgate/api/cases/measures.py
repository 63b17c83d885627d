"""Readings and costs, one at a time or up to 10,000 at once; repeated under their external ids they change nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from django.http import Http404, HttpResponse
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from pocgate.api.answers import json_answer
from pocgate.api.base import ApiView
from pocgate.api.bodies import Body, read_body
from pocgate.api.cases.access import case_or_404
from pocgate.api.cases.bodies import (
    CostBody,
    CostRowBody,
    CostsBody,
    JustificationBody,
    ReadingBody,
    ReadingRowBody,
    ReadingsBody,
)
from pocgate.api.cases.cost_shapes import JUSTIFICATION
from pocgate.api.cases.costs import as_justification
from pocgate.api.cases.shapes import BATCH, READINGS, RECORDED
from pocgate.api.idempotency import idempotent
from pocgate.api.problems import as_pointer, field_errors
from pocgate.api.schema import IDEMPOTENCY_KEY, REFERENCE, described
from pocgate.identity.enums import Scope
from pocgate.kernel.http import number_of
from portfolio.commands.costs import CostRow, record_cost, record_costs
from portfolio.commands.kpis import ReadingRow, record_reading, record_readings
from portfolio.commands.rows import RowResult
from portfolio.models import Kpi, KpiReading
from portfolio.queries.kpis import kpi_views
from portfolio.rules.kpis import Reading
from portfolio.rules.money import Bill, Cost
from scoring.commands.costs import justify_cost
from scoring.models import CostNotice
from scoring.queries.kpi_evidence import evidence_as_values, evidence_of_case

KEY = OpenApiParameter("key", str, OpenApiParameter.PATH, description="The KPI's key.")
NOTICE = OpenApiParameter("notice_id", int, OpenApiParameter.PATH, description="The notice's number.")
TAG = "readings and costs"


def as_reading(values: Mapping[str, Any]) -> Reading:
    """The portfolio's reading."""
    return Reading(**{name: value for name, value in values.items() if name not in {"reference", "kpi", "unit"}})


def as_values(reading: KpiReading) -> dict[str, Any]:
    """A reading for the answer."""
    plain = {field.name: getattr(reading, field.name) for field in fields(Reading)}
    return {
        "id": reading.pk,
        **plain,
        "iteration": reading.iteration,
        "recorded_at": reading.recorded_at,
        "recorded_by": reading.recorded_by.username if reading.recorded_by else None,
        "superseded_by": reading.superseded_by_id,
    }


def as_cost(values: Mapping[str, Any]) -> Cost:
    """The portfolio's cost."""
    bill = values.get("bill")
    plain = {name: value for name, value in values.items() if name not in {"reference", "currency", "bill"}}
    return Cost(**plain, bill=Bill(**bill) if bill else None)


class ReadingsView(ApiView):
    """Readings of a KPI."""

    required_scopes = {"GET": Scope.PORTFOLIO_READ, "POST": Scope.READINGS_WRITE}

    @described(
        "readings",
        "Readings of a KPI and what they show",
        tag=TAG,
        parameters=(REFERENCE, KEY),
        answers={200: READINGS},
        errors=(404,),
    )
    def get(self, request: Request, ref: str, key: str) -> HttpResponse:
        """The newest 200 readings, newest first, corrected ones with what corrects them, and the judged evidence."""
        case = case_or_404(self, ref)
        views = kpi_views(case, key=key)
        if not views:
            raise Http404
        shown = evidence_of_case(case, now=self.now).get(views[0].kpi.pk)
        payload = {
            "key": key,
            "unit": views[0].definition.unit,
            "evidence": evidence_as_values(shown) if shown else None,
            "readings": [as_values(reading) for reading in views[0].readings],
        }
        return json_answer(request, payload)

    @described(
        "record_reading",
        "Record a reading of a KPI",
        tag=TAG,
        parameters=(REFERENCE, KEY, IDEMPOTENCY_KEY),
        request=ReadingBody,
        answers={200: RECORDED, 201: RECORDED},
        errors=(400, 404, 409, 415),
    )
    @idempotent
    def post(self, request: Request, ref: str, key: str) -> HttpResponse:
        """201 when it is new, 200 when its external id was recorded before with the same content."""
        case = case_or_404(self, ref)
        kpi = Kpi.objects.filter(case=case, key=key).first()
        if kpi is None:
            raise Http404
        given = read_body(ReadingBody, request.data)
        row, is_new = record_reading(
            kpi_id=kpi.pk, reading=as_reading(given), unit=given.get("unit", ""), actor=self.person, now=self.now
        )
        return recorded_answer(request, row.pk, is_new=is_new)


class CostsView(ApiView):
    """Costs of a case."""

    required_scopes = {"POST": Scope.COSTS_WRITE}

    @described(
        "record_cost",
        "Record a cost",
        tag=TAG,
        parameters=(REFERENCE, IDEMPOTENCY_KEY),
        request=CostBody,
        answers={200: RECORDED, 201: RECORDED},
        errors=(400, 404, 409, 415),
    )
    @idempotent
    def post(self, request: Request, ref: str) -> HttpResponse:
        """Booked to the case's present stage; idempotent by `external_id`."""
        case = case_or_404(self, ref)
        cost = as_cost(read_body(CostBody, request.data))
        row, is_new = record_cost(case_id=case.pk, cost=cost, actor=self.person, now=self.now)
        return recorded_answer(request, row.pk, is_new=is_new)


class JustificationView(ApiView):
    """The owner's answer to a notice of cost."""

    required_scopes = {"POST": Scope.COSTS_WRITE}

    @described(
        "justify_cost",
        "Justify cost near or beyond a cap",
        tag=TAG,
        parameters=(REFERENCE, NOTICE, IDEMPOTENCY_KEY),
        request=JustificationBody,
        answers={201: JUSTIFICATION},
        errors=(400, 404, 409, 415),
    )
    @idempotent
    def post(self, request: Request, ref: str, notice_id: int) -> HttpResponse:
        """Once for each notice that asks for it; what was written stays."""
        case = case_or_404(self, ref)
        if not CostNotice.objects.filter(case=case, pk=notice_id).exists():
            raise Http404
        text = read_body(JustificationBody, request.data)["text"]
        given = justify_cost(notice_id=notice_id, text=text, actor=self.person, now=self.now)
        return json_answer(request, as_justification(given), status=201)


class ReadingsBatchView(ApiView):
    """Readings of any cases."""

    required_scopes = {"POST": Scope.READINGS_WRITE}

    @described(
        "record_readings",
        "Record up to 10,000 readings",
        tag=TAG,
        parameters=(IDEMPOTENCY_KEY,),
        request=ReadingsBody,
        answers={200: BATCH},
        errors=(400, 413, 415),
    )
    @idempotent
    def post(self, request: Request) -> HttpResponse:
        """Each row has its own result; good rows are recorded although others are refused."""
        checked = checked_rows(ReadingRowBody, read_body(ReadingsBody, request.data)["rows"], _reading_row)
        results = record_readings(rows=checked.good, actor=self.person, now=self.now) if checked.good else []
        return batch_answer(request, checked, results)


class CostsBatchView(ApiView):
    """Costs of any cases."""

    required_scopes = {"POST": Scope.COSTS_WRITE}

    @described(
        "record_costs",
        "Record up to 10,000 costs",
        tag=TAG,
        parameters=(IDEMPOTENCY_KEY,),
        request=CostsBody,
        answers={200: BATCH},
        errors=(400, 413, 415),
    )
    @idempotent
    def post(self, request: Request) -> HttpResponse:
        """Each row has its own result; good rows are recorded although others are refused."""
        checked = checked_rows(CostRowBody, read_body(CostsBody, request.data)["rows"], _cost_row)
        results = record_costs(rows=checked.good, actor=self.person, now=self.now) if checked.good else []
        return batch_answer(request, checked, results)


@dataclass(frozen=True)
class Checked:
    """Rows that can be read, and the errors of the others by their place."""

    good: list[Any]
    bad: Mapping[int, list[dict[str, str]]]
    total: int


def checked_rows(body: type[Body], rows: Sequence[Any], make: Callable[[Mapping[str, Any]], object]) -> Checked:
    """Reads each row by itself."""
    good: list[object] = []
    bad: dict[int, list[dict[str, str]]] = {}
    for place, row in enumerate(rows):
        try:
            good.append(make(read_body(body, row)))
        except ValidationError as error:
            bad[place] = list(field_errors(error.get_full_details(), f"/rows/{place}"))
    return Checked(good, bad, len(rows))


def _reading_row(values: Mapping[str, Any]) -> ReadingRow:
    return ReadingRow(number_of(values["reference"]), values["kpi"], as_reading(values), values.get("unit", ""))


def _cost_row(values: Mapping[str, Any]) -> CostRow:
    return CostRow(number_of(values["reference"]), as_cost(values), values.get("currency"))


def recorded_answer(request: Request, pk: int, *, is_new: bool) -> HttpResponse:
    """201 for a new record, 200 for one that was there."""
    payload = {"id": pk, "outcome": "created" if is_new else "unchanged"}
    return json_answer(request, payload, status=201 if is_new else 200)


def batch_answer(request: Request, checked: Checked, results: Sequence[RowResult]) -> HttpResponse:
    """The results in the order of the rows as sent."""
    remaining = iter(results)
    rows = [
        {"outcome": "refused", "id": None, "errors": checked.bad[place]}
        if place in checked.bad
        else _row(next(remaining), place)
        for place in range(checked.total)
    ]
    counts = dict.fromkeys(("created", "unchanged", "refused"), 0)
    for row in rows:
        counts[str(row["outcome"])] += 1
    return json_answer(request, {"results": rows, **counts})


def _row(result: RowResult, place: int) -> dict[str, Any]:
    return {
        "outcome": result.outcome.value,
        "id": result.id,
        "errors": [
            {
                "pointer": f"/rows/{place}{as_pointer(problem.pointer)}",
                "code": problem.code,
                "detail": problem.text,
            }
            for problem in result.problems
        ],
    }
