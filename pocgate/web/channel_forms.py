"""Forms of channels and of mail texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from pocgate.inbox.enums import ChannelKind, Topic


class ChannelForm(forms.Form):
    """A new channel; a group's may name a committee."""

    name = forms.CharField(label=_("Name"), max_length=100)
    kind = forms.ChoiceField(label=_("Kind"), choices=ChannelKind.choices)
    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
        help_text=_(
            "The incoming webhook that the chat gave you. Whoever has it can post there, so it is not shown again."
        ),
    )
    topics = forms.MultipleChoiceField(label=_("Told of"), widget=forms.CheckboxSelectMultiple)

    def __init__(
        self, *args: Any, topics: Sequence[Topic], committees: Sequence[tuple[int, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["topics"].choices = [(topic.value, topic.label) for topic in topics]  # type: ignore[attr-defined]
        if committees:
            everybody = [("", _("The whole organisation"))]
            self.fields["committee"] = forms.TypedChoiceField(
                label=_("Channel of"), required=False, coerce=int, empty_value=None, choices=[*everybody, *committees]
            )


class MailTextForm(forms.Form):
    """The three parts of a mail."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    subject = forms.CharField(label=_("Subject"), max_length=200)
    text = forms.CharField(
        label=_("Text"),
        max_length=20_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 16, "spellcheck": "false"}),
    )
    html = forms.CharField(
        label=_("HTML"),
        max_length=20_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 16, "spellcheck": "false"}),
    )
