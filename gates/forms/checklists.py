"""Bringing in a list of extra items, and choosing which lists to see."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gates.forms.refused import RefusableForm
from portfolio.enums import Stage, Tier

GATES = [(str(stage.value), str(stage.value)) for stage in Stage]
# What was not assessed counts as high, so no list is for it alone.
TIERS = [(tier.value, tier.label) for tier in Tier if tier != Tier.UNASSESSED]


class ChecklistUploadForm(RefusableForm):
    """The file, what the list is called, and where it is asked."""

    file = forms.FileField(
        label=_("Spreadsheet"),
        help_text=_("CSV, XLSX or JSON, at most 8 MiB, one row per item under one row of column names."),
    )
    key = forms.SlugField(
        label=_("Key"),
        max_length=40,
        help_text=_("Names the list for ever, such as house-rules. The same key again makes its next version."),
    )
    title = forms.CharField(label=_("Title"), max_length=200)
    source = forms.CharField(
        label=_("Source"), required=False, max_length=300, help_text=_("The rule book, law or standard it comes from.")
    )
    gates = forms.TypedMultipleChoiceField(
        label=_("Asked at gates"),
        required=False,
        coerce=int,
        choices=GATES,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: at every gate."),
    )
    tiers = forms.MultipleChoiceField(
        label=_("Asked for risk tiers"),
        required=False,
        choices=TIERS,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: for every tier. What was not assessed counts as high."),
    )

    @property
    def terms(self) -> dict[str, Any]:
        """What is said of the list."""
        return {name: self.cleaned_data[name] for name in ("key", "title", "source", "gates", "tiers")}


class ChecklistFilterForm(forms.Form):
    """Lists at one gate, for one tier; nothing chosen shows all."""

    gate = forms.TypedChoiceField(
        label=_("Gate"), required=False, coerce=int, empty_value=None, choices=[("", _("every gate")), *GATES]
    )
    tier = forms.ChoiceField(label=_("Risk tier"), required=False, choices=[("", _("every tier")), *TIERS])
