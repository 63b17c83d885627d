"""Publishing playbooks. A published version never changes; a new one recomputes every case."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from pocgate.identity.commands import require_recent_sign_in
from pocgate.identity.models import User
from pocgate.identity.rules import SignIn
from pocgate.kernel import jobs
from pocgate.kernel.counters import next_number
from pocgate.kernel.errors import Blocker, NotAllowedNow
from pocgate.ledger.commands import Act, record
from portfolio.commands.pace import set_time_boxes
from scoring import errors
from scoring.commands.playbooks.checking import checked_rules, refuse_repetition
from scoring.commands.playbooks.drafts import locked_draft
from scoring.enums import PlaybookState
from scoring.models import Playbook as PlaybookRow
from scoring.permissions import require_of_playbook
from scoring.queries.playbook_effects import was_shown
from scoring.queries.playbooks import (
    PublishedPlaybook,
    default_playbook_text,
    default_rules,
    published_playbook,
)
from scoring.rules.playbook import Playbook

RECOMPUTE_ALL_TASK = "scoring.recompute_all"
PLACE_ALL_TASK = "scoring.place_all"


def publish_playbook(*, text: str, actor: User | None, now: datetime, sign_in: SignIn | None = None) -> PlaybookRow:
    """Put a document in force as a new version. No actor means the command line, which has no sign-in either.

    Raises `RecentSignInRequired`, `Invalid` with the line of every fault, and `NotAllowedNow` when the content is in
    force already.
    """
    if sign_in is not None:
        require_recent_sign_in(sign_in, now=now)
    require_of_playbook("publish_playbook", actor, now=now)
    rules = checked_rules(text)
    with transaction.atomic():
        # Taking the number first lets two publishers go one after the other; a refusal gives it back.
        version = next_number("playbook")
        before = published_playbook()
        refuse_repetition(before, rules)
        return _publish(version, before, rules, _new_row(text, actor, now), actor=actor, now=now)


def publish_draft(*, draft_id: int, revision: int, actor: User, sign_in: SignIn, now: datetime) -> PlaybookRow:
    """Put a draft in force as the next version, as it was at `revision`. A refusal leaves the draft as it is.

    Raises `RecentSignInRequired`, `Invalid`, `Stale`, and `NotAllowedNow` when the effect of this text was not computed
    or another version came into force since the draft was begun.
    """
    require_recent_sign_in(sign_in, now=now)
    require_of_playbook("publish_playbook", actor, now=now)
    with transaction.atomic():
        version = next_number("playbook")
        draft = locked_draft(draft_id, revision)
        rules = checked_rules(draft.text)
        before = published_playbook()
        refuse_repetition(before, rules)
        if blockers := publish_blockers(draft, before):
            raise NotAllowedNow(blockers)
        return _publish(version, before, rules, draft, actor=actor, now=now)


def publish_blockers(draft: PlaybookRow, current: PublishedPlaybook) -> list[Blocker]:
    """Why a sound draft may not be published yet."""
    blockers = []
    if draft.base_id != current.pk:
        begun_from = draft.base.number if draft.base else 0
        blockers.append(errors.draft_outdated(begun_from, current.version))
    if not was_shown(draft):
        blockers.append(errors.effect_not_seen())
    return blockers


def ensure_default_playbook(*, now: datetime) -> PublishedPlaybook:
    """The version in force; when there is none yet, the shipped document is published first."""
    current = published_playbook()
    if current.pk is not None:
        return current
    text = default_playbook_text()
    with transaction.atomic():
        version = next_number("playbook")
        current = published_playbook()
        if current.pk is not None:
            transaction.set_rollback(True)
            return current
        _publish(version, current, default_rules(), _new_row(text, None, now), actor=None, now=now)
    return published_playbook()


def _new_row(text: str, actor: User | None, now: datetime) -> PlaybookRow:
    return PlaybookRow(text=text, created_by=actor, created_at=now)


def _publish(
    version: int, before: PublishedPlaybook, rules: Playbook, row: PlaybookRow, *, actor: User | None, now: datetime
) -> PlaybookRow:
    row.version, row.digest, row.state = version, rules.digest, PlaybookState.PUBLISHED
    row.published_by, row.published_at = actor, now
    row.save()
    after = {"version": version, "digest": rules.digest}
    record(
        Act("playbook.published", "playbook", row.pk, None, {"version": before.version}, after), actor=actor, now=now
    )
    set_time_boxes(dict(enumerate([*rules.pace.time_box_days, None])))
    for task in (RECOMPUTE_ALL_TASK, PLACE_ALL_TASK):
        jobs.enqueue(task, now=now, subject_type="playbook", subject_id=row.pk)
    return row
