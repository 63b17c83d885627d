"""What a person's digest says: what waits, what was told, what changed in their cases, the portfolio in three lines.

Nothing of a vote is in it, not even that somebody voted.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils import formats, timezone, translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gates.enums import OPEN_REVIEW_STATES, Outcome
from gates.models import Decision, GateReview, Seat
from gates.queries.reminding import reminders_past
from pocgate.identity.models import User
from pocgate.identity.queries import roles_of
from pocgate.inbox.commands.digests import DigestContent, Entry
from pocgate.inbox.models import Digest, Notification
from pocgate.inbox.queries.digests import held_for
from pocgate.inbox.queries.wishes import zone_of
from pocgate.web.queries.changes import VOTE_VERBS, Event, changes_since
from pocgate.web.queries.home import Summary, summary_of
from pocgate.web.queries.waiting import Waiting, waiting_for
from portfolio.models import TeamMember, UseCase

MOST_OF_EACH = 20


def digest_content(digest: Digest, *, language: str) -> DigestContent:
    """The content, with dates of the person's own time zone, as of the digest's end."""
    user, until = digest.user, digest.until
    with translation.override(language), timezone.override(zone_of(user)):
        waiting = waiting_for(user, roles_of(user, now=until), now=until)
        told = _told(digest)
        changes = changes_since(
            user, digest.since, now=until, limit=MOST_OF_EACH, of_cases=_own(user, until), leave_out=VOTE_VERBS
        )
        return DigestContent(
            waiting=_with_rest([_waiting(one) for one in waiting], len(waiting), "home"),
            notifications=_with_rest(
                [Entry(row.title, row.reason, row.url) for row in told[:MOST_OF_EACH]], len(told), "notifications"
            ),
            changes=[_change(event) for event in changes if event.at <= until],
            portfolio=_portfolio(user, digest.since, until),
        )


def _told(digest: Digest) -> Sequence[Notification]:
    """What was kept for the digest, the latest first, without reminders of what waits for the person no more."""
    kept = list(held_for(digest).order_by("-pk"))
    past = reminders_past(kept, user_id=digest.user_id, now=digest.until)
    return [row for row in kept if row.pk not in past]


def _own(user: User, now: datetime) -> Q:
    """Cases with the person on the team, and those in review by a committee with their seat."""
    on_team = TeamMember.objects.filter(user=user, ended_at__isnull=True).values("case")
    in_term = Q(ended_at__isnull=True) | Q(ended_at__gt=now)
    seat = Seat.objects.filter(in_term, user=user, started_at__lte=now, committee=OuterRef("committee"))
    in_review = GateReview.objects.filter(Exists(seat), state__in=OPEN_REVIEW_STATES).values("case")
    return Q(pk__in=on_team) | Q(pk__in=in_review)


def _with_rest(entries: list[Entry], count: int, page: str) -> Sequence[Entry]:
    """As many as fit, and a line that says how many more there are."""
    shown = entries[:MOST_OF_EACH]
    if count > len(shown):
        more = count - len(shown)
        shown.append(Entry(ngettext("%(more)s more", "%(more)s more", more) % {"more": more}, url=reverse(page)))
    return shown


def _waiting(waiting: Waiting) -> Entry:
    place = " ".join(filter(None, (waiting.reference, waiting.title)))
    text = f"{waiting.act}: {place}" if place else waiting.act
    if waiting.due is None:
        return Entry(text, url=waiting.url)
    day = formats.date_format(waiting.due, "j M Y")
    return Entry(
        text, _("was due %(day)s") % {"day": day} if waiting.is_late else _("due %(day)s") % {"day": day}, waiting.url
    )


def _change(event: Event) -> Entry:
    who = str(event.actor) if event.actor else _("The system")
    at = formats.date_format(timezone.localtime(event.at), "j M, H:i")
    text = f"{event.reference} {event.title}: {who} {event.wording.text}"
    return Entry(text, at, reverse("case", args=[event.reference]))


def _portfolio(user: User, since: datetime, until: datetime) -> Sequence[str]:
    summary = summary_of(user, now=until)
    return [_open(summary), _trouble(summary), _decided(user, since, until)]


def _open(summary: Summary) -> str:
    stages = [_("stage %(stage)s: %(count)s") % {"stage": one.stage, "count": one.count} for one in summary.stages]
    if summary.unknown:
        stages.append(_("stage unknown: %(count)s") % {"count": summary.unknown})
    told = ngettext("%(open)s open case: %(stages)s", "%(open)s open cases: %(stages)s", summary.open)
    return told % {"open": summary.open, "stages": ", ".join(stages)}


def _trouble(summary: Summary) -> str:
    return _("%(overdue)s past their time-box, %(paused)s paused") % {
        "overdue": summary.overdue,
        "paused": summary.paused,
    }


def _decided(user: User, since: datetime, until: datetime) -> str:
    visible = UseCase.objects.visible_to(user, now=until).values("pk")
    made = Decision.objects.filter(decided_at__gt=since, decided_at__lte=until, review__case__in=visible)
    counts = dict(made.order_by().values_list("outcome").annotate(Count("pk")))
    if not counts:
        return _("No decision since the last digest")
    parts = [f"{counts[outcome]} {outcome.label}" for outcome in Outcome if outcome in counts]
    return capfirst(_("decided since the last digest: %(counts)s") % {"counts": ", ".join(parts)})
