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
from pocgate.kernel.http import back_to
from pocgate.web.person import person, standing_of
from pocgate.web.queries.mails import mails_in

PAGE = 50


@login_required
@require_safe
def notifications(request: HttpRequest) -> HttpResponse:
    """Newest first, by keyset."""
    before = request.GET.get("before", "")
    found = notifications_of(person(request))
    if before.isascii() and before.isdecimal():
        found = found.filter(pk__lt=min(int(before), 2**62))
    rows = list(found[: PAGE + 1])
    context = {"notifications": rows[:PAGE], "older": rows[PAGE - 1].pk if len(rows) > PAGE else None}
    return render(request, "web/notifications.html", context)


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
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark everything as read."""
    mark_read(user=person(request), now=timezone.now())
    return back_to(request, reverse("notifications"))


@login_required
@require_safe
def mail(request: HttpRequest) -> HttpResponse:
    """The mail folder of the embedded installation; it does not exist in server mode."""
    if settings.SERVER_MODE or Role.ADMIN not in standing_of(request).roles:
        raise Http404
    return render(request, "web/mail.html", {"mails": mails_in(Path(settings.EMAIL_FILE_PATH))})
