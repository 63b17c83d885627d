"""Search everywhere, as the dialog's fragment and as a page."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from pocgate.kernel.http import is_fragment
from pocgate.web.person import person, standing_of
from pocgate.web.queries.search import search as found_by


@login_required
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Cases, decisions, people and pages that fit the words of `q`."""
    text = request.GET.get("q", "")
    groups = found_by(text, user=person(request), standing=standing_of(request), now=timezone.now())
    template = "web/_search_results.html" if is_fragment(request) else "web/search.html"
    return render(request, template, {"groups": groups, "text": text})
