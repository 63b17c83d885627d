"""Per-request work of the pages: the person's time zone and visit, and domain errors as pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from pocgate.identity.commands.people import record_visit
from pocgate.identity.models import User
from pocgate.kernel.errors import DomainError, Forbidden, Invalid, NotAllowedNow, RecentSignInRequired, Stale
from pocgate.kernel.http import is_fragment

API_PREFIX = "/api/"
NULL_CHARACTER, ENCODED_NULL = "\0", "%00"
# A visit is stamped at most so often: most requests write nothing.
VISIT_STAMP = timedelta(minutes=5)


class PersonMiddleware:
    """Shows times in the person's own zone and stamps their visits."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(API_PREFIX) or not request.user.is_authenticated:
            return self.get_response(request)
        with timezone.override(_zone_of(request.user)):
            if request.method == "GET" and not is_fragment(request):
                _stamp_visit(request.user)
            return self.get_response(request)


class DomainErrorMiddleware:
    """Turns what a command refuses into a page, or for HTMX a fragment, with the right status."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The API answers for itself; what is no domain error stays one."""
        if not isinstance(exception, DomainError) or request.path.startswith(API_PREFIX):
            return None
        if isinstance(exception, RecentSignInRequired):
            return _to_sign_in(request)
        template = "errors/_refused.html" if is_fragment(request) else "errors/refused.html"
        response = render(request, template, _refusal(exception), status=_status(exception))
        if is_fragment(request):
            response["HX-Retarget"] = "#toasts"
            response["HX-Reswap"] = "beforeend"
        return response


class NullCharacterMiddleware:
    """Keeps NUL characters from the pages: no text can hold one, and PostgreSQL fails when it is asked for one.

    A path with one leads nowhere, and in a query it is left out. The API says by itself what is wrong with a value.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if NULL_CHARACTER in request.path_info:
            raise Http404
        if ENCODED_NULL in request.META.get("QUERY_STRING", "") and not request.path.startswith(API_PREFIX):
            request.GET = QueryDict(request.META["QUERY_STRING"].replace(ENCODED_NULL, ""))
        return self.get_response(request)


def _zone_of(user: User) -> ZoneInfo | None:
    try:
        return ZoneInfo(user.time_zone) if user.time_zone else None
    except (ValueError, OSError):
        return None


def _stamp_visit(user: User) -> None:
    now = timezone.now()
    if user.last_visit_at is None or now - user.last_visit_at >= VISIT_STAMP:
        record_visit(user=user, now=now)


def _status(error: DomainError) -> int:
    statuses: dict[type[DomainError], int] = {NotAllowedNow: 409, Stale: 409, Invalid: 422, Forbidden: 403}
    return statuses.get(type(error), 409)


def _refusal(error: DomainError) -> dict[str, object]:
    if isinstance(error, NotAllowedNow):
        return {"title": _("Not possible now"), "reasons": error.blockers, "kept": _("Nothing was changed.")}
    if isinstance(error, Invalid):
        return {"title": _("Some values were refused"), "reasons": error.problems, "kept": _("Nothing was saved.")}
    if isinstance(error, Forbidden):
        return {"title": _("You may not do this"), "reasons": [error.blocker], "kept": _("Nothing was changed.")}
    return {
        "title": _("Somebody else was faster"),
        "text": _("The record changed while you had it open. Read it again and repeat what you meant to do."),
        "kept": _("Nothing of yours was saved, nothing of theirs was lost."),
    }


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    messages.warning(request, _("Please sign in again: this act needs a sign-in that is recent."))
    address = f"{reverse('sign_in')}?{urlencode({'next': _page_of(request)})}"
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def _page_of(request: HttpRequest) -> str:
    """Where to go on after the sign-in: the page itself, for a write the page it was sent from."""
    if request.method == "GET":
        return request.get_full_path()
    referrer = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(referrer, {request.get_host()}, require_https=request.is_secure()):
        parts = urlsplit(referrer)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path
    return reverse("home")
