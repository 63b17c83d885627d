"""Forms for answers and ratings. They are a courtesy; the commands hold the rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from pocgate.kernel.errors import Invalid
from portfolio.models import EvidenceRevision
from scoring import errors
from scoring.commands.assessments import GivenRating
from scoring.commands.playbooks.drafts import LONGEST_NAME
from scoring.enums import Answer, FindingReply
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


class RefusableForm(forms.Form):
    """A form that shows what a command refused."""

    def show(self, refused: Invalid) -> None:
        """Put the command's problems beside the fields."""
        for problem in refused.problems:
            self.add_error(problem.pointer if problem.pointer in self.fields else None, problem.text)


class AnswerForm(RefusableForm):
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


class RatingForm(RefusableForm):
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

    def clean(self) -> dict[str, Any]:
        """A range or a reason without a rating would be lost without a word."""
        values = super().clean() or {}
        for key in self.keys:
            if not values.get(key) and any(values.get(f"{key}-{part}") for part in ("low", "high", "rationale")):
                self.add_error(key, errors.range_without_rating(key).text)
        return values

    @property
    def ratings(self) -> list[GivenRating]:
        """What was rated, after validation; an end of the range that was left open is the rating itself."""
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


class FindingAnswerForm(RefusableForm):
    """An owner's answer to a finding."""

    reply = forms.ChoiceField(
        label=_("Your answer"),
        choices=[
            (FindingReply.AGREE.value, _("I agree")),
            (FindingReply.MEND.value, _("I will mend it by")),
            (FindingReply.DISPUTE.value, _("I dispute it")),
        ],
        widget=forms.RadioSelect,
    )
    mend_by = forms.DateField(
        label=_("Mended by"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Needed for “I will mend it by”."),
    )
    reason = forms.CharField(
        label=_("Reason, or what will be done"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("A reason is needed to dispute a finding."),
    )

    def __init__(self, *args: Any, detector: str = "", **kwargs: Any) -> None:
        # Several of these forms stand on one page; each field needs an id of its own.
        super().__init__(*args, **{"auto_id": f"{detector}-%s", **kwargs})


class DraftForm(RefusableForm):
    """A draft of the playbook. Browsers send line ends of their own; the text is kept with plain ones."""

    name = forms.CharField(label=_("Name of the draft"), max_length=LONGEST_NAME)
    text = forms.CharField(
        label=_("Playbook"),
        strip=False,
        required=False,
        widget=forms.Textarea(attrs={"rows": 30, "spellcheck": "false", "autocapitalize": "off", "wrap": "off"}),
    )
    revision = forms.IntegerField(min_value=1, widget=forms.HiddenInput)

    def clean_text(self) -> str:
        """With line feeds only."""
        return str(self.cleaned_data["text"]).replace("\r\n", "\n")


class JustificationForm(forms.Form):
    """Why the money was needed, and what comes next."""

    text = forms.CharField(
        label=_("Why was the money needed, and what comes next?"),
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Owner, budget holder and committee read this; it stays on record."),
    )


class WaiverForm(RefusableForm):
    """Which must-meet may stay unmet, why, until when, and what protects meanwhile."""

    criterion = forms.ChoiceField(label=_("Must-meet"))
    expires_on = forms.DateField(label=_("Last day of the waiver"), widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(
        label=_("Why it may stay unmet"), max_length=LONGEST_NOTE, widget=forms.Textarea(attrs={"rows": 3})
    )
    compensation = forms.CharField(
        label=_("What protects meanwhile"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, titles: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["criterion"].choices = list(titles.items())  # type: ignore[attr-defined]
