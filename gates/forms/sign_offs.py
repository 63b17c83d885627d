"""Signing a checklist item."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gates.enums import SignOffState
from gates.forms.refused import RefusableForm
from gates.queries.checklists import ChecklistItem
from portfolio.models import EvidenceRevision

LONGEST = 4000


class SignOffForm(RefusableForm):
    """Accept or return, with a comment, and the evidence that was seen."""

    state = forms.ChoiceField(choices=SignOffState.choices)
    comment = forms.CharField(
        label=_("Comment"), required=False, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 2})
    )
    revision_ids = forms.TypedMultipleChoiceField(
        label=_("Evidence you have seen"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, item: ChecklistItem, evidence: Sequence[EvidenceRevision], **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "prefix": item.key})
        self.item = item
        self.evidence = tuple(evidence)
        field = self.fields["revision_ids"]
        if isinstance(field, forms.TypedMultipleChoiceField):
            field.choices = [(revision.pk, str(revision)) for revision in evidence]

    @property
    def evidence_rows(self) -> list[tuple[EvidenceRevision, bool, int | None]]:
        """Each revision, whether it is chosen, and the number of an older one that was bound before."""
        before = {bound.revision.evidence_id: bound.revision.number for bound in self.item.bound}
        if self.is_bound:
            chosen = set(self.data.getlist(f"{self.prefix}-revision_ids")) if hasattr(self.data, "getlist") else set()
        else:
            chosen = {str(row.pk) for row in self.evidence if row.evidence_id in self.item.seen_evidence}
        return [(row, str(row.pk) in chosen, _older(before.get(row.evidence_id), row.number)) for row in self.evidence]

    @property
    def named_rows(self) -> list[tuple[EvidenceRevision, bool, int | None]]:
        """What was named or signed before, or is chosen."""
        return [row for row in self.evidence_rows if row[1]]

    @property
    def other_rows(self) -> list[tuple[EvidenceRevision, bool, int | None]]:
        """All other evidence of the case."""
        return [row for row in self.evidence_rows if not row[1]]

    def clean(self) -> dict[str, Any]:
        """A comment is asked for here already, so that nothing typed is lost."""
        cleaned = super().clean() or {}
        if cleaned.get("state") == SignOffState.RETURNED and not (cleaned.get("comment") or "").strip():
            self.add_error("comment", _("Please say what is missing: returning an item needs a comment."))
        return cleaned


def _older(before: int | None, number: int) -> int | None:
    return before if before is not None and before < number else None
