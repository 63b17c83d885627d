"""Puts the request id that the logs carry on every activity of the request."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import structlog
from django.http import HttpRequest, HttpResponse

from pocgate.ledger.origin import request_origin


class RequestOriginMiddleware:
    """Also answers with the id, so that a person can quote it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        bound = structlog.contextvars.get_contextvars().get("request_id")
        request_id = str(bound or uuid4())
        with request_origin(request_id):
            response = self.get_response(request)
        response["X-Request-ID"] = request_id[:64]
        return response
