"""The OpenAPI document, and a page to read and try it that asks no other host for anything."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.permissions import AllowAny
from rest_framework.renderers import BaseRenderer


class SchemaView(SpectacularAPIView):
    """OpenAPI 3.1 in YAML, or in JSON by `Accept` or `format=json`; public, as it names no data."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = ()
    renderer_classes: list[type[BaseRenderer]] = list(SpectacularAPIView.renderer_classes)

    @extend_schema(exclude=True)
    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """The document."""
        return super().get(request, *args, **kwargs)  # type: ignore[no-untyped-call]


def docs(request: HttpRequest) -> HttpResponse:
    """Swagger UI from our own static files; its script reads its settings from the page's data attributes."""
    return render(
        request,
        "api/docs.html",
        {"schema_url": f"{reverse('api:schema')}?format=json", "csrf_cookie": settings.CSRF_COOKIE_NAME},
    )
