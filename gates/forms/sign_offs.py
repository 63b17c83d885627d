"""Signing a checklist item."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gates.enums import SignOffState
from gates.forms.refused import RefusableForm
from gates.queries.checklists import ChecklistItem
from gates.rules.signing import TIER_CONFIRMED
from portfolio.enums import Tier
from portfolio.models import EvidenceRevision, Release
from portfolio.queries.tiering import TierStanding

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

    release_id = forms.TypedChoiceField(
        label=_("Release it is about"), required=False, coerce=int, empty_value=None, choices=[]
    )
    tier = forms.ChoiceField(label=_("Risk tier you confirm"), required=False, choices=[])

    def __init__(
        self,
        *args: Any,
        item: ChecklistItem,
        evidence: Sequence[EvidenceRevision],
        releases: Sequence[Release] = (),
        standing: TierStanding | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **{**kwargs, "prefix": item.key})
        self.item = item
        self.evidence = tuple(evidence)
        self.standing = standing if item.key == TIER_CONFIRMED else None
        self._offer(releases)
        field = self.fields["revision_ids"]
        if isinstance(field, forms.TypedMultipleChoiceField):
            field.choices = [(revision.pk, str(revision)) for revision in evidence]

    def _offer(self, releases: Sequence[Release]) -> None:
        """Releases and tiers to choose from, where there are any."""
        release, tier = self.fields["release_id"], self.fields["tier"]
        if releases and isinstance(release, forms.TypedChoiceField):
            release.choices = [("", _("none in particular")), *((one.pk, one.label) for one in releases)]
            bound = self.item.sign_off.release_id if self.item.sign_off else None
            release.initial = releases[0].pk if bound else None
        else:
            del self.fields["release_id"]
        if self.standing is not None and isinstance(tier, forms.ChoiceField):
            tier.choices = [("", _("the one in force, else the proposed one")), *Tier.choices[1:]]
            tier.initial = self.standing.proposed or ""
        else:
            del self.fields["tier"]

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
        if not (cleaned.get("comment") or "").strip():
            if cleaned.get("state") == SignOffState.RETURNED:
                self.add_error("comment", _("Please say what is missing: returning an item needs a comment."))
            elif cleaned.get("state") == SignOffState.WAIVED:
                self.add_error("comment", _("Please say why: waiving an item needs a comment."))
            elif cleaned.get("state") == SignOffState.ACCEPTED and cleaned.get("revision_ids") == []:
                self.add_error("comment", _("Please tick the evidence you have seen, or say why none is needed."))
        return cleaned


def _older(before: int | None, number: int) -> int | None:
    return before if before is not None and before < number else None
