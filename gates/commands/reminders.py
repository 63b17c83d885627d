"""Reminders: once per person, subject and occasion, whatever runs twice; they end when their reason is gone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gates.queries.duties import duties
from gates.queries.duty import Duty
from gates.queries.evaluation import day_here
from gates.rules.reminders import Occasion, occasions_due
from pocgate.inbox.commands import Notice, notify_many
from pocgate.inbox.queries import occasions_sent
from scoring.queries.playbooks import current_playbook
from scoring.rules.playbook import ReminderPolicy

Sent = Mapping[tuple[str, str, int, str], set[str]]


def remind(*, now: datetime) -> int:
    """Send every reminder that is due; the number handed to the inbox, which keeps each once."""
    policy = current_playbook().reminders
    outstanding = list(duties(now=now, horizon_days=max(policy.before_days, default=0)))
    sent = _sent(outstanding)
    notices = [notice for duty in outstanding for notice in _notices(duty, day_here(now), sent, policy)]
    notify_many(notices, now=now)
    return len(notices)


def _sent(outstanding: Sequence[Duty]) -> Sent:
    """Occasions already told by kind, subject type, person and subject."""
    subjects: dict[tuple[str, str], list[int]] = {}
    for duty in outstanding:
        subjects.setdefault((duty.kind, duty.subject_type), []).append(duty.subject_id)
    return {
        (kind, subject_type, user_id, subject_id): occasions
        for (kind, subject_type), ids in subjects.items()
        for (user_id, subject_id), occasions in occasions_sent(kind, subject_type, ids).items()
    }


def _notices(duty: Duty, today: date, sent: Sent, policy: ReminderPolicy) -> Iterator[tuple[int, Notice]]:
    for person_ids, to_chair in ((duty.person_ids, False), (duty.chair_ids, True)):
        for user_id in dict.fromkeys(person_ids):
            told = sent.get((duty.kind, duty.subject_type, user_id, str(duty.subject_id)), set())
            # A deadline that moved starts its occasions afresh, so the date is part of each.
            known = _of_deadline(told, duty.deadline)
            for occasion in occasions_due(duty.deadline, today, known, policy, duty.since):
                if occasion.to_chair == to_chair:
                    yield user_id, _notice(duty, occasion)


def _of_deadline(occasions: Iterable[str], deadline: date) -> set[str]:
    prefix = f"{deadline.isoformat()} "
    return {occasion.removeprefix(prefix) for occasion in occasions if occasion.startswith(prefix)}


def _notice(duty: Duty, occasion: Occasion) -> Notice:
    return Notice(
        kind=duty.kind,
        subject_type=duty.subject_type,
        subject_id=duty.subject_id,
        occasion=f"{duty.deadline.isoformat()} {occasion.key}",
        title=_("%(when)s: %(what)s") % {"when": _when(occasion.days_left), "what": duty.what},
        reason=duty.reason,
        url=duty.url,
        case_id=duty.case_id,
    )


def _when(days_left: int) -> str:
    if days_left == 0:
        return _("Due today")
    days = abs(days_left)
    if days_left > 0:
        return ngettext("Due in %(days)s day", "Due in %(days)s days", days) % {"days": days}
    return ngettext("Overdue by %(days)s day", "Overdue by %(days)s days", days) % {"days": days}
