"""Reminders that were kept for later: whether what they remind of still waits for the person."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from gates.queries.duty import Duty
from gates.queries.evaluation import day_here
from gates.queries.reminding.chairs import Chairs
from gates.queries.reminding.source import Source, Subject
from gates.queries.reminding.sources import SOURCES
from pocgate.inbox.enums import NotificationKind
from pocgate.inbox.models import Notification
from scoring.queries.playbooks import current_playbook

# A deadline that was moved far away is still one.
FAR = timedelta(days=3650)
# As `name_of` writes it. Other occasions are news, and news stays true.
OF_A_DEADLINE = re.compile(r"\d{4}-\d\d-\d\d (?P<to_chair>chair-)?")
# That a vote began, or has to be confirmed, is a duty as well.
ALWAYS_A_DUTY = {(NotificationKind.VOTE_OUTSTANDING.value, "review")}


def reminders_past(told: Iterable[Notification], *, user_id: int, now: datetime) -> set[int]:
    """Ids of those whose duty waits for the person no more: it is done, gone, or somebody else's now."""
    by_source: dict[tuple[str, str], list[Notification]] = defaultdict(list)
    for row in told:
        if OF_A_DEADLINE.match(row.occasion) or (row.kind, row.subject_type) in ALWAYS_A_DUTY:
            by_source[row.kind, row.subject_type].append(row)
    today = day_here(now)
    chairs = Chairs(now=now, long_overdue=today - timedelta(days=current_playbook().reminders.chair_after_days))
    past: set[int] = set()
    for source in SOURCES:
        if rows := by_source.get((source.kind, source.subject_type)):
            past |= _past(source, rows, user_id, chairs)
    return past


def _past(source: Source, rows: Sequence[Notification], user_id: int, chairs: Chairs) -> set[int]:
    named = {row.subject_id for row in rows}
    found = source.subjects(chairs.now, day_here(chairs.now) + FAR).filter(pk__in=named)
    duties = {str(duty.subject_id): duty for duty in source.duties([Subject(*row) for row in found], chairs)}
    return {row.pk for row in rows if not _waits(duties.get(row.subject_id), row, user_id)}


def _waits(duty: Duty | None, row: Notification, user_id: int) -> bool:
    if duty is None:
        return False
    occasion = OF_A_DEADLINE.match(row.occasion)
    if occasion is not None and occasion["to_chair"]:
        return user_id in duty.chair_ids
    return user_id in {*duty.person_ids, *duty.head_ids}
