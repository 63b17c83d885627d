"""Voting and standing back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gates.commands.votes import Ballot
from gates.enums import Outcome
from gates.forms.refused import RefusableForm
from gates.models import Vote
from gates.queries.reading import title_of
from gates.queries.room import Booth, Room

ABSTAIN = ("abstain", _("abstain"))
SURE = [("", _("not said")), (25, _("unsure")), (50, _("fairly sure")), (75, _("sure")), (95, _("very sure"))]
LONGEST = 4000


class VoteForm(RefusableForm):
    """A ballot. Everything but the outcome is optional, except a rationale for anything but go."""

    outcome = forms.ChoiceField(label=_("Your vote"), choices=[*Outcome.choices, ABSTAIN], widget=forms.RadioSelect)
    rationale = forms.CharField(
        label=_("Why"), required=False, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3})
    )
    confidence = forms.TypedChoiceField(
        label=_("How sure are you?"), required=False, choices=SURE, coerce=int, empty_value=None
    )
    conditions = forms.CharField(
        label=_("Conditions you propose"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One to a line."),
    )
    veto_criterion = forms.ChoiceField(label=_("Veto"), required=False)
    veto_lifts_when = forms.CharField(
        label=_("What would lift the veto"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Needed with a veto: the team reads it once the vote is closed."),
    )
    seat = forms.IntegerField(widget=forms.HiddenInput, required=False)
    seen_revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, room: Room, booth: Booth, **kwargs: Any) -> None:
        given = {"initial": _initial(room, booth), "auto_id": f"id_{booth.seat_id}_%s", **kwargs}
        super().__init__(*args, **given)
        veto = self.fields["veto_criterion"]
        if room.may_veto(booth) and isinstance(veto, forms.ChoiceField):
            keys = [entry["key"] for entry in room.content["criteria"] if entry["level"] == "must"]
            veto.choices = [("", _("no veto")), *((key, title_of(key, room.playbook)) for key in keys)]
        else:
            del self.fields["veto_criterion"], self.fields["veto_lifts_when"]

    def clean(self) -> dict[str, Any]:
        """A rationale is asked for here already, so that nothing typed is lost."""
        cleaned = super().clean() or {}
        outcome = cleaned.get("outcome")
        if outcome not in (None, Outcome.GO.value) and not (cleaned.get("rationale") or "").strip():
            self.add_error("rationale", _("Please say why: any vote but go needs a rationale."))
        if cleaned.get("veto_criterion") and not (cleaned.get("veto_lifts_when") or "").strip():
            self.add_error("veto_lifts_when", _("Please say what would lift the veto."))
        return cleaned

    def ballot(self) -> Ballot:
        """The values as the command takes them."""
        data = self.cleaned_data
        lines = [line.strip() for line in data["conditions"].splitlines() if line.strip()]
        return Ballot(
            outcome=data["outcome"],
            seen_revision=data["seen_revision"],
            rationale=data["rationale"],
            conditions=tuple(lines),
            veto_criterion=data.get("veto_criterion", ""),
            veto_lifts_when=data.get("veto_lifts_when", ""),
            seat_id=data["seat"],
            confidence=data["confidence"],
        )


class RecusalForm(RefusableForm):
    """Standing back needs a reason."""

    reason = forms.CharField(label=_("Reason"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 2}))
    seat = forms.TypedChoiceField(label=_("Which seat?"), coerce=int, empty_value=None)

    def __init__(self, *args: Any, room: Room, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seats = [(booth.seat_id, _seat_name(booth, room)) for booth in room.to_stand_back_from]
        seat = self.fields["seat"]
        if isinstance(seat, forms.TypedChoiceField) and len(seats) > 1:
            seat.choices = seats
        else:
            # Nothing to choose: the command finds the one seat, or says why there is none.
            del self.fields["seat"]


class ConfirmationForm(RefusableForm):
    """The vote as it was, on the dossier as it is now."""

    seat = forms.IntegerField()
    seen_revision = forms.IntegerField()


class WordsForm(RefusableForm):
    """A question, an answer, or what is said about a veto."""

    text = forms.CharField(label=_("Text"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3}))


def _seat_name(booth: Booth, room: Room) -> str:
    if booth.standing.seat.user_id == room.viewer.pk:
        return gettext("your own")
    return gettext("the one of %(person)s") % {"person": booth.standing.seat.user}


def _initial(room: Room, booth: Booth) -> dict[str, Any]:
    initial: dict[str, Any] = {"seen_revision": room.dossier.revision, "seat": booth.seat_id}
    vote: Vote | None = booth.vote
    if vote is not None:
        initial |= {
            "outcome": vote.outcome,
            "rationale": vote.rationale,
            "confidence": vote.confidence if vote.confidence is not None else "",
            "conditions": "\n".join(vote.conditions),
            "veto_criterion": vote.veto_criterion,
            "veto_lifts_when": vote.veto_lifts_when,
        }
    return initial
