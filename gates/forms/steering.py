"""What the chair fills in outside a review."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from gates.forms.refused import RefusableForm

LONGEST = 4000


class ResumeForm(RefusableForm):
    """Why the pause ends."""

    reason = forms.CharField(
        label=_("Why go on now?"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2, "id": "id_resume_reason"}),
    )


class ExtensionForm(RefusableForm):
    """How many days more, and why."""

    days = forms.IntegerField(label=_("Days more"), min_value=1, max_value=3650)
    reason = forms.CharField(
        label=_("Why?"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 2, "id": "id_extension_reason"})
    )


class ConveningForm(RefusableForm):
    """Why a review is held out of cycle."""

    reason = forms.CharField(
        label=_("Why now?"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 2, "id": "id_convening_reason"})
    )
