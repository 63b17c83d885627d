"""What every API view shares: authentication, scopes, throttle, its query parameters, and the headers of answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from pocgate.api.answers import JSON
from pocgate.api.parameters import Parameter, read_query
from pocgate.api.parsers import StrictJSONParser
from pocgate.api.permissions import HasScope
from pocgate.api.problems import MEDIA_TYPE
from pocgate.api.throttling import PersonThrottle
from pocgate.identity.models import User


class AlwaysJson(BaseContentNegotiation):
    """Renders through JSON whatever is asked for; views say themselves which media types they have."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        """The parser of the body's media type, or None, which the framework answers with 415."""
        wanted = (request.content_type or "").split(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == wanted), None)

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """The first one."""
        return next(iter(renderers)), JSON


class ApiView(APIView):
    """A view names its scopes and its query parameters by method. `values` holds the parameters that were given."""

    required_scopes: ClassVar[Mapping[str, str]] = {}
    query_parameters: ClassVar[Mapping[str, tuple[Parameter, ...]]] = {}
    media_types: ClassVar[tuple[str, ...]] = (JSON, MEDIA_TYPE)
    permission_classes: Sequence[Any] = (IsAuthenticated, HasScope)
    parser_classes: Sequence[Any] = (StrictJSONParser,)
    content_negotiation_class = AlwaysJson

    now: datetime
    values: dict[str, Any]
    throttles: list[Any] | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """After the framework's checks: the clock, the formats, the parameters."""
        self.now = timezone.now()
        super().initial(request, *args, **kwargs)
        if self.media_types and request._request.get_preferred_type(list(self.media_types)) is None:  # noqa: SLF001
            raise NotAcceptable
        method = "GET" if request.method == "HEAD" else request.method or ""
        if method != "OPTIONS":
            self.values = read_query(request.query_params, self.query_parameters.get(method, ()))

    @property
    def person(self) -> User:
        """Who asks; only in views that authenticate."""
        user = self.request.user
        if not isinstance(user, User):
            raise TypeError("this view does not authenticate")
        return user

    def get_throttles(self) -> list[Any]:
        """Kept, so that the answer can tell the allowance."""
        self.throttles = super().get_throttles() if self.throttles is None else self.throttles
        return self.throttles

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        """Allowance, caching and variance."""
        answer: HttpResponseBase = super().finalize_response(request, response, *args, **kwargs)
        for throttle in self.throttles or ():
            if isinstance(throttle, PersonThrottle) and throttle.allowance is not None:
                for name, value in throttle.allowance.headers().items():
                    answer[name] = value
        answer.headers.setdefault("Cache-Control", "private, no-cache")
        patch_vary_headers(answer, ("Authorization", "Cookie", "Accept"))
        return answer
