"""`calendar.ics`: what calendar programs subscribe to, by a token that reads this one calendar and nothing else."""

from __future__ import annotations

from typing import ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.translation import gettext as _
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from gates.commands.calendars import digest_of, tell_calendar
from gates.queries.calendars import live_feed
from gates.rules.calendar import feed_of
from pocgate.api.answers import is_known, tag_of
from pocgate.api.base import ApiView
from pocgate.api.parameters import Parameter
from pocgate.api.schema import described
from pocgate.kernel.installation import installation_id

MEDIA = "text/calendar"
TOKEN = Parameter("token", "The token of the calendar link; it is shown once, under Calendar links.", str)


class CalendarView(ApiView):
    """Calendar programs send neither a session nor headers of their own, so the token stands in the address."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    query_parameters: ClassVar = {"GET": (TOKEN,)}
    media_types = ()

    @described(
        "read_calendar",
        "Subscribe to a calendar",
        tag="reviews",
        answers={},
        query=(TOKEN,),
        errors=(404, 422),
        media={MEDIA: {"type": "string", "description": "iCalendar, RFC 5545."}},
        is_open=True,
    )
    def get(self, request: Request) -> HttpResponseBase:
        """Meetings, closing votes and due days; 404 for a token that is unknown, revoked, or of a closed account."""
        feed = live_feed(digest_of(self.values.get("token", "")))
        if feed is None:
            raise Http404
        with translation.override(settings.LANGUAGE_CODE):
            name = feed.committee.name if feed.committee else _("POC Gate: %(person)s") % {"person": feed.user}
            told = tell_calendar(feed_id=feed.pk, now=self.now)
        body = feed_of(name, told, ZoneInfo(settings.TIME_ZONE), installation_id(), now=self.now)
        tag = tag_of(body)
        headers = {"ETag": tag, "Cache-Control": "private, no-cache", "X-Content-Type-Options": "nosniff"}
        if is_known(request, tag):
            return HttpResponseNotModified(headers=headers)
        headers["Content-Disposition"] = 'inline; filename="calendar.ics"'
        return HttpResponse(body, content_type=f"{MEDIA}; charset=utf-8", headers=headers)
