"""The form of a webhook."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from pocgate.ledger.enums import NOUNS
from pocgate.ledger.rules.endpoints import LONGEST_NAME, LONGEST_URL


class WebhookForm(forms.Form):
    """Name, address, and what it is told of: whole kinds to tick, single acts to write."""

    name = forms.CharField(
        label=_("Name"), max_length=LONGEST_NAME, help_text=_("Such as the program that listens there.")
    )
    url = forms.CharField(
        label=_("Address"),
        max_length=LONGEST_URL,
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
        help_text=_("Public and https, unless the operator opened the network it is in."),
    )
    nouns = forms.MultipleChoiceField(
        label=_("Events about"),
        required=False,
        choices=[(noun, noun.replace("_", " ")) for noun in NOUNS],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Without any tick, and without single events, it is told everything."),
    )
    verbs = forms.CharField(
        label=_("Single events"),
        required=False,
        max_length=2000,
        help_text=_("Separated by spaces or commas, such as decision.made, review.voting_opened."),
    )

    def kinds(self) -> list[str]:
        """What the command takes."""
        return [*self.cleaned_data["nouns"], *self.cleaned_data["verbs"].replace(",", " ").split()]


def kinds_as_fields(kinds: list[str]) -> dict[str, object]:
    """The fields' values for what an endpoint has."""
    return {
        "nouns": [kind for kind in kinds if "." not in kind],
        "verbs": ", ".join(kind for kind in kinds if "." in kind),
    }
