"""Addresses under /api/ that match nothing, and errors outside the views: problems there, pages everywhere else."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt

from pocgate.api.problems import Problem, as_plain_response, plain_problem, problem_of

ROOT = "/api/"


def is_api(request: HttpRequest) -> bool:
    """Whether the caller is a program."""
    return request.path_info.startswith(ROOT)


@csrf_exempt
def elsewhere(request: HttpRequest, rest: str = "") -> HttpResponseBase:
    """The resource of the same name with or without a last slash, else a 404."""
    path = request.path_info
    try:
        match = resolve(path[:-1] if path.endswith("/") else f"{path}/")
    except Resolver404:
        match = None
    if match is None or match.func is elsewhere:
        return as_plain_response(plain_problem(404, "There is no such address in this API."), request.path)
    request.resolver_match = match
    answer: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
    return answer


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400."""
    if is_api(request):
        return as_plain_response(problem_of(exception), request.path)
    return defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    if is_api(request):
        return as_plain_response(problem_of(exception), request.path)
    return defaults.permission_denied(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404."""
    if is_api(request):
        return as_plain_response(plain_problem(404, "There is no such address in this API."), request.path)
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """500. The exception was logged by Django's handler."""
    if not is_api(request):
        return defaults.server_error(request)
    detail = "The error was recorded under the request id of the answer's X-Request-ID header."
    return as_plain_response(Problem(500, "internal", "Something went wrong on our side", detail), request.path)
