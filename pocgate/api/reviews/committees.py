"""Committees and their seats over REST: who decides at which gate, kept by administrators."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from gates.commands.committees import appoint, create_committee, dissolve_committee, end_seat
from gates.enums import Discipline, SeatRole
from gates.models import Committee, Seat
from gates.queries.committees import committees_in_being
from pocgate.api.answers import json_answer
from pocgate.api.base import ApiView
from pocgate.api.bodies import Body, read_body
from pocgate.api.idempotency import idempotent
from pocgate.api.reviews.bodies import EmptyBody
from pocgate.api.schema import ETAG_HEADERS, IDEMPOTENCY_KEY, described
from pocgate.api.shapes import COUNT, INTEGER, STAGE, STRING, TIME, array, named, one_of, or_null, record
from pocgate.identity.enums import Scope
from pocgate.identity.models import User
from pocgate.kernel.errors import FieldProblem, Invalid
from portfolio.models import Department

TAG = "committees"
COMMITTEE_ID = OpenApiParameter("committee_id", int, OpenApiParameter.PATH)
SEAT_ID = OpenApiParameter("seat_id", int, OpenApiParameter.PATH)
REFUSALS = (400, 404, 409, 415)
SEAT = named(
    "Seat",
    record(
        id=INTEGER,
        username=STRING,
        name=STRING,
        role=one_of(SeatRole.values),
        discipline=one_of(Discipline.values),
        weight=COUNT,
        started_at=TIME,
        ends_at={**or_null(TIME), "description": "Null for a seat without a known end."},
    ),
)
COMMITTEE = named(
    "Committee",
    record(
        id=INTEGER,
        name=STRING,
        gate=STAGE,
        department={**or_null(INTEGER), "description": "Null for the company-wide one."},
        seats=array(SEAT),
    ),
)


class CommitteeBody(Body):
    """A committee of one gate, for a department and all under it, or company-wide without one."""

    name = serializers.CharField(max_length=200)
    gate = serializers.IntegerField(min_value=0, max_value=3)
    department = serializers.IntegerField(min_value=1, max_value=2**31 - 1, allow_null=True, required=False)


class SeatBody(Body):
    """Who sits there, as what, and until when where the end is known."""

    username = serializers.CharField(max_length=150)
    role = serializers.ChoiceField(SeatRole.choices)
    discipline = serializers.ChoiceField(Discipline.choices)
    weight = serializers.IntegerField(min_value=0, max_value=10, required=False)
    ends_at = serializers.DateTimeField(default_timezone=UTC, allow_null=True, required=False)


def committee_document(committee: Committee) -> dict[str, Any]:
    """A committee of `committees_in_being`, with its seats."""
    seats: list[Seat] = vars(committee)["open_seats"]
    return {
        "id": committee.pk,
        "name": committee.name,
        "gate": committee.gate,
        "department": committee.department_id,
        "seats": [seat_document(seat) for seat in seats],
    }


def seat_document(seat: Seat) -> dict[str, Any]:
    """A seat and its term."""
    return {
        "id": seat.pk,
        "username": seat.user.username,
        "name": str(seat.user),
        "role": seat.role,
        "discipline": seat.discipline,
        "weight": seat.weight,
        "started_at": seat.started_at,
        "ends_at": seat.ended_at,
    }


def committee_or_404(pk: int, *, now: datetime) -> Committee:
    """A committee that was not dissolved."""
    found = committees_in_being(now=now).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


class CommitteesView(ApiView):
    """Committees."""

    required_scopes = {"GET": Scope.GATES_READ, "POST": Scope.GATES_DECIDE}

    @described(
        "list_committees",
        "List committees with their seats",
        tag=TAG,
        parameters=ETAG_HEADERS,
        answers={200: record(results=array(COMMITTEE)), 304: None},
    )
    def get(self, request: Request) -> HttpResponseBase:
        """Those that were not dissolved, by gate."""
        rows = committees_in_being(now=self.now)
        return json_answer(request, {"results": [committee_document(row) for row in rows]})

    @described(
        "create_committee",
        "Set up a committee",
        tag=TAG,
        parameters=(IDEMPOTENCY_KEY,),
        request=CommitteeBody,
        answers={201: COMMITTEE},
        errors=REFUSALS,
    )
    @idempotent
    def post(self, request: Request) -> HttpResponse:
        """By an administrator; one for each gate and department."""
        values = read_body(CommitteeBody, request.data)
        department = values.get("department")
        if department is not None and not Department.objects.filter(pk=department).exists():
            raise Invalid([FieldProblem("/department", "unknown_department", "There is no such department.")])
        made = create_committee(
            name=values["name"], gate=values["gate"], department_id=department, actor=self.person, now=self.now
        )
        found = committee_or_404(made.pk, now=self.now)
        return json_answer(request, committee_document(found), status=201)


class DissolutionView(ApiView):
    """Ending a committee."""

    required_scopes = {"POST": Scope.GATES_DECIDE}

    @described(
        "dissolve_committee",
        "Dissolve a committee and end its seats",
        tag=TAG,
        parameters=(COMMITTEE_ID, IDEMPOTENCY_KEY),
        request=EmptyBody,
        answers={204: None},
        errors=REFUSALS,
    )
    @idempotent
    def post(self, request: Request, committee_id: int) -> HttpResponse:
        """By an administrator; refused while one of its reviews is open."""
        read_body(EmptyBody, request.data)
        if not Committee.objects.filter(pk=committee_id).exists():
            raise Http404
        dissolve_committee(committee_id=committee_id, actor=self.person, now=self.now)
        return HttpResponse(status=204)


class SeatsView(ApiView):
    """Giving a seat."""

    required_scopes = {"POST": Scope.GATES_DECIDE}

    @described(
        "appoint_to_committee",
        "Give a person a seat",
        tag=TAG,
        parameters=(COMMITTEE_ID, IDEMPOTENCY_KEY),
        request=SeatBody,
        answers={201: SEAT},
        errors=REFUSALS,
    )
    @idempotent
    def post(self, request: Request, committee_id: int) -> HttpResponse:
        """By an administrator, from now on; the role that lets its holder see the cases goes with it."""
        values = read_body(SeatBody, request.data)
        found = committee_or_404(committee_id, now=self.now)
        person = User.objects.filter(username__iexact=values.pop("username"), is_active=True).first()
        if person is None:
            message = "There is no active person of this user name."
            raise Invalid([FieldProblem("/username", "unknown_person", message)])
        made = appoint(committee_id=found.pk, user_id=person.pk, actor=self.person, now=self.now, **values)
        return json_answer(request, seat_document(made), status=201)


class SeatEndView(ApiView):
    """Ending a seat."""

    required_scopes = {"POST": Scope.GATES_DECIDE}

    @described(
        "end_seat",
        "End a seat now",
        tag=TAG,
        parameters=(SEAT_ID, IDEMPOTENCY_KEY),
        request=EmptyBody,
        answers={200: SEAT},
        errors=REFUSALS,
    )
    @idempotent
    def post(self, request: Request, seat_id: int) -> HttpResponse:
        """By an administrator. Votes that were cast stay as they are."""
        read_body(EmptyBody, request.data)
        if not Seat.objects.filter(pk=seat_id).exists():
            raise Http404
        return json_answer(request, seat_document(end_seat(seat_id=seat_id, actor=self.person, now=self.now)))
