"""Every address of the installation."""

from django.urls import include, path

urlpatterns = [
    path("api/v1/", include("pocgate.api.urls")),
    path("", include("portfolio.urls")),
    path("", include("scoring.urls")),
    path("", include("gates.urls")),
    path("", include("pocgate.web.urls")),
]
