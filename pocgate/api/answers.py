"""Answers: fast JSON, entity tags, and what they mean for conditional calls."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime, time
from decimal import Decimal
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.functional import Promise
from django.utils.http import parse_etags
from rest_framework.request import Request

from pocgate.api.problems import PreconditionFailed, PreconditionRequired

JSON = "application/json"


def plain(value: object) -> str:
    """What JSON has no type for: times in UTC as ISO 8601, decimals as text so that no digit is lost."""
    if isinstance(value, datetime):
        return (value if value.tzinfo is UTC else value.astimezone(UTC)).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Decimal | UUID | Promise):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")


encode = json.JSONEncoder(default=plain, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def tag_of(body: bytes, prefix: str = "") -> str:
    """A strong entity tag of the representation."""
    return f'"{prefix}{hashlib.sha256(body).hexdigest()[:24]}"'


def json_answer(
    request: HttpRequest | Request, payload: object, *, status: int = 200, tag: str = "", tag_prefix: str = ""
) -> HttpResponse:
    """The payload with its entity tag, or 304 when the caller has it already."""
    body = encode(payload).encode()
    tag = tag or tag_of(body, tag_prefix)
    if status == 200 and is_known(request, tag):  # noqa: PLR2004 - the status itself
        return not_modified(tag)
    return HttpResponse(body, status=status, content_type=JSON, headers={"ETag": tag})


def not_modified(tag: str) -> HttpResponse:
    """304: the caller's copy is still right."""
    return HttpResponseNotModified(headers={"ETag": tag})


def is_known(request: HttpRequest | Request, tag: str) -> bool:
    """Whether `If-None-Match` names the tag; compared weakly, as RFC 9110, section 13.1.2 asks."""
    known = parse_etags(request.headers.get("If-None-Match", ""))
    return "*" in known or tag in {given.removeprefix("W/") for given in known}


def require_version(request: HttpRequest | Request, version: int) -> None:
    """An unsafe call says by `If-Match` which version it saw: 428 without, 412 for another.

    A tag is `"<version>-<digest>"`, and the version alone decides: readiness computed meanwhile is no one's edit.
    """
    header = request.headers.get("If-Match", "").strip()
    if not header:
        raise PreconditionRequired
    given = parse_etags(header)
    if "*" in given:
        return
    versions = {tag.strip('"').split("-", 1)[0] for tag in given if not tag.startswith("W/")}
    if str(version) not in versions:
        raise PreconditionFailed
