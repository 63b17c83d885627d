"""The risk-tier questionnaire, and compliance's word on the tier."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portfolio.enums import Tier
from portfolio.rules.tiering import BY_KEY, DETAILS, NO, QUESTIONNAIRE, Question

DETAIL_KEYS = tuple(question.key for question in QUESTIONNAIRE if question.several)


def question_field(question: Question) -> forms.Field:
    """A question as a field; whether it is needed is said by the rules."""
    choices = [(value, gettext(text)) for value, text in question.options]
    words: dict[str, Any] = {"label": gettext(question.text), "required": False, "choices": choices}
    words["help_text"] = gettext(question.help) if question.help else ""
    if question.several:
        return forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, **words)
    return forms.ChoiceField(widget=forms.RadioSelect(attrs={"class": "form-check-input needed"}), **words)


def consistent(cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """The answers without details of what was denied: hidden boxes stay ticked when somebody changes to no."""
    denied = {detail for question, detail in DETAILS.items() if cleaned.get(question) == NO}
    return {key: value for key, value in cleaned.items() if key in BY_KEY and value and key not in denied}


class TierForm(forms.Form):
    """Every question; the detailed ones follow the one they belong to."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question in QUESTIONNAIRE:
            self.fields[question.key] = question_field(question)

    @property
    def questions(self) -> Iterable[tuple[BoundField, BoundField | None]]:
        """Each question with the one that asks for its details."""
        details = set(DETAILS.values())
        for question in QUESTIONNAIRE:
            if question.key not in details:
                detail = DETAILS.get(question.key)
                yield self[question.key], self[detail] if detail else None

    def answers(self) -> dict[str, Any]:
        """The answers by question."""
        return consistent(self.cleaned_data)


class TierRulingForm(forms.Form):
    """The tier that compliance sets, and why."""

    tier = forms.ChoiceField(label=_("Risk tier"), choices=[(tier.value, tier.label) for tier in Tier])
    reason = forms.CharField(
        label=_("Reason"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
