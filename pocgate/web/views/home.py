"""The home page."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from pocgate.web.person import person, standing_of
from pocgate.web.queries.home import home_of


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What waits for the person, what changed since they were here, and their cases."""
    found = home_of(person(request), standing_of(request).roles, now=timezone.now())
    return render(request, "web/home.html", {"home": found})
