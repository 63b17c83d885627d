"""The notifications page: what is unread first, grouped by case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pocgate.identity.models import User
from pocgate.inbox.models import Notification
from pocgate.inbox.queries import notifications_of
from pocgate.inbox.rules.policy import may_unsubscribe
from portfolio.models import UseCase

MOST_UNREAD = 100
PAGE = 50


@dataclass(frozen=True)
class Line:
    """One notification; `may_mute` when its kind's mails can be ended and are not ended yet."""

    notification: Notification
    may_mute: bool


@dataclass(frozen=True)
class CaseGroup:
    """Notifications about one case, newest first; without a case those about nothing in particular."""

    case_id: int | None
    case: UseCase | None
    lines: Sequence[Line]


@dataclass(frozen=True)
class Inbox:
    """Unread and read ones; `older` is the number to go on before, `unread_more` how many unread are not shown."""

    unread: Sequence[CaseGroup]
    read: Sequence[CaseGroup]
    unread_more: int
    older: int | None


def inbox_of(user: User, *, muted: frozenset[str], before: int | None, unread_count: int, now: datetime) -> Inbox:
    """The page in a fixed number of queries; the unread ones only stand on the first page."""
    every = notifications_of(user)
    unread = [] if before else list(every.filter(read_at__isnull=True)[:MOST_UNREAD])
    rest = every.filter(read_at__isnull=False)
    read = list((rest.filter(pk__lt=before) if before else rest)[: PAGE + 1])
    ids = {row.case_id for row in [*unread, *read] if row.case_id is not None}
    cases = UseCase.objects.visible_to(user, now=now).in_bulk(ids) if ids else {}
    return Inbox(
        unread=_grouped(unread, cases, muted),
        read=_grouped(read[:PAGE], cases, muted),
        unread_more=max(unread_count - len(unread), 0) if not before else 0,
        older=read[PAGE - 1].pk if len(read) > PAGE else None,
    )


def _grouped(rows: Sequence[Notification], cases: dict[int, UseCase], muted: frozenset[str]) -> list[CaseGroup]:
    """In the order of each group's newest one."""
    groups: dict[int | None, list[Line]] = {}
    for row in rows:
        may_mute = may_unsubscribe(row.kind) and row.kind not in muted
        groups.setdefault(row.case_id, []).append(Line(row, may_mute))
    return [CaseGroup(case_id, cases.get(case_id or 0), lines) for case_id, lines in groups.items()]
