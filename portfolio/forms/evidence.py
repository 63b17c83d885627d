"""Evidence: a file or a link."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portfolio.commands.evidence import Upload
from portfolio.forms.inputs import DateField
from portfolio.rules.evidence import FILE_TYPES


class RevisionForm(forms.Form):
    """Another revision: either a file or a link."""

    file = forms.FileField(
        label=_("File"),
        required=False,
        allow_empty_file=True,
        max_length=1000,
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(f".{extension}" for extension in FILE_TYPES)}),
        help_text=_("At most 50 MiB. Kept for ever under the hash of its content."),
    )
    link = forms.CharField(
        label=_("or a link"),
        required=False,
        max_length=2000,
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
        help_text=_("Kept as text; it is never opened by this system."),
    )
    valid_until = DateField(label=_("Valid until"), required=False, help_text=_("Afterwards it counts as not shown."))

    def clean(self) -> dict[str, Any]:
        """One of the two."""
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not cleaned.get("file") and not cleaned.get("link"):
            self.add_error("file", _("Choose a file or give a link."))
        if cleaned.get("file") and cleaned.get("link"):
            self.add_error("link", _("Give either a file or a link, not both."))
        return cleaned

    def upload(self) -> Upload | None:
        """The file, if one was chosen."""
        file = self.files.get("file")
        return Upload(file.name or "", file.chunks()) if file is not None else None


class EvidenceForm(RevisionForm):
    """New evidence: a title and its first revision."""

    title = forms.CharField(
        label=_("What does it show?"),
        max_length=300,
        widget=forms.TextInput(attrs={"placeholder": _("Data quality report, motor claims 2026")}),
    )
    field_order = ("title", "file", "link", "valid_until")
