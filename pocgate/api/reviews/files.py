"""Files that the API hands out: documents on paper, and calendars."""

from __future__ import annotations

from django.http import HttpResponse

from pocgate.api.problems import MEDIA_TYPE
from pocgate.api.shapes import Shape

PDF, CALENDAR = "application/pdf", "text/calendar"
BINARY: Shape = {"type": "string", "format": "binary"}
TEXT: Shape = {"type": "string"}
PDF_TYPES, CALENDAR_TYPES = (PDF, MEDIA_TYPE), (CALENDAR, MEDIA_TYPE)


def file_answer(body: bytes, name: str, media_type: str) -> HttpResponse:
    """The file as an attachment."""
    charset = "; charset=utf-8" if media_type == CALENDAR else ""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(body, content_type=media_type + charset, headers=headers)
