"""Calendar links: one's own, and those of one's committees; each is shown once."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from gates.commands.calendars import make_feed, revoke_feed
from gates.models import CalendarFeed, Committee
from gates.queries.calendars import address_of, committees_to_follow, feeds_of
from pocgate.identity.queries import SignedInRequest

_LONGEST_NUMBER = 9


@login_required
@require_safe
def calendars(request: SignedInRequest) -> HttpResponse:
    """The links there are, and those that can be made."""
    return _page(request)


@never_cache
@login_required
@require_POST
def make(request: SignedInRequest) -> HttpResponse:
    """A new link, shown this once; the one it replaces ends."""
    given = request.POST.get("committee", "")
    number = int(given) if given.isascii() and given.isdigit() and len(given) <= _LONGEST_NUMBER else None
    if given and number is None:
        number = 0
    _feed, token = make_feed(committee_id=number, actor=request.user, now=timezone.now())
    return _page(request, address_of(token))


@login_required
@require_POST
def revoke(request: SignedInRequest, feed_id: int) -> HttpResponse:
    """End a link at once."""
    found = get_object_or_404(feeds_of(request.user), pk=feed_id)
    revoke_feed(feed_id=found.pk, actor=request.user, now=timezone.now())
    messages.success(request, _("The calendar link ended. Programs that used it get nothing more."))
    return HttpResponseRedirect(reverse("gates:calendars"))


def _page(request: SignedInRequest, address: str = "") -> HttpResponse:
    now = timezone.now()
    feeds = {feed.committee_id: feed for feed in feeds_of(request.user)}
    rows: list[tuple[Committee | None, CalendarFeed | None]] = [(None, feeds.pop(None, None))]
    rows += [(each, feeds.pop(each.pk, None)) for each in committees_to_follow(request.user, now=now)]
    rows += [(feed.committee, feed) for feed in feeds.values()]
    return render(request, "gates/calendars.html", {"rows": rows, "address": address})
