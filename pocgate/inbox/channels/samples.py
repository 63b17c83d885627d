"""Made-up mails for the preview of a text; nothing of them is kept."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from django.utils.translation import gettext as _

from pocgate.identity.models import User
from pocgate.inbox.commands.digests import DigestContent, Entry
from pocgate.inbox.enums import Cadence, NotificationKind
from pocgate.inbox.models import Digest, Notification


def sample_notification(user: User, now: datetime) -> Notification:
    """A decision that was made, with letters that have to be escaped."""
    return Notification(
        pk=0,
        user=user,
        kind=NotificationKind.DECISION_MADE,
        title=_("GD-2026-014: go for UC-0042 Sorting claims <faster> & better"),
        reason=_("You get this because you work on this case."),
        url="/decisions/GD-2026-014/",
        created_at=now,
    )


def sample_digest(user: User, now: datetime) -> Digest:
    """A digest with something in each of its parts."""
    content = DigestContent(
        waiting=(Entry(_("Vote at Gate 1: UC-0042 Sorting claims"), _("due 4 Dec 2026"), "/reviews/4/"),),
        notifications=(Entry(_("Gate 2 requested for UC-0007: Reading bills"), "", "/reviews/5/"),),
        changes=(Entry(_("UC-0042 Sorting claims: Ada Muster edited the case"), _("3 Dec, 10:15"), "/cases/UC-0042/"),),
        portfolio=(
            _("42 open cases: stage 0: 20, stage 1: 12, stage 2: 7, stage 3: 3"),
            _("2 past their time-box, 3 paused"),
            _("No decision since the last digest"),
        ),
    )
    return Digest(
        pk=0, user=user, local_date=now.date(), cadence=Cadence.DAILY, since=now, until=now, content=asdict(content)
    )
