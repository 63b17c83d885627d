"""Reminders: once per person, subject and occasion, whatever runs twice; they end when their reason is gone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import structlog
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gates.queries.duty import Duty
from gates.queries.evaluation import day_here
from gates.queries.reminding import SOURCES, Chairs, Source, Subject, chunks_kept, due, headline, told_at_once, when
from gates.rules.reminders import Occasion, name_of, occasions_due
from pocgate.inbox.commands import Notice, notify_found, notify_many
from scoring.queries.playbooks import current_playbook
from scoring.rules.playbook import ReminderPolicy

log = structlog.get_logger(__name__)


def remind(*, now: datetime, is_first_of_day: bool = False) -> int:
    """Send every reminder that is due; the number handed to the inbox, which keeps each once.

    Occasions come with a new day, so the first run of one expects many and has the database keep them at once.

    A kind that can not be told does not keep the others from being told; its error is raised in the end.
    """
    policy = current_playbook().reminders
    chairs = Chairs(now=now, long_overdue=day_here(now) - timedelta(days=policy.chair_after_days))
    count, broken = 0, []
    for source in SOURCES:
        try:
            # What the database can not tell by itself is never much at once: no table is made for it.
            expects_many = is_first_of_day and source.words is not None
            count += _remind_of(source, chairs, policy, expects_many=expects_many)
        except Exception as error:
            log.exception("not_reminded", kind=source.kind, subject_type=source.subject_type, exc_info=error)
            broken.append(error)
    if broken:
        raise broken[0]
    return count


def _remind_of(source: Source, chairs: Chairs, policy: ReminderPolicy, *, expects_many: bool) -> int:
    today, count = day_here(chairs.now), 0
    with due(source, policy=policy, today=today, now=chairs.now, expects_many=expects_many) as found:
        if found.few is not None:
            return _tell(source, found.few, chairs, policy)
        if source.words is not None:
            count += notify_found(told_at_once(found, source.words()), now=chairs.now)
        for chunk in chunks_kept(found):
            count += _tell(source, chunk, chairs, policy)
    return count


def _tell(source: Source, found: Sequence[Subject], chairs: Chairs, policy: ReminderPolicy) -> int:
    """All of these or nobody: the next run looks whether an occasion was told, not to whom."""
    today = day_here(chairs.now)
    notices = [
        notice
        for duty in source.duties(found, chairs)
        for notice in _notices(duty, today, source.policy(policy), tells_first_day=source.tells_first_day)
    ]
    with transaction.atomic():
        notify_many(notices, now=chairs.now)
    return len(notices)


def _notices(duty: Duty, today: date, policy: ReminderPolicy, *, tells_first_day: bool) -> Iterator[tuple[int, Notice]]:
    first_day = duty.since if tells_first_day else duty.since + timedelta(days=1)
    occasions = list(occasions_due(duty.deadline, today, (), policy, first_day))
    # Who is told today because nobody acted is not told the same for their seat.
    late = set(duty.chair_ids) if any(occasion.to_chair for occasion in occasions) else set()
    for occasion in occasions:
        notice = _notice(duty, occasion)
        if occasion.to_chair:
            yield from _told(duty.chair_ids, replace(notice, reason=_late_reason(policy)), but=())
        else:
            reason = _("You get this because you chair, or stand in for, the committee concerned.")
            yield from _told(duty.person_ids, notice, but=())
            yield from _told(duty.head_ids, replace(notice, reason=reason), but={*duty.person_ids, *late})


def _told(user_ids: Iterable[int], notice: Notice, *, but: Collection[int]) -> Iterator[tuple[int, Notice]]:
    return ((user_id, notice) for user_id in dict.fromkeys(user_ids) if user_id not in but)


def _late_reason(policy: ReminderPolicy) -> str:
    days = policy.chair_after_days
    return ngettext(
        "You get this because you chair the committee concerned, and this is overdue for more than a day.",
        "You get this because you chair the committee concerned, and this is overdue for more than %(days)s days.",
        days,
    ) % {"days": days}


def _notice(duty: Duty, occasion: Occasion) -> Notice:
    return Notice(
        kind=duty.kind,
        subject_type=duty.subject_type,
        subject_id=duty.subject_id,
        occasion=name_of(duty.deadline, occasion.key),
        title=headline(when(occasion.days_left, is_state=duty.is_state), duty.what),
        reason=duty.reason,
        url=duty.url,
        case_id=duty.case_id,
    )
