"""Scope lines: added and removed, never rewritten."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from pocgate.identity.models import User
from pocgate.kernel.errors import Blocker, FieldProblem
from pocgate.ledger.commands import Act
from portfolio.commands.opening import case_to_edit, invalid_when, note_change, refuse_when
from portfolio.enums import ScopeKind
from portfolio.models import ScopeItem
from portfolio.rules.numbers import short_text_problems

TEXT_LENGTH = 500


def add_scope_item(*, case_id: int, kind: str, text: str, actor: User, now: datetime) -> ScopeItem:
    """Add a line: `in`, `out` or `thin_slice`."""
    problems = short_text_problems("text", text, TEXT_LENGTH, required=True)
    if kind not in ScopeKind.values:
        problems.append(FieldProblem("kind", "unknown_kind", "A scope line is in, out or the thin slice."))
    invalid_when(problems)
    with transaction.atomic():
        case = case_to_edit(case_id, act="edit_case", actor=actor, now=now)
        item = ScopeItem.objects.create(case=case, kind=kind, text=text.strip(), added_at=now)
        after = {"kind": kind, "text": item.text}
        note_change(case, Act("scope.added", "scope_item", item.pk, case.pk, {}, after), actor=actor, now=now)
    return item


def remove_scope_item(*, item_id: int, actor: User, now: datetime) -> ScopeItem:
    """Take a line out of the scope; its history stays."""
    with transaction.atomic():
        found = ScopeItem.objects.get(pk=item_id)
        case = case_to_edit(found.case_id, act="edit_case", actor=actor, now=now)
        item = ScopeItem.objects.select_for_update().get(pk=item_id)
        refuse_when([] if item.removed_at is None else [Blocker("removed", "This line was removed already.")])
        ScopeItem.objects.filter(pk=item.pk).update(removed_at=now)
        item.removed_at = now
        before = {"kind": item.kind, "text": item.text}
        note_change(case, Act("scope.removed", "scope_item", item.pk, case.pk, before, {}), actor=actor, now=now)
    return item


def set_scope(*, case_id: int, lines: Mapping[str, list[str]], actor: User, now: datetime) -> None:
    """Make the lines of these kinds exactly those given: missing ones are added, others removed, equal ones stay."""
    with transaction.atomic():
        case_to_edit(case_id, act="edit_case", actor=actor, now=now)
        for kind, texts in lines.items():
            _set_kind(case_id, kind, texts, actor=actor, now=now)


def _set_kind(case_id: int, kind: str, texts: list[str], *, actor: User, now: datetime) -> None:
    wanted = list(dict.fromkeys(" ".join(text.split()) for text in texts if text.strip()))
    present = list(ScopeItem.objects.filter(case=case_id, kind=kind, removed_at__isnull=True).order_by("pk"))
    for item in present:
        if item.text not in wanted:
            remove_scope_item(item_id=item.pk, actor=actor, now=now)
    known = {item.text for item in present}
    for text in wanted:
        if text not in known:
            add_scope_item(case_id=case_id, kind=kind, text=text, actor=actor, now=now)
