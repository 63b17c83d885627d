"""One error shape: RFC 9457 `application/problem+json`, for everything under /api/ that goes wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from pocgate.kernel.errors import (
    Blocker,
    FieldProblem,
    Forbidden,
    Invalid,
    NotAllowedNow,
    RecentSignInRequired,
    Stale,
)

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:pocgate:problem:"


@dataclass(frozen=True)
class Problem:
    """A refusal. `kind` ends the problem's `type` and never changes; `errors` are {pointer, code, detail}."""

    status: int
    kind: str
    title: str
    detail: str
    errors: tuple[Mapping[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self, instance: str) -> dict[str, Any]:
        """The members of RFC 9457, section 3.1, and `errors`."""
        return {
            "type": f"{TYPE_PREFIX}{self.kind}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "instance": instance,
            "errors": [dict(error) for error in self.errors],
        }


class PreconditionRequired(exceptions.APIException):
    """The call changes a resource and has to say which version of it the caller saw."""

    status_code = 428
    default_code = "if_match_required"
    default_detail = "Send If-Match with the ETag of the version you read."


class PreconditionFailed(exceptions.APIException):
    """The resource is not, or no longer, the one the caller saw."""

    status_code = 412
    default_code = "stale"
    default_detail = "The resource changed since you read it. Read it again and repeat."


class ScopeMissing(exceptions.PermissionDenied):
    """The token may not do this, whatever its holder may."""

    default_code = "scope_missing"


# kind by status, for errors that carry no better name of their own
KINDS = {
    400: "malformed",
    401: "not-authenticated",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    409: "not-allowed-now",
    412: "stale",
    413: "too-large",
    415: "unsupported-media-type",
    422: "invalid",
    428: "precondition-required",
    429: "too-many-requests",
    500: "internal",
    503: "not-ready",
}


def title_of(status: int) -> str:
    """A short sentence that is the same for every problem of a status."""
    return {
        400: _("The request can not be read"),
        401: _("Please authenticate"),
        403: _("You may not do this"),
        404: _("There is nothing here"),
        405: _("This method is not available here"),
        406: _("This format is not available here"),
        409: _("This is not possible now"),
        412: _("The resource changed meanwhile"),
        413: _("The request is too large"),
        415: _("This media type is not understood"),
        422: _("Some values were refused"),
        428: _("If-Match is required"),
        429: _("Too many requests"),
        503: _("Not ready"),
    }.get(status, _("Something went wrong on our side"))


def problem_response(error: Exception, context: Mapping[str, Any]) -> Response:
    """The exception handler of every API view; it never lets one through as HTML."""
    request: HttpRequest = context["request"]
    set_rollback()
    return as_response(problem_of(error), request.path)


def as_response(problem: Problem, instance: str) -> Response:
    """The problem for a view of the framework."""
    return Response(
        problem.body(instance), status=problem.status, headers=dict(problem.headers), content_type=MEDIA_TYPE
    )


def as_plain_response(problem: Problem, instance: str) -> JsonResponse:
    """The problem where no view of the framework runs."""
    return JsonResponse(
        problem.body(instance), status=problem.status, headers=dict(problem.headers), content_type=MEDIA_TYPE
    )


def plain_problem(status: int, detail: str) -> Problem:
    """A problem that a status and a sentence say completely."""
    return Problem(status, KINDS.get(status, "malformed"), title_of(status), detail)


def problem_of(error: Exception) -> Problem:
    """What an exception means to the caller; anything unforeseen is logged and says nothing of itself."""
    if isinstance(error, exceptions.APIException):
        return _framework_problem(error)
    if isinstance(error, Invalid):
        return _with_errors(422, _("See errors for each value, its place and how to mend it."), error.problems)
    if isinstance(error, NotAllowedNow):
        return _with_errors(409, _("Nothing was changed; see errors for each reason."), error.blockers)
    if isinstance(error, Forbidden):
        return _with_errors(403, error.blocker.text, [error.blocker])
    if isinstance(error, Stale):
        return plain_problem(412, str(error) or _("The resource changed since you read it. Read it again and repeat."))
    return _other_problem(error)


def _other_problem(error: Exception) -> Problem:
    if isinstance(error, RecentSignInRequired):
        return Problem(403, "recent-sign-in-required", title_of(403), str(error))
    if isinstance(error, Http404):
        return plain_problem(404, _("No such resource, or not one that you may see."))
    if isinstance(error, DjangoPermissionDenied):
        return plain_problem(403, str(error) or _("You may not do this."))
    if isinstance(error, RequestDataTooBig):
        return plain_problem(413, _("The body is larger than this installation accepts."))
    if isinstance(error, SuspiciousOperation):
        return plain_problem(400, _("The request was refused as malformed."))
    log.error("api_failed", exc_info=error)
    return plain_problem(500, _("The error was recorded under the request id of the answer's X-Request-ID header."))


def _with_errors(status: int, detail: str, reasons: Iterable[FieldProblem | Blocker]) -> Problem:
    errors = tuple(
        {
            "pointer": as_pointer(reason.pointer) if isinstance(reason, FieldProblem) else "",
            "code": reason.code,
            "detail": reason.text,
        }
        for reason in reasons
    )
    return Problem(status, KINDS[status], title_of(status), detail, errors)


def as_pointer(place: str) -> str:
    """A JSON pointer (RFC 6901) for a field's place, whose parts are parted by `/` or `.`.

    `?name` (a query parameter) and `#name` (a header) stay so.
    """
    if not place or place[0] in "/?#":
        return place
    return "/" + place.replace("~", "~0").replace(".", "/")


def _framework_problem(error: exceptions.APIException) -> Problem:
    headers = {}
    if header := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = header
    if isinstance(error, exceptions.ValidationError):
        return Problem(
            422,
            KINDS[422],
            title_of(422),
            _("See errors for each value, its place and how to mend it."),
            tuple(field_errors(error.get_full_details(), "")),
        )
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(max(1, int(wait)))
    status, kind = error.status_code, KINDS.get(error.status_code, "malformed")
    errors: tuple[Mapping[str, str], ...] = ()
    if isinstance(error, ScopeMissing):
        kind, errors = "scope-missing", ({"pointer": "", "code": "scope_missing", "detail": str(error.detail)},)
    return Problem(status, kind, title_of(status), str(error.detail), errors, headers)


def field_errors(details: Any, pointer: str) -> Iterable[dict[str, str]]:
    """The framework's nested details as a flat list with JSON pointers."""
    if isinstance(details, dict) and set(details) == {"message", "code"}:
        yield {"pointer": pointer, "code": str(details["code"]), "detail": str(details["message"])}
    elif isinstance(details, dict):
        for name, inner in details.items():
            place = "" if name == "nonfield_errors" else f"/{str(name).replace('~', '~0').replace('/', '~1')}"
            yield from field_errors(inner, pointer + place)
    elif isinstance(details, list):
        leaves = all(isinstance(inner, dict) and set(inner) == {"message", "code"} for inner in details)
        for index, inner in enumerate(details):
            yield from field_errors(inner, pointer if leaves else f"{pointer}/{index}")
