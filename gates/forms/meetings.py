"""When and where a committee meets, and what goes on its agenda."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from gates.commands.meetings import Sitting
from gates.forms.refused import RefusableForm

_LOCAL = "%Y-%m-%dT%H:%M"


class MeetingForm(RefusableForm):
    """A sitting, in the reader's time zone."""

    title = forms.CharField(label=_("Title"), max_length=200)
    starts_at = forms.DateTimeField(
        label=_("Starts"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_LOCAL)
    )
    ends_at = forms.DateTimeField(
        label=_("Ends"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_LOCAL)
    )
    place = forms.CharField(label=_("Place or link"), max_length=300, required=False)

    def sitting(self) -> Sitting:
        """What was filled in."""
        return Sitting(**{name: self.cleaned_data[name] for name in ("title", "starts_at", "ends_at", "place")})
