"""The event feed: acts in the order in which they were placed, read from a cursor on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from pocgate.kernel.models import Counter
from pocgate.ledger.models import Activity

FEED_COUNTER = "events"
# So many places are looked through for one answer, whatever the filters let pass.
LOOKED_THROUGH = 50_000


@dataclass(frozen=True)
class FeedPage:
    """Acts in order; `last` is the place up to which the feed was looked through, `is_more` that it goes on there."""

    acts: Sequence[Activity]
    last: int
    is_more: bool


def end_of_feed() -> int:
    """The last place given, 0 before the first."""
    return Counter.objects.filter(name=FEED_COUNTER).values_list("value", flat=True).first() or 0


def time_at(place: int) -> datetime | None:
    """When the act at this place happened; None where there is none."""
    return Activity.objects.filter(position=place).values_list("at", flat=True).first()


def feed_page(acts: QuerySet[Activity], *, after: int, limit: int) -> FeedPage:
    """The acts after a place, at most `limit`. The end is read first: what is placed meanwhile is left to the next."""
    end = end_of_feed()
    until = min(end, after + LOOKED_THROUGH)
    if until <= after:
        return FeedPage((), after, is_more=False)
    found = list(acts.filter(position__gt=after, position__lte=until).order_by("position")[:limit])
    last = found[-1].position if len(found) == limit else None
    return FeedPage(found, last or until, is_more=(last or until) < end)


def of_kinds(kinds: Iterable[str]) -> Q:
    """The condition for kinds of event: each a verb such as `decision.made`, or a noun such as `decision`."""
    condition = Q()
    for kind in kinds:
        condition |= Q(verb=kind) if "." in kind else Q(verb__startswith=f"{kind}.")
    return condition


def is_of_kinds(verb: str, kinds: Sequence[str]) -> bool:
    """The same for one verb; no kinds mean all."""
    return not kinds or verb in kinds or verb.partition(".")[0] in kinds
