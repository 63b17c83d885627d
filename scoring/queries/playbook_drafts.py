"""Drafts of the playbook as their authors see them."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet

from scoring.enums import PlaybookState
from scoring.models import Playbook as PlaybookRow


def draft_rows() -> QuerySet[PlaybookRow]:
    """Drafts with their people and the version each was begun from."""
    return PlaybookRow.objects.filter(state=PlaybookState.DRAFT).select_related("created_by", "edited_by", "base")


def drafts() -> Sequence[PlaybookRow]:
    """Every draft without its text, the last edited first."""
    return list(draft_rows().defer("text", "base__text").order_by("-edited_at", "-pk"))
