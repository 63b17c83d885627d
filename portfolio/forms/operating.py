"""Forms of releases, incidents and change requests; each makes what the commands take."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portfolio.enums import ChangeKind, IncidentSeverity, ReleaseKind
from portfolio.forms.inputs import DateField, text_area
from portfolio.forms.records import RecordForm, Setting
from portfolio.models import RecordedFact, Release
from portfolio.rules.operating import DIGEST_LENGTH, LABEL_LENGTH, NOTE_LENGTH, TEXT_LENGTH, Build, Mishap, Wish


class ReleaseForm(forms.Form):
    """A version of what runs."""

    label = forms.CharField(label=_("Release"), max_length=LABEL_LENGTH, help_text=_("Such as 2.4.0."))
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=ReleaseKind.choices,
        help_text=_("Rollbacks and security fixes are never held up; what was approved is compared with all else."),
    )
    model = forms.CharField(label=_("Model"), max_length=LABEL_LENGTH, required=False)
    prompt = forms.CharField(label=_("Prompt"), max_length=LABEL_LENGTH, required=False)
    data = forms.CharField(label=_("Data"), max_length=LABEL_LENGTH, required=False)  # type: ignore[assignment]
    vendor = forms.CharField(label=_("Vendor's version"), max_length=LABEL_LENGTH, required=False)
    digest = forms.CharField(
        label=_("Digest"), max_length=DIGEST_LENGTH, required=False, help_text=_("What identifies the build.")
    )
    note = forms.CharField(label=_("What changed"), max_length=NOTE_LENGTH, required=False, widget=text_area(3))

    def content(self) -> Build:
        """What the command takes."""
        given = dict(self.cleaned_data)
        parts = {part: given.pop(part) for part in ("model", "prompt", "data", "vendor")}
        return Build(**given, parts={part: version for part, version in parts.items() if version})


class IncidentForm(RecordForm):
    """Something that went wrong in use."""

    text = forms.CharField(label=_("What happened"), max_length=TEXT_LENGTH, widget=text_area(3))
    severity = forms.ChoiceField(
        label=_("Severity"),
        choices=IncidentSeverity.choices,
        help_text=_("A serious one lapses the approval of the case until its committee has looked at it."),
    )
    detected_at = DateField(label=_("Detected on"))
    source = forms.CharField(label=_("Source"), max_length=200, required=False)

    @classmethod
    def initial_of(cls, old: RecordedFact) -> dict[str, Any]:
        """With the day it was detected."""
        values = super().initial_of(old)
        return {**values, "detected_at": timezone.localdate(values["detected_at"])}

    def content(self) -> Mishap:
        """Detected at noon of its day, or now."""
        given = self.given()
        return Mishap(**{**given, "detected_at": self.moment(given["detected_at"], "detected_at")})


class ContainmentForm(forms.Form):
    """How an incident was contained; it counts from now."""

    containment = forms.CharField(label=_("How was it contained?"), max_length=TEXT_LENGTH, widget=text_area(3))


class ReportForm(forms.Form):
    """When the incident was reported to the authority: at noon of its day, or now."""

    reported_date = DateField(label=_("Reported on"))

    def clean(self) -> dict[str, Any]:
        """A moment instead of the day, which is what the command takes."""
        given = super().clean() or {}
        day = given.pop("reported_date", None)
        noon = timezone.make_aware(datetime.combine(day, time(12))) if day else None
        given["reported_at"] = None if day == timezone.localdate() else noon
        return given

    def field_of_problem(self, pointer: str) -> str:
        """The field that a pointer of the rules means."""
        return "reported_date" if pointer == "reported_at" else pointer


class ChangeRequestForm(RecordForm):
    """A wish to go beyond what was approved."""

    kind = forms.ChoiceField(label=_("What changes"), choices=ChangeKind.choices)
    text = forms.CharField(label=_("The change, and why"), max_length=TEXT_LENGTH, widget=text_area(3))
    release = forms.ModelChoiceField(
        Release.objects.none(), label=_("Release"), required=False, empty_label=_("– none –")
    )
    source = forms.CharField(label=_("Source"), max_length=200, required=False)

    def __init__(self, data: Any = None, *, setting: Setting, old: RecordedFact | None = None) -> None:
        super().__init__(data, setting=setting, old=old)
        release = self.fields["release"]
        if isinstance(release, forms.ModelChoiceField):
            release.queryset = Release.objects.filter(case=setting.case).order_by("-recorded_at", "-pk")

    def content(self) -> Wish:
        """With the id of the release."""
        given = self.given()
        release = given.pop("release")
        return Wish(**given, release_id=release.pk if release else None)


class WithdrawalForm(forms.Form):
    """Why a request is given up."""

    reason = forms.CharField(label=_("Why is it withdrawn?"), max_length=2000, widget=text_area(3))
