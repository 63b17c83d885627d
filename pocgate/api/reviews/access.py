"""The review in the address, and through whose eyes its votes are read."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import Http404, HttpResponse
from rest_framework.request import Request

from gates.models import GateReview
from gates.queries.reviews import reviews_visible_to
from pocgate.api.answers import json_answer
from pocgate.api.base import ApiView
from pocgate.api.cursors import DEFAULT_LIMIT, Key, page_of, question_of, write_cursor
from pocgate.api.reviews.documents import review_document
from pocgate.identity.models import ApiToken, User

M = TypeVar("M", bound=Model)

NEWEST_FIRST = Key("id", descending=True, tie="id")


def review_or_404(view: ApiView, pk: int) -> GateReview:
    """Unknown and invisible reviews look the same."""
    review = reviews_visible_to(view.person, now=view.now).filter(pk=pk).first()
    if review is None:
        raise Http404
    return review


def eyes(view: ApiView, request: Request) -> User | None:
    """A token is nobody in particular: programs read no vote before the close, not even their holder's own."""
    return None if isinstance(request.auth, ApiToken) else view.person


def review_answer(view: ApiView, request: Request, pk: int, *, status: int = 200) -> HttpResponse:
    """The review as the caller may see it now."""
    review = review_or_404(view, pk)
    payload = review_document(review, eyes(view, request), now=view.now)
    return json_answer(request, payload, status=status, tag_prefix=f"{review.version}-")


def newest_page(rows: QuerySet[M], values: dict[str, Any]) -> tuple[list[M], str | None]:
    """A page, the newest first, and the cursor of the next one."""
    question, limit = question_of(values), int(values.get("limit", DEFAULT_LIMIT))
    found = list(page_of(rows, NEWEST_FIRST, values.get("cursor"), question)[: limit + 1])
    more = len(found) > limit
    last = found[limit - 1].pk if more else None
    return found[:limit], write_cursor(question, last, last) if more else None
