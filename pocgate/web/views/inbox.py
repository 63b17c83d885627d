"""What a person was told, and in the embedded installation the mails that went out."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from pocgate.identity.enums import Role
from pocgate.inbox.commands import mark_read
from pocgate.inbox.queries import notifications_of
from pocgate.inbox.queries.wishes import has_bounced, muted_kinds, preferences_of
from pocgate.kernel.http import back_to, polled
from pocgate.web.person import person, standing_of
from pocgate.web.queries.inbox import inbox_of
from pocgate.web.queries.mails import mails_in

LARGEST_NUMBER = 2**62


@login_required
@require_safe
def notifications(request: HttpRequest) -> HttpResponse:
    """Unread first, grouped by case; the read ones by keyset."""
    user = person(request)
    inbox = inbox_of(
        user,
        muted=muted_kinds(user),
        before=_number(request.GET.get("before", "")),
        unread_count=standing_of(request).unread,
        now=timezone.now(),
    )
    context = {"inbox": inbox, "bounced": preferences_of(user) if has_bounced(user) else None}
    return render(request, "web/notifications.html", context)


@login_required
@require_safe
def unread(request: HttpRequest) -> HttpResponse:
    """How many are unread, asked for by every page; 304 while nothing changed."""
    return polled(request, "web/_unread_live.html", {"unread": standing_of(request).unread})


@login_required
@require_POST
def open_notification(request: HttpRequest, notification_id: int) -> HttpResponse:
    """Mark one as read and go to what it is about."""
    user = person(request)
    notification = get_object_or_404(notifications_of(user), pk=notification_id)
    mark_read(user=user, now=timezone.now(), ids=[notification.pk])
    inside = url_has_allowed_host_and_scheme(notification.url, {request.get_host()})
    return HttpResponseRedirect(notification.url if inside and notification.url else reverse("notifications"))


@login_required
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Mark as read: one by `id`, those about a `case` (0 for none), or everything."""
    user, only = person(request), None
    if (one := request.POST.get("id")) is not None:
        only = notifications_of(user).filter(pk=_number(one) or 0)
    elif (case := request.POST.get("case")) is not None:
        only = notifications_of(user).filter(case_id=_number(case) or None)
    mark_read(user=user, now=timezone.now(), ids=None if only is None else only.values_list("pk", flat=True))
    return back_to(request, reverse("notifications"))


@login_required
@require_safe
def mail(request: HttpRequest) -> HttpResponse:
    """The mail folder of the embedded installation; it does not exist in server mode."""
    if settings.SERVER_MODE or Role.ADMIN not in standing_of(request).roles:
        raise Http404
    return render(request, "web/mail.html", {"mails": mails_in(Path(settings.EMAIL_FILE_PATH))})


def _number(text: str) -> int | None:
    return min(int(text), LARGEST_NUMBER) if text.isascii() and text.isdecimal() else None
