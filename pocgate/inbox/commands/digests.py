"""Digests: claimed for a day, written once, handed to the mail. Whatever runs twice, a day has one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from pocgate.inbox.commands.notifications import MAIL_TASK
from pocgate.inbox.enums import Cadence, DigestState, MailState
from pocgate.inbox.models import Digest
from pocgate.inbox.queries.digests import DueDigest, held_for, to_compose, written_ahead
from pocgate.inbox.queries.wishes import wishes_of_person
from pocgate.inbox.rules.mailing import digest_mailing_of
from pocgate.kernel import jobs

FIRST_LOOKS_BACK: Mapping[str, timedelta] = {Cadence.DAILY: timedelta(days=1), Cadence.WEEKLY: timedelta(days=7)}
# All that a digest's row holds but whose it is and of which day.
PLANNED = (
    *("cadence", "since", "until", "content", "taken_at"),
    *("mail_state", "mail_attempts", "mail_due_at", "mailed_at", "mail_error"),
)


@dataclass(frozen=True)
class Entry:
    """One line of a digest: what, beside it a note such as a due date, and a path of this installation."""

    text: str
    note: str = ""
    url: str = ""


@dataclass(frozen=True)
class DigestContent:
    """What a digest says. Without anything but the portfolio there is nothing to say."""

    waiting: Sequence[Entry] = ()
    notifications: Sequence[Entry] = ()
    changes: Sequence[Entry] = ()
    portfolio: Sequence[str] = field(default_factory=tuple)

    @property
    def says_something(self) -> bool:
        """Whether it is worth a mail."""
        return bool(self.waiting or self.notifications or self.changes)


def content_from(stored: Mapping[str, Any]) -> DigestContent:
    """The content as it was kept."""
    parts = {
        name: tuple(Entry(**entry) for entry in stored.get(name, ()))
        for name in ("waiting", "notifications", "changes")
    }
    return DigestContent(**parts, portfolio=tuple(stored.get("portfolio", ())))


def plan_digest(due: DueDigest, *, now: datetime) -> None:
    """Claim the person's local day; another worker that plans the same changes nothing.

    A digest of the day that was written by a clock that ran ahead is planned anew.
    """
    before = Digest.objects.filter(user=due.user_id, until__lte=now).order_by("-until").first()
    since = before.until if before else now - FIRST_LOOKS_BACK[due.cadence]
    planned = Digest(user_id=due.user_id, local_date=due.local_date, cadence=due.cadence, since=since, until=now)
    ahead = Digest.objects.filter(written_ahead(now), user=due.user_id, local_date=due.local_date)
    if not ahead.update(**{name: getattr(planned, name) for name in PLANNED}):
        Digest.objects.bulk_create([planned], ignore_conflicts=True)


def claim_digest(digest_id: int, *, now: datetime) -> Digest | None:
    """Take a digest to write it, or None when another worker has it."""
    taken = Digest.objects.filter(to_compose(now), pk=digest_id)
    if not taken.update(mail_state=DigestState.COMPOSING, taken_at=now):
        return None
    return Digest.objects.select_related("user__inbox_preferences").get(pk=digest_id)


def keep_content(digest: Digest, content: DigestContent, *, now: datetime) -> bool:
    """Keep what was written and hand it to the mail; nothing to say is done. False when another worker did it."""
    state = DigestState.DUE if content.says_something else DigestState.EMPTY
    due_at = digest_mailing_of(wishes_of_person(digest.user), now=now).due_at
    with transaction.atomic():
        own = Digest.objects.filter(pk=digest.pk, mail_state=DigestState.COMPOSING, taken_at=digest.taken_at)
        if not own.update(mail_state=state, content=asdict(content), mail_due_at=due_at):
            return False
        held_for(digest).update(mail_state=MailState.DIGEST, digest=digest)
        if state == DigestState.DUE:
            jobs.wake(MAIL_TASK)
    return True
