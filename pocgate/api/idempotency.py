"""`Idempotency-Key`: the same call under the same key gives the same answer for a day."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.http import HttpResponse, QueryDict
from rest_framework.request import Request

from pocgate.api.answers import JSON, encode
from pocgate.api.base import ApiView
from pocgate.api.models import IdempotentCall
from pocgate.kernel.errors import FieldProblem, Invalid

KEPT = timedelta(hours=24)
LONGEST_KEY = 200

Handler = Callable[..., HttpResponse]


def idempotent(handler: Handler) -> Handler:
    """Wraps a view's `post`: key, command and answer are one transaction, so that neither is there without the others.

    A second call waits for the first one's row. Refused calls wrote nothing and are not kept. Raises `Invalid` for a
    key that was used with another body.
    """

    @functools.wraps(handler)
    def post(view: ApiView, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return handler(view, request, *args, **kwargs)
        digest = _digest(request)
        with transaction.atomic():
            call, is_new = _call(view, _checked(key), digest)
            if not is_new:
                return _repeated(call, digest)
            answer = handler(view, request, *args, **kwargs)
            call.status, call.body, call.tag = answer.status_code, answer.content.decode(), answer.get("ETag", "")
            call.save(update_fields=["status", "body", "tag"])
        return answer

    return post


def _call(view: ApiView, key: str, digest: str) -> tuple[IdempotentCall, bool]:
    IdempotentCall.objects.filter(made_at__lt=view.now - KEPT).delete()
    return IdempotentCall.objects.get_or_create(
        user=view.person, key=key, defaults={"digest": digest, "made_at": view.now}
    )


def _repeated(call: IdempotentCall, digest: str) -> HttpResponse:
    if call.digest != digest:
        problem = "This key was used for another call within the last 24 hours."
        raise Invalid([FieldProblem("#Idempotency-Key", "key_reused", problem)])
    headers = {"Idempotency-Replayed": "true"} | ({"ETag": call.tag} if call.tag else {})
    return HttpResponse(call.body, status=call.status or 200, content_type=JSON, headers=headers)


def _digest(request: Request) -> str:
    sent = request.data
    # A form may give a name several times; all of its values are what was sent.
    given = sent.lists() if isinstance(sent, QueryDict) else sent.items() if isinstance(sent, dict) else ()
    members: dict[str, Any] = dict(given)
    for name, file in request.FILES.items():
        members[name] = [file.name, _digest_of_file(file)]
    asked = f"{request.method} {request.get_full_path()}\n{encode(members)}"
    return hashlib.sha256(asked.encode("utf-8", "surrogatepass")).hexdigest()


def _digest_of_file(file: File[bytes]) -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def _checked(key: str) -> str:
    if not 1 <= len(key) <= LONGEST_KEY or not key.isprintable():
        problem = "The key has 1 to {limit} printable characters."
        raise Invalid([FieldProblem("#Idempotency-Key", "bad_key", problem, {"limit": LONGEST_KEY})])
    return key
