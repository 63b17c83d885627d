"""The event feed: everything that changed, in an order that never changes, from a cursor on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog
from django.core import signing
from django.db import OperationalError
from django.db.models import Q, QuerySet
from django.http import Http404
from django.http.response import HttpResponseBase
from rest_framework.request import Request

from pocgate.api.answers import json_answer
from pocgate.api.base import ApiView
from pocgate.api.cursors import DEFAULT_LIMIT, LONGEST_CURSOR, limit_parameter
from pocgate.api.parameters import Parameter, Refused
from pocgate.api.schema import ETAG_HEADERS, described
from pocgate.api.shapes import ANY_OBJECT, BOOLEAN, COUNT, STRING, TIME, array, or_null, record
from pocgate.api.shapes import REFERENCE as REFERENCE_SHAPE
from pocgate.identity.enums import Role, Scope
from pocgate.identity.queries import has_role
from pocgate.kernel.errors import FieldProblem, Invalid
from pocgate.kernel.http import REFERENCE
from pocgate.ledger.commands.feed import place_events
from pocgate.ledger.models import Activity
from pocgate.ledger.queries.feed import end_of_feed, feed_page, of_kinds, time_at
from pocgate.ledger.queries.names import cases_of
from pocgate.ledger.rules.endpoints import MOST_KINDS, is_kind, nearest_kinds
from pocgate.ledger.rules.shown import shown
from portfolio.models import UseCase

log = structlog.get_logger(__name__)

SALT = "pocgate.api.events"
LATEST = "latest"
# What belongs to no case, such as people, roles and tokens, is for those who see the whole installation with history.
SEE_WHAT_HAS_NO_CASE = (Role.ADMIN, Role.AUDITOR)

SUBJECT = record(type=STRING, id=STRING)
EVENT = record(
    sequence=COUNT,
    type=STRING,
    timestamp=TIME,
    case=or_null(REFERENCE_SHAPE),
    case_sequence=or_null(COUNT),
    subject=SUBJECT,
    actor=or_null(STRING),
    on_behalf_of=or_null(STRING),
    request_id=STRING,
    before=ANY_OBJECT,
    after=ANY_OBJECT,
)
EVENTS = record(results=array(EVENT), next_after=STRING, has_more=BOOLEAN)


def _read_after(value: str) -> str:
    if not value or len(value) > LONGEST_CURSOR:
        raise Refused("bad_cursor", "Give the `next_after` of an earlier answer, or `latest`.")
    return value


def _read_case(value: str) -> int:
    match = REFERENCE.fullmatch(value)
    if match is None:
        raise Refused("not_a_reference", "Give a reference such as UC-0042.")
    return int(match.group(1))


def _read_kinds(value: str) -> Sequence[str]:
    kinds = list(dict.fromkeys(kind.strip() for kind in value.split(",")))
    wrong = [kind for kind in kinds if not is_kind(kind)]
    if wrong or len(kinds) > MOST_KINDS:
        near = ", ".join(dict.fromkeys(known for kind in wrong for known in nearest_kinds(kind[:60])))
        hint = f" Perhaps you mean: {near}." if near else ""
        raise Refused("unknown_value", f"Give verbs such as decision.made, or their nouns such as decision.{hint}")
    return kinds


PARAMETERS = (
    Parameter(
        "after",
        "`next_after` of an earlier answer; `latest` begins with what happens from now on. Left out: from the start.",
        _read_after,
    ),
    Parameter("case", "Of one case.", _read_case, {"type": "string", "pattern": "^UC-[0-9]+$"}),
    Parameter(
        "type",
        "Of these verbs, such as `decision.made`, or of all verbs of these nouns, such as `decision`, "
        "separated by commas.",
        _read_kinds,
    ),
    limit_parameter(),
)


class EventsView(ApiView):
    """Everything that changed."""

    required_scopes = {"GET": Scope.AUDIT_READ}
    query_parameters = {"GET": PARAMETERS}

    @described(
        "list_events",
        "What changed since a cursor",
        tag="events",
        query=PARAMETERS,
        parameters=ETAG_HEADERS,
        answers={200: EVENTS, 304: None},
        errors=(404,),
    )
    def get(self, request: Request) -> HttpResponseBase:
        """In the order in which it became visible, none left out and none twice. A cursor serves any filter.

        Events of the cases that the caller sees now; those of no case for administrators and auditors. Votes are not
        told, neither before nor after the close: ask the review.
        """
        _place_what_is_new()
        after = self._after()
        acts = self._visible().select_related("actor", "on_behalf_of")
        page = feed_page(acts, after=after, limit=self.values.get("limit", DEFAULT_LIMIT))
        references = cases_of(page.acts)
        payload = {
            "results": [_event(act, references) for act in page.acts],
            "next_after": _cursor(page.last),
            "has_more": page.is_more,
        }
        return json_answer(request, payload)

    def _after(self) -> int:
        given = self.values.get("after")
        if given is None:
            return 0
        return end_of_feed() if given == LATEST else _place(given)

    def _visible(self) -> QuerySet[Activity]:
        cases = UseCase.objects.visible_to(self.person, now=self.now)
        if "case" in self.values:
            case = cases.filter(number=self.values["case"]).first()
            if case is None:
                raise Http404
            allowed = Q(case_id=case.pk)
        else:
            allowed = Q(case_id__in=cases.values("pk"))
            if has_role(self.person, *SEE_WHAT_HAS_NO_CASE, now=self.now):
                allowed |= Q(case_id__isnull=True)
        return Activity.objects.filter(allowed, of_kinds(self.values.get("type", ())))


def _place_what_is_new() -> None:
    """A reader need not wait for a worker; where the database is busy writing, the worker does it later."""
    try:
        place_events()
    except OperationalError as error:
        log.info("events_not_placed", error=str(error))


def _cursor(place: int) -> str:
    """Names the place and the time of its act, which tells a restored installation from the one it was read in.

    Signed without a time of its own, so that the same answer keeps its entity tag.
    """
    return signing.Signer(salt=SALT).sign_object([place, _stamp(time_at(place))])


def _place(cursor: str) -> int:
    try:
        place, stamp = signing.Signer(salt=SALT).unsign_object(cursor)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise _refused("bad_cursor", "This is not a cursor of ours; begin again without one.") from error
    if stamp != _stamp(time_at(place)):
        raise _refused(
            "feed_restored",
            "This installation was restored to a state before this cursor. Begin again without one, or with `latest`.",
        )
    return int(place)


def _stamp(at: datetime | None) -> str:
    return at.isoformat() if at else ""


def _refused(code: str, message: str) -> Invalid:
    return Invalid([FieldProblem("?after", code, message)])


def _event(act: Activity, references: Mapping[int, str]) -> dict[str, Any]:
    return {
        "sequence": act.position,
        "type": act.verb,
        "timestamp": act.at,
        "case": references.get(act.case_id) if act.case_id is not None else None,
        "case_sequence": act.case_sequence,
        "subject": {"type": act.subject_type, "id": act.subject_id},
        "actor": act.actor.username if act.actor else None,
        "on_behalf_of": act.on_behalf_of.username if act.on_behalf_of else None,
        "request_id": act.request_id,
        "before": shown(act.before),
        "after": shown(act.after),
    }
