"""The period and committee that gate health is about."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gates.models import Committee
from gates.queries.health import Period, committees_that_decided

YEAR = timedelta(days=365)


class HealthForm(forms.Form):
    """Without dates: the last twelve months."""

    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    committee = forms.ModelChoiceField(
        label=_("Committee"), required=False, queryset=Committee.objects.none(), empty_label=_("all committees")
    )

    def __init__(self, *args: Any, today: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["committee"].queryset = committees_that_decided()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A period ends on or after its first day."""
        values = super().clean() or {}
        last = values.get("until") or self.today
        first = values.get("since") or last - YEAR
        if first > last:
            self.add_error("since", _("The period begins after it ends."))
        values["period"] = Period(first, last)
        return values
