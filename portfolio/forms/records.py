"""Forms of feedback, benefit, training, operation, dependencies and risks; each makes what the commands take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pocgate.identity.models import User
from pocgate.kernel.http import REFERENCE
from portfolio.enums import DependencyOn, FeedbackChannel, OperationsFigure
from portfolio.forms.inputs import DateField, MoneyField, NumberField, PersonField, text_area
from portfolio.models import Evidence, RecordedFact, UseCase
from portfolio.rules.benefits import WHOLE_SCALE, MeasuredBenefit
from portfolio.rules.dependencies import MITIGATION_LENGTH, TEXT_LENGTH, Need, Threat
from portfolio.rules.feedback import TEXT_LENGTH as FEEDBACK_LENGTH
from portfolio.rules.feedback import GivenFeedback
from portfolio.rules.operations import UNITS, FigureReading
from portfolio.rules.training import Session

RATINGS = [("", _("– none –")), *((str(mark), str(mark)) for mark in range(1, 6))]
MARKS = [(mark, str(mark)) for mark in range(1, 6)]
ALL_UNITS = list(dict.fromkeys(unit for units in UNITS.values() for unit in units))


@dataclass(frozen=True)
class Setting:
    """For whom, on which case and when a form is filled in."""

    case: UseCase
    person: User
    now: datetime


class RecordForm(forms.Form):
    """A record, or with `old` another one in its place."""

    def __init__(self, data: Any = None, *, setting: Setting, old: RecordedFact | None = None) -> None:
        super().__init__(data, initial=self.initial_of(old) if old else None)
        self.setting, self.old = setting, old
        if old is not None:
            self.fields["reason"] = forms.CharField(label=_("What was wrong?"), max_length=2000)

    @classmethod
    def initial_of(cls, old: RecordedFact) -> dict[str, Any]:
        """The values of a record that is to be corrected."""
        return {name: getattr(old, name) for name in cls.base_fields if hasattr(old, name)}

    def content(self) -> Any:
        """What the command takes."""
        raise NotImplementedError

    def given(self) -> dict[str, Any]:
        """The values without the reason of a correction."""
        return {name: value for name, value in self.cleaned_data.items() if name != "reason"}

    def moment(self, day: date, name: str, *, end: bool = False) -> datetime:
        """The day's noon or end; the present moment today, and the recorded one where a correction keeps the day."""
        kept: datetime | None = getattr(self.old, name, None)
        if kept is not None and timezone.localdate(kept) == day:
            return kept
        if day == timezone.localdate(self.setting.now):
            return self.setting.now
        return datetime.combine(day, time.max if end else time(12), timezone.get_current_timezone())


class FeedbackForm(RecordForm):
    """What a user or user group said."""

    given_by = forms.CharField(label=_("From"), max_length=200, help_text=_("A person or a group of users."))
    channel = forms.ChoiceField(label=_("Channel"), choices=FeedbackChannel.choices)
    received_at = DateField(label=_("Received on"))
    rating = forms.TypedChoiceField(
        label=_("Rating, 1 poor to 5 good"), choices=RATINGS, coerce=int, empty_value=None, required=False
    )
    text = forms.CharField(label=_("What was said"), max_length=FEEDBACK_LENGTH, widget=text_area(5))
    source = forms.CharField(label=_("Source"), max_length=200, required=False)

    @classmethod
    def initial_of(cls, old: RecordedFact) -> dict[str, Any]:
        """With the day it came in."""
        values = super().initial_of(old)
        return {**values, "received_at": timezone.localdate(values["received_at"])}

    def content(self) -> GivenFeedback:
        """Received at noon of its day, or now."""
        given = self.given()
        return GivenFeedback(**{**given, "received_at": self.moment(given["received_at"], "received_at")})


class BenefitForm(RecordForm):
    """Money that was gained or saved."""

    amount = MoneyField(label=_("Amount"), required=True)
    period_start = DateField(label=_("For the time from"))
    last_day = DateField(label=_("to, this day included"))
    scale_percent = forms.DecimalField(
        label=_("Share of the full scale, in percent"),
        initial=WHOLE_SCALE,
        max_digits=5,
        decimal_places=2,
        help_text=_("A pilot reaches a part of all items; gate 2 projects by it."),
    )
    method = forms.CharField(
        label=_("How it was measured"), max_length=300, help_text=_("Such as minutes saved, times items, times rate.")
    )
    source = forms.CharField(label=_("Source"), max_length=200, required=False)

    def content(self) -> MeasuredBenefit:
        """The period ends the day after its last."""
        given = self.given()
        period_end = given.pop("last_day") + timedelta(days=1)
        return MeasuredBenefit(**given, period_end=period_end)

    def field_of_problem(self, pointer: str) -> str:
        """The field that a pointer of the rules means."""
        return "last_day" if pointer == "period_end" else pointer


