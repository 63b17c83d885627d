"""What views of every app share about requests: the clock, the reference in the address, answers for HTMX and ETags."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

REFERENCE = re.compile(r"UC-0*([1-9][0-9]{0,8})", re.IGNORECASE)


def number_of(reference: str) -> int:
    """The number in `UC-0042`; 404 for anything else."""
    match = REFERENCE.fullmatch(reference)
    if match is None:
        raise Http404
    return int(match.group(1))


def is_fragment(request: HttpRequest) -> bool:
    """HTMX asks for a part of the page, not for a boosted whole page."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"


def polled(request: HttpRequest, template: str, context: Mapping[str, object]) -> HttpResponse:
    """A fragment that is asked for every few seconds: 304 while nothing in it changed."""
    response = render(request, template, dict(context))
    response["ETag"] = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    response["Cache-Control"] = "private, no-cache"
    if request.headers.get("If-None-Match") == response["ETag"]:
        return HttpResponseNotModified(headers={"ETag": response["ETag"]})
    return response


def back_to(request: HttpRequest, fallback: str) -> HttpResponse:
    """After a write: to the form's `next` when it stays on this host, else to the fallback address."""
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = fallback
    return HttpResponseRedirect(target)
