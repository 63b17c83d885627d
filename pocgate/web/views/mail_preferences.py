"""How a person is told: their preferences, and the end of mails of one kind or digests, by a link or in the inbox."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from pocgate.identity.models import User
from pocgate.inbox.commands.bounces import clear_bounce
from pocgate.inbox.commands.preferences import choices_of, end_digests, mute, set_choices, unmute
from pocgate.inbox.enums import NotificationKind
from pocgate.inbox.queries.unsubscribing import read_token
from pocgate.inbox.queries.wishes import has_bounced, preferences_of, zone_of
from pocgate.inbox.rules.policy import may_unsubscribe, topic_of
from pocgate.kernel.errors import Invalid
from pocgate.kernel.http import back_to
from pocgate.web.forms import add_problems
from pocgate.web.mail_forms import MailPreferencesForm
from pocgate.web.person import person


@login_required
@require_http_methods(["GET", "POST"])
def mail_preferences(request: HttpRequest) -> HttpResponse:
    """Deliveries, digest, quiet hours and absence."""
    user = person(request)
    form = MailPreferencesForm(request.POST or None, initial=MailPreferencesForm.start(choices_of(user)))
    if request.method == "POST" and form.is_valid():
        try:
            set_choices(user=user, choices=form.choices(), now=timezone.now())
        except Invalid as error:
            add_problems(form, error)
        else:
            messages.success(request, _("Your mail preferences are kept."))
            return redirect("mail_preferences")
    context = {
        "form": form,
        "zone": zone_of(user),
        "bounced": preferences_of(user) if has_bounced(user) else None,
    }
    return render(request, "web/mail_preferences.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def mute_kind(request: HttpRequest) -> HttpResponse:
    """No more mails of a kind, or with `again` mails as before."""
    user, kind = person(request), request.POST.get("kind", "")
    if request.POST.get("again"):
        unmute(user=user, kind=kind, now=timezone.now())
        messages.success(request, _("Mails of this kind come again."))
    else:
        mute(user=user, kind=kind, now=timezone.now())
        told = _("No more mails of the kind “%(kind)s”; it is still told here.")
        messages.success(request, told % {"kind": NotificationKind(kind).label})
    return back_to(request, reverse("notifications"))


@login_required
@require_POST
def bounce_cleared(request: HttpRequest) -> HttpResponse:
    """The person says that the own address works again."""
    user = person(request)
    if clear_bounce(user=user, actor=user, now=timezone.now()):
        messages.success(request, _("Mails go to your address again."))
    return back_to(request, reverse("mail_preferences"))


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """The link of a mail, without a sign-in: a page that asks first, and a POST that does it (RFC 8058).

    The token is the right to do just this, so the POST of a mail program needs no cookie.
    """
    read = read_token(token)
    if read is None:
        raise Http404
    user, kind = read
    if kind is None:
        return _unsubscribe_digests(request, user, token)
    context = {"kind": kind, "topic": topic_of(kind), "token": token, "is_mandatory": not may_unsubscribe(kind)}
    if request.method == "POST":
        mute(user=user, kind=kind, now=timezone.now(), by_link=True)
        context["is_done"] = True
    return render(request, "web/unsubscribe.html", context)


def _unsubscribe_digests(request: HttpRequest, user: User, token: str) -> HttpResponse:
    context: dict[str, object] = {"token": token, "of_digests": True}
    if request.method == "POST":
        end_digests(user=user, now=timezone.now(), by_link=True)
        context["is_done"] = True
    return render(request, "web/unsubscribe.html", context)
