"""Drafts of the next playbook. Two people never overwrite each other: a save names the revision it was made from."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F

from pocgate.identity.models import User
from pocgate.kernel.errors import FieldProblem, Invalid, NotAllowedNow, Stale
from pocgate.ledger.commands import Act, record
from scoring import errors
from scoring.enums import PlaybookState
from scoring.models import Playbook as PlaybookRow
from scoring.permissions import require_of_playbook
from scoring.queries.playbooks import playbook_text, published_playbook
from scoring.rules.playbook import LARGEST_BYTES

LONGEST_NAME = 120


def begin_draft(*, name: str, actor: User, now: datetime, text: str | None = None) -> PlaybookRow:
    """A draft from the version in force, or with a text of one's own. Faults in the text are no obstacle here."""
    require_of_playbook("propose_playbook", actor, now=now)
    with transaction.atomic():
        base = published_playbook()
        draft = PlaybookRow.objects.create(
            state=PlaybookState.DRAFT,
            base_id=base.pk,
            created_by=actor,
            created_at=now,
            edited_by=actor,
            edited_at=now,
            **_checked(name, playbook_text() if text is None else text),
        )
        after = {"name": draft.name, "base": base.version}
        record(Act("playbook.draft_begun", "playbook", draft.pk, None, {}, after), actor=actor, now=now)
    return draft


def save_draft(*, draft_id: int, revision: int, name: str, text: str, actor: User, now: datetime) -> PlaybookRow:
    """Keep name and text. `Stale` when somebody saved after `revision`, or the draft is no draft any more."""
    require_of_playbook("propose_playbook", actor, now=now)
    values = _checked(name, text)
    with transaction.atomic():
        draft = locked_draft(draft_id, revision)
        if (draft.name, draft.text) == (values["name"], values["text"]):
            return draft
        before = {"name": draft.name, "revision": draft.revision}
        PlaybookRow.objects.filter(pk=draft.pk).update(
            revision=F("revision") + 1, edited_by=actor, edited_at=now, **values
        )
        after = {"name": values["name"], "revision": draft.revision + 1}
        record(Act("playbook.draft_saved", "playbook", draft.pk, None, before, after), actor=actor, now=now)
        draft.refresh_from_db()
    return draft


def move_to_version_in_force(*, draft_id: int, revision: int, version: int, actor: User, now: datetime) -> PlaybookRow:
    """Carry a draft on from the version in force, whose difference was looked at; its text stays as it is.

    `Stale` when the version in force is not `version` any more.
    """
    require_of_playbook("propose_playbook", actor, now=now)
    with transaction.atomic():
        draft = locked_draft(draft_id, revision)
        base = published_playbook()
        if base.version != version:
            raise Stale("Another version came into force meanwhile; look at the difference again.")
        PlaybookRow.objects.filter(pk=draft.pk).update(base=base.pk, revision=F("revision") + 1)
        after = {"base": base.version, "revision": draft.revision + 1}
        record(Act("playbook.draft_moved", "playbook", draft.pk, None, {}, after), actor=actor, now=now)
        draft.refresh_from_db()
    return draft


def discard_draft(*, draft_id: int, revision: int, actor: User, now: datetime) -> None:
    """Remove a draft as it was seen. Only its author or an administrator may; the activity keeps its name."""
    require_of_playbook("propose_playbook", actor, now=now)
    with transaction.atomic():
        draft = locked_draft(draft_id, revision)
        if draft.created_by_id != actor.pk:
            require_of_playbook("publish_playbook", actor, now=now)
        act = Act("playbook.draft_discarded", "playbook", draft.pk, None, {"name": draft.name}, {})
        draft.delete()
        record(act, actor=actor, now=now)


def locked_draft(draft_id: int, revision: int) -> PlaybookRow:
    """The draft, locked, as it was at `revision`; `NotAllowedNow` when it is published, `Stale` when it moved on."""
    draft = PlaybookRow.objects.select_for_update().filter(pk=draft_id).first()
    if draft is None:
        raise Stale("This draft was discarded meanwhile.")
    if draft.version is not None:
        raise NotAllowedNow([errors.already_published(draft.version)])
    if draft.revision != revision:
        raise Stale("Somebody saved this draft meanwhile.")
    return draft


def _checked(name: str, text: str) -> dict[str, str]:
    name, text = name.strip(), text.replace("\r\n", "\n")
    problems: list[FieldProblem] = []
    if not name or len(name) > LONGEST_NAME:
        problems.append(errors.draft_name_missing(LONGEST_NAME))
    problems += [errors.text_unreadable(field) for field, value in (("name", name), ("text", text)) if "\0" in value]
    if len(text.encode(errors="replace")) > LARGEST_BYTES:
        problems.append(errors.draft_too_large())
    if problems:
        raise Invalid(problems)
    return {"name": name, "text": text.encode(errors="replace").decode()}
