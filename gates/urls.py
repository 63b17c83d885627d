"""Addresses of the gates app's pages."""

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path


def _soon(request: HttpRequest, **_: object) -> HttpResponse:
    return HttpResponse()


app_name = "gates"
urlpatterns: list[URLPattern | URLResolver] = [
    path("cases/<str:reference>/reviews/", _soon, name="case_reviews"),
    path("reviews/<int:review_id>/", _soon, name="room"),
    path("compliance/", _soon, name="desk"),
    path("compliance/<str:reference>/", _soon, name="checklist"),
    path("decisions/", _soon, name="decisions"),
    path("decisions/<str:reference>/", _soon, name="decision"),
    path("committees/", _soon, name="committees"),
]
