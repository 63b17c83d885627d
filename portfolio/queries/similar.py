"""Cases that look like one being registered, among those the person may see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.db.models.functions import Substr

from pocgate.identity.models import User
from portfolio.models import UseCase
from portfolio.rules.similarity import COMPARED_CHARACTERS, Candidate, likenesses, telling_words

# Compared at most; with words that so many share, the newest cases are the likeliest doubles.
CANDIDATES = 3000
TITLE_LENGTH = 4


@dataclass(frozen=True)
class SimilarCase:
    """A case and how alike it is, 0–100."""

    case: UseCase
    score: int


def similar_cases(
    title: str, problem: str, user: User, limit: int = 5, *, now: datetime, without: int | None = None
) -> list[SimilarCase]:
    """The visible cases most like the texts, best first; `without` is the id of the case itself.

    Only cases that share a telling word are compared, at most 3,000 of them.
    """
    words = telling_words(f"{title} {problem[:COMPARED_CHARACTERS]}")
    if len(title.strip()) < TITLE_LENGTH or not words:
        return []
    sharing = Q()
    for word in words:
        sharing |= Q(title__icontains=word)
    for word in words[:2]:
        sharing |= Q(problem_statement__icontains=word)
    visible = (
        UseCase.objects.visible_to(user, now=now).filter(sharing, archived_at__isnull=True).exclude(pk=without or 0)
    )
    start = Substr("problem_statement", 1, COMPARED_CHARACTERS)
    rows = visible.order_by("-number").values_list("pk", "title", start)[:CANDIDATES]
    found = likenesses(title, problem, (Candidate(*row) for row in rows), limit=limit)
    cases = _by_id(each.id for each in found)
    return [SimilarCase(cases[each.id], each.score) for each in found]


def _by_id(ids: Iterable[int]) -> dict[int, UseCase]:
    wanted = list(ids)
    return UseCase.objects.with_people_and_places().in_bulk(wanted) if wanted else {}
