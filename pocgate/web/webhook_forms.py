"""The form of a webhook."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import NamedTuple

from django import forms
from django.forms.boundfield import BoundWidget
from django.utils.translation import gettext_lazy as _

from pocgate.ledger.enums import NOUNS, VERBS
from pocgate.ledger.rules.endpoints import LONGEST_NAME, LONGEST_URL
from pocgate.web.wording import Word, wording_of

# Nouns that are easily taken for each other's part.
NOTES: Mapping[str, Word] = {
    "cost": _("cost (one at a time)"),
    "costs": _("costs (many at once)"),
    "answer": _("answer (of a person)"),
    "answers": _("answers (of an import)"),
}


class VerbGroup(NamedTuple):
    """The boxes of one noun, each with its words; open where one is ticked."""

    noun: str
    is_open: bool
    boxes: list[tuple[BoundWidget, Word]]


class _Verbs(forms.MultipleChoiceField):
    """Boxes to tick. An unknown verb is left to the command, which names the nearest."""

    def valid_value(self, value: object) -> bool:
        """Whether it may be handed on."""
        return True


class WebhookForm(forms.Form):
    """Name, address, and what it is told of: whole kinds, or single acts."""

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
        choices=[(noun, NOTES.get(noun, noun.replace("_", " "))) for noun in NOUNS],
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "Each takes its own events alone: “cost” does not take “costs.recorded”. "
            "Without any tick, and without single events, it is told everything. Votes are told to nobody."
        ),
    )
    verbs = _Verbs(
        label=_("Single events"),
        required=False,
        choices=[(verb, verb) for verb in VERBS],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Beside the kinds above, which take all of their events."),
    )

    def kinds(self) -> list[str]:
        """What the command takes."""
        return [*self.cleaned_data["nouns"], *self.cleaned_data["verbs"]]

    def verb_groups(self) -> list[VerbGroup]:
        """The boxes of single events by noun, each with what the act is called on screen."""
        boxes = [(box, wording_of(str(box.data["value"])).text) for box in self["verbs"].subwidgets]
        by_noun = groupby(boxes, key=lambda row: str(row[0].data["value"]).partition(".")[0])
        groups = [(noun, list(rows)) for noun, rows in by_noun]
        return [VerbGroup(noun, any(box.data["selected"] for box, _words in rows), rows) for noun, rows in groups]


def kinds_as_fields(kinds: list[str]) -> dict[str, object]:
    """The fields' values for what an endpoint has."""
    return {
        "nouns": [kind for kind in kinds if "." not in kind],
        "verbs": [kind for kind in kinds if "." in kind],
    }
