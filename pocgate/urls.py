"""Every address of the installation."""

from django.urls import include, path

# Programs get problem+json, people get a page.
handler400 = "pocgate.api.elsewhere.bad_request"
handler403 = "pocgate.api.elsewhere.permission_denied"
handler404 = "pocgate.api.elsewhere.not_found"
handler500 = "pocgate.api.elsewhere.server_error"

urlpatterns = [
    path("api/v1/", include("pocgate.api.urls")),
    path("", include("portfolio.urls")),
    path("", include("scoring.urls")),
    path("", include("gates.urls")),
    path("", include("pocgate.web.urls")),
]
