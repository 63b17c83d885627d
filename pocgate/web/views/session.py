"""Sign in, sign out, and the theme of this browser."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from pocgate.identity.models import User
from pocgate.identity.queries import SIGNED_IN_AT
from pocgate.kernel.http import back_to
from pocgate.web.context import THEME_COOKIE, THEMES
from pocgate.web.forms import SignInForm
from pocgate.web.queries.people import demo_people, shown_apart
from pocgate.web.queries.track import GateNode, GateTrack, StageNode
from portfolio.rules.time_box import Level, TimeBoxUse

SIGN_IN_BACKEND = "django.contrib.auth.backends.ModelBackend"
A_YEAR = timedelta(days=365)
# The signature drawing beside the sign-in: an invented case between its first and second gate.
SAMPLE_TRACK = GateTrack(
    reference="UC-0001",
    title="",
    status="active",
    stage=1,
    nodes=(StageNode(0, "done"), StageNode(1, "current"), StageNode(2, "ahead"), StageNode(3, "ahead")),
    gates=(GateNode(0, "passed", "go"), GateNode(1, "next"), GateNode(2, "ahead"), GateNode(3, "ahead")),
    box=TimeBoxUse(18, 42, 43, Level.FRESH),
    readiness=72,
    bar=85,
    musts_open=2,
)


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Name and password, or one click on a demonstration person where those exist."""
    target = _target(request)
    if request.method == "GET" and request.user.is_authenticated and "next" not in request.GET:
        return HttpResponseRedirect(target)
    demo = _demo_person(request)
    if demo is not None:
        return _signed_in(request, demo, target)
    form = SignInForm(request, data=request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _signed_in(request, form.get_user(), target)
    personas, colleagues = shown_apart(list(demo_people()))
    context = {
        "form": form,
        "next": target,
        "personas": personas,
        "colleagues": colleagues,
        "sample_track": SAMPLE_TRACK,
    }
    return render(request, "registration/sign_in.html", context, status=422 if form.errors else 200)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return HttpResponseRedirect(reverse("sign_in"))


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Remember the theme in this browser."""
    response = back_to(request, reverse("home"))
    chosen = request.POST.get("theme", "")
    if chosen in THEMES:
        response.set_cookie(THEME_COOKIE, chosen, max_age=A_YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)
    return response


def _signed_in(request: HttpRequest, user: User, target: str) -> HttpResponse:
    login(request, user, backend=SIGN_IN_BACKEND)
    request.session[SIGNED_IN_AT] = timezone.now().isoformat()
    return HttpResponseRedirect(target)


def _demo_person(request: HttpRequest) -> User | None:
    username = request.POST.get("demo", "")
    return demo_people().filter(username=username).first() if username else None


def _target(request: HttpRequest) -> str:
    target = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        return target
    return reverse("home")
