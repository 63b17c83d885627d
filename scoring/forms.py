"""Forms for answers and ratings. They are a courtesy; the commands hold the rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from pocgate.kernel.errors import Invalid
from portfolio.models import EvidenceRevision
from scoring.commands.assessments import GivenRating
from scoring.enums import Answer
from scoring.queries.answers import GivenAnswer
from scoring.queries.scorecards import CaseScorecard
from scoring.rules.vocabulary import DISCIPLINES

LONGEST_NOTE = 4000
ANSWERS = (Answer.MET, Answer.PARTLY, Answer.NOT_MET, Answer.NOT_APPLICABLE)
DISCIPLINE_NAMES = {
    "business": _("business"),
    "technical": _("technical"),
    "compliance": _("compliance"),
    "security": _("security"),
    "finance": _("finance"),
}


def _revision_choices(revisions: Sequence[EvidenceRevision]) -> list[tuple[int, str]]:
    return [(revision.pk, f"{revision.evidence.title} ({revision.number})") for revision in revisions]


class AnswerForm(forms.Form):
    """An answer with its evidence: the revisions on the case, and those named before."""

    answer = forms.ChoiceField(
        label=_("Answer"),
        choices=[(answer.value, answer.label) for answer in ANSWERS],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("A reason is needed for “not applicable”."),
    )
    revision_ids = forms.TypedMultipleChoiceField(
        label=_("Evidence"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self, *args: Any, evidence: Sequence[EvidenceRevision], given: GivenAnswer | None = None, **kwargs: Any
    ) -> None:
        initial = {}
        named: tuple[EvidenceRevision, ...] = ()
        if given is not None and not given.answer.imported:
            named = given.revisions
            initial = {
                "answer": given.answer.answer,
                "note": given.answer.note,
                "revision_ids": list(given.revision_ids),
            }
        super().__init__(*args, **{"initial": initial, **kwargs})
        latest = {revision.pk for revision in evidence}
        earlier = [revision for revision in named if revision.pk not in latest]
        field = self.fields["revision_ids"]
        if isinstance(field, forms.TypedMultipleChoiceField):
            field.choices = _revision_choices([*evidence, *earlier])

    def show(self, refused: Invalid) -> None:
        """Put the command's problems beside the fields."""
        for problem in refused.problems:
            self.add_error(problem.pointer if problem.pointer in self.fields else None, problem.text)


class RatingForm(forms.Form):
    """Ratings of some or all criteria; what is left empty is not rated."""

    discipline = forms.ChoiceField(
        label=_("You rate as"), choices=[(name, DISCIPLINE_NAMES[name]) for name in DISCIPLINES]
    )

    def __init__(self, *args: Any, card: CaseScorecard, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": _initial(card), **kwargs})
        self.keys = [rated.criterion.key for axis in card.axes for rated in axis.criteria]
        numbers = [(str(number), str(number)) for number in range(1, 6)]
        for axis in card.axes:
            for rated in axis.criteria:
                key = rated.criterion.key
                self.fields[key] = forms.ChoiceField(
                    label=rated.title, choices=numbers, widget=forms.RadioSelect, required=False
                )
                self.fields[f"{key}-low"] = _bound(_("at least"))
                self.fields[f"{key}-high"] = _bound(_("at most"))
                self.fields[f"{key}-rationale"] = forms.CharField(
                    label=_("Why"), required=False, max_length=LONGEST_NOTE, widget=forms.Textarea(attrs={"rows": 2})
                )

    @property
    def ratings(self) -> list[GivenRating]:
        """What was rated, after validation."""
        values = self.cleaned_data
        return [
            GivenRating(
                criterion=key,
                rating=int(values[key]),
                low=_whole(values[f"{key}-low"]) or (int(values[key]) if values[f"{key}-high"] else None),
                high=_whole(values[f"{key}-high"]) or (int(values[key]) if values[f"{key}-low"] else None),
                rationale=values[f"{key}-rationale"],
            )
            for key in self.keys
            if values[key]
        ]

    def show(self, refused: Invalid) -> None:
        """Put the command's problems beside the fields."""
        for problem in refused.problems:
            self.add_error(problem.pointer if problem.pointer in self.fields else None, problem.text)


def _bound(label: Any) -> forms.ChoiceField:
    choices = [("", "–"), *((str(number), str(number)) for number in range(1, 6))]
    return forms.ChoiceField(label=label, choices=choices, required=False)


def _whole(text: str) -> int | None:
    return int(text) if text else None


def _initial(card: CaseScorecard) -> dict[str, Any]:
    initial: dict[str, Any] = {"discipline": card.discipline or DISCIPLINES[0]}
    for axis in card.axes:
        for rated in axis.criteria:
            if rated.own is not None:
                key = rated.criterion.key
                initial[key] = str(rated.own.rating)
                initial[f"{key}-low"] = "" if rated.own.low is None else str(rated.own.low)
                initial[f"{key}-high"] = "" if rated.own.high is None else str(rated.own.high)
                initial[f"{key}-rationale"] = rated.own.rationale
    return initial
