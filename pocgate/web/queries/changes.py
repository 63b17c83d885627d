"""Activity as the pages word it: who did what to which case, and what it changed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from gates.queries.turnout import reviews_with_hidden_turnout
from pocgate.identity.models import User
from pocgate.ledger.models import Activity
from pocgate.ledger.rules.shown import NEVER_SHOWN
from pocgate.web.wording import Wording, wording_of
from portfolio.models import UseCase

VOTE_VERBS = frozenset({"review.voted", "review.vote_changed"})
MASS_VERBS = ("case.imported", "case.import_updated")
# So many times the rows shown are read, to have enough after repeated ones were put together.
LOOKED_AT = 5
LONGEST = 160
DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Change:
    """One field before and after, as short texts."""

    field: str
    before: str
    after: str


@dataclass(frozen=True)
class Event:
    """One activity with its wording; `reference` and `title` name the case where there is one."""

    sequence: int
    at: datetime
    actor: User | None
    on_behalf_of: User | None
    wording: Wording
    changes: Sequence[Change]
    request_id: str
    reference: str = ""
    title: str = ""


@dataclass(frozen=True)
class EventPage:
    """A page of events, newest first; `next_before` is the sequence to go on from, None at the end."""

    events: Sequence[Event]
    next_before: int | None


def events_page(activity: QuerySet[Activity], *, before: int | None, size: int = 50) -> EventPage:
    """One page by keyset: what lies before the sequence, newest first."""
    rows = activity.filter(sequence__lt=before) if before else activity
    found = list(rows.order_by("-sequence")[: size + 1])
    return EventPage(worded(found[:size]), found[size - 1].sequence if len(found) > size else None)


def without_hidden_turnout(activity: QuerySet[Activity], user: User, *, now: datetime) -> QuerySet[Activity]:
    """Without the acts of voting in votes that run, where this person may not know who has voted."""
    hidden = reviews_with_hidden_turnout(user, now=now)
    return activity.exclude(verb__in=VOTE_VERBS, subject_type="review", subject_id__in=hidden)


def changes_since(
    user: User,
    since: datetime,
    *,
    now: datetime,
    limit: int = 14,
    of_cases: Q | None = None,
    leave_out: Iterable[str] = (),
) -> Sequence[Event]:
    """What others did to cases this person may see, newest first, repeated acts on a case once.

    Of what was done to a case at one moment, the first act tells: a gate is requested, and a dossier frozen with it.

    `of_cases` narrows the cases, `leave_out` names further verbs that are not told.

    An import writes one line for each of thousands of cases, so those are left to the list of imports.
    """
    cases = UseCase.objects.visible_to(user, now=now)
    visible = (cases if of_cases is None else cases.filter(of_cases)).values("pk")
    rows = (
        Activity.objects.filter(at__gte=since, case_id__in=visible)
        .exclude(actor=user)
        .exclude(verb__in=[*MASS_VERBS, *leave_out])
        .select_related("actor", "on_behalf_of")
        .order_by("-sequence")
    )
    begun: dict[tuple[int | None, int | None, datetime], Activity] = {}
    for row in without_hidden_turnout(rows, user, now=now)[: limit * LOOKED_AT]:
        begun[row.actor_id, row.case_id, row.at] = row
    seen: dict[tuple[int | None, str, int | None], Activity] = {}
    for row in begun.values():
        seen.setdefault((row.actor_id, row.verb, row.case_id), row)
    return worded(list(seen.values())[:limit])


def worded(rows: Sequence[Activity]) -> Sequence[Event]:
    """Rows with their wording and their cases' names, in one query more."""
    cases = UseCase.objects.in_bulk({row.case_id for row in rows if row.case_id is not None})
    return [_event(row, cases) for row in rows]


def _event(row: Activity, cases: Mapping[int, UseCase]) -> Event:
    case = cases.get(row.case_id) if row.case_id is not None else None
    return Event(
        sequence=row.sequence,
        at=row.at,
        actor=row.actor,
        on_behalf_of=row.on_behalf_of,
        wording=wording_of(row.verb),
        changes=[] if row.verb in VOTE_VERBS else list(_changes(row.before, row.after)),
        request_id=row.request_id,
        reference=case.reference if case else "",
        title=case.title if case else "",
    )


def _changes(before: Mapping[str, object], after: Mapping[str, object]) -> Iterable[Change]:
    for field in dict.fromkeys([*before, *after]):
        if field in NEVER_SHOWN or before.get(field) == after.get(field):
            continue
        yield Change(field.replace("_", " "), _shown(before.get(field)), _shown(after.get(field)))


def _shown(value: object) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, dict):
        text = ", ".join(f"{key}: {_shown(part)}" for key, part in value.items())
    elif isinstance(value, list):
        text = ", ".join(_shown(part) for part in value)
    else:
        text = str(value)
        if DIGEST.fullmatch(text):
            return f"{text[:12]}…"
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