class TrainingForm(RecordForm):
    """A session, planned or held."""

    audience = forms.CharField(label=_("Audience"), max_length=200)
    session_date = DateField(label=_("Date"))
    people_planned = forms.IntegerField(
        label=_("People planned"), min_value=0, help_text=_("None for a session that makes up for a missed one.")
    )
    people_trained = forms.IntegerField(
        label=_("People trained"), min_value=0, required=False, help_text=_("Empty while it is planned.")
    )
    material = forms.ModelChoiceField(
        Evidence.objects.none(), label=_("Material"), required=False, empty_label=_("– no evidence –")
    )
    source = forms.CharField(label=_("Source"), max_length=200, required=False)

    def __init__(self, data: Any = None, *, setting: Setting, old: RecordedFact | None = None) -> None:
        super().__init__(data, setting=setting, old=old)
        ours = Evidence.objects.filter(case=setting.case, withdrawn_at__isnull=True).order_by("title", "pk")
        material = self.fields["material"]
        if isinstance(material, forms.ModelChoiceField):
            material.queryset = ours

    def content(self) -> Session:
        """With the id of the material."""
        given = self.given()
        material = given.pop("material")
        return Session(**given, material_id=material.pk if material else None)


class OperationsForm(RecordForm):
    """One of the four figures over a period of whole days."""

    figure = forms.ChoiceField(label=_("Figure"), choices=OperationsFigure.choices)
    value = NumberField(label=_("Value"))
    unit = forms.ChoiceField(label=_("Unit"), choices=[(unit, unit) for unit in ALL_UNITS])
    observed_from = DateField(label=_("From"))
    observed_to = DateField(label=_("To, this day included"))
    method = forms.CharField(label=_("Method"), max_length=300, required=False, help_text=_("Such as 95th percentile."))
    release = forms.CharField(label=_("Release"), max_length=100, required=False)
    source = forms.CharField(label=_("Source"), max_length=200, required=False)

    @classmethod
    def initial_of(cls, old: RecordedFact) -> dict[str, Any]:
        """With the days of the period."""
        values = super().initial_of(old)
        return values | {name: timezone.localdate(values[name]) for name in ("observed_from", "observed_to")}

    def content(self) -> FigureReading:
        """From the first day's midnight to the last day's end, or to now on the present day."""
        given = self.given()
        first, last = given["observed_from"], given["observed_to"]
        kept = getattr(self.old, "observed_from", None)
        if kept is None or timezone.localdate(kept) != first:
            kept = datetime.combine(first, time.min, timezone.get_current_timezone())
        return FigureReading(
            **{**given, "observed_from": kept, "observed_to": self.moment(last, "observed_to", end=True)}
        )


class DependencyForm(RecordForm):
    """What others provide."""

    text = forms.CharField(label=_("What is needed"), max_length=TEXT_LENGTH, widget=text_area(3))
    on = forms.ChoiceField(label=_("From"), choices=DependencyOn.choices, initial=DependencyOn.TEAM)
    on_case = forms.CharField(
        label=_("The other case"), max_length=20, required=False, help_text=_("Its reference, such as UC-0042.")
    )
    is_outside_team = forms.BooleanField(
        label=_("It lies with somebody outside the team"), initial=True, required=False
    )
    blocked_date = DateField(
        label=_("Blocked since"), required=False, help_text=_("Empty while work goes on without it.")
    )
    source = forms.CharField(label=_("Source"), max_length=200, required=False)

    @classmethod
    def initial_of(cls, old: RecordedFact) -> dict[str, Any]:
        """With the reference of the other case."""
        values = super().initial_of(old)
        return {**values, "on_case": values["on_case"].reference if values["on_case"] else ""}

    def clean_on_case(self) -> UseCase | None:
        """The case, when this person sees it."""
        given = self.cleaned_data["on_case"].strip()
        if not given:
            return None
        match = REFERENCE.fullmatch(given)
        seen = UseCase.objects.visible_to(self.setting.person, now=self.setting.now)
        found = seen.filter(number=match.group(1)).first() if match else None
        if found is None:
            raise forms.ValidationError(_("There is no such case."))
        return found

    def content(self) -> Need:
        """With the id of the other case."""
        given = self.given()
        case = given.pop("on_case")
        return Need(**given, on_case_id=case.pk if case else None)


class RiskForm(RecordForm):
    """What may go wrong."""

    text = forms.CharField(label=_("What may go wrong"), max_length=TEXT_LENGTH, widget=text_area(3))
    likelihood = forms.TypedChoiceField(label=_("Likelihood, 1 low to 5 high"), choices=MARKS, coerce=int, initial=3)
    impact = forms.TypedChoiceField(label=_("Impact, 1 low to 5 high"), choices=MARKS, coerce=int, initial=3)
    mitigation = forms.CharField(
        label=_("What is done about it"), max_length=MITIGATION_LENGTH, required=False, widget=text_area(3)
    )
    owner = PersonField(label=_("Who looks after it"))
    source = forms.CharField(label=_("Source"), max_length=200, required=False)

    def content(self) -> Threat:
        """With the id of its owner."""
        given = self.given()
        owner = given.pop("owner")
        return Threat(**given, owner_id=owner.pk)


class AnswerForm(forms.Form):
    """What a user is answered."""

    answer = forms.CharField(label=_("Answer"), max_length=FEEDBACK_LENGTH, widget=text_area(4))


class HeldForm(forms.Form):
    """When a session took place, and for how many."""

    session_date = DateField(label=_("Held on"))
    people_trained = forms.IntegerField(label=_("People trained"), min_value=0)


class ResolutionForm(forms.Form):
    """How a dependency was resolved."""

    resolution = forms.CharField(label=_("How was it resolved?"), max_length=TEXT_LENGTH, widget=text_area(3))


class ReasonForm(forms.Form):
    """Why something is so."""

    reason = forms.CharField(label=_("Why?"), max_length=2000, widget=text_area(3))
