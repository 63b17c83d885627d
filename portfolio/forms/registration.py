"""The first three steps of registration. Each form knows its present values and what it changes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from pocgate.identity.models import User
from portfolio.commands.facts import CLAIMED_NONE
from portfolio.enums import Delivery, FactKey, TeamRole, YesNo
from portfolio.forms.inputs import PersonField, UnitField, tags_of, text_area
from portfolio.forms.tiering import DETAIL_KEYS, consistent, question_field
from portfolio.models import UseCase
from portfolio.queries.cases import CaseProfile
from portfolio.queries.departments import departments
from portfolio.queries.team import TeamView
from portfolio.queries.tiering import TierStanding
from portfolio.rules.tiering import BY_KEY

# What a case needs to be handed in is marked on the page; a draft may lack it.
NEEDED = {"class": "form-check-input needed"}
YES_NO_UNKNOWN = [("yes", _("Yes")), ("no", _("No")), ("unknown", _("I do not know"))]
YES_NO = [(YesNo.YES, _("Yes")), (YesNo.NO, _("No"))]


class ProblemForm(forms.Form):
    """Step one: what hurts, whom, and what would be better."""

    title = forms.CharField(
        label=_("Title"),
        max_length=400,
        widget=forms.TextInput(
            attrs={"class": "needed", "placeholder": _("Sort incoming claims by urgency"), "autocomplete": "off"}
        ),
        help_text=_("What it does, in the words of those who will use it."),
    )
    problem_statement = forms.CharField(
        label=_("Which problem does it solve?"),
        required=False,
        widget=text_area(5, _("Today … takes … because …. It costs us … a month."), needed=True),
        help_text=_("Name what goes wrong today and how often. 120 characters or more count as stated at gate 0."),
    )
    affected_process = forms.CharField(
        label=_("Which process does it touch?"), required=False, widget=text_area(2, _("First notice of loss, motor"))
    )
    affected_users = forms.CharField(
        label=_("Who will use it, and who is affected?"), required=False, widget=text_area(2, _("40 claims handlers"))
    )
    expected_benefit = forms.CharField(
        label=_("What will be better?"),
        required=False,
        widget=text_area(3),
        help_text=_("The money comes in step four."),
    )

    @classmethod
    def initial_of(cls, case: UseCase) -> dict[str, Any]:
        """The present values."""
        return {name: getattr(case, name) for name in cls.base_fields}

    def changes(self) -> dict[str, object]:
        """The fields to change."""
        return dict(self.cleaned_data)


class PeopleForm(forms.Form):
    """Step two: where it belongs, and who answers for what."""

    department = forms.ModelChoiceField(
        queryset=departments(), label=_("Department"), required=False, widget=forms.Select(attrs={"class": "needed"})
    )
    unit = UnitField(label=_("Unit"), required=False, help_text=_("A unit of that department, if there is one."))
    business_owner = PersonField(
        label=_("Business owner"), required=False, help_text=_("Answers for the result, and confirms it here.")
    )
    sponsor = PersonField(label=_("Sponsor"), required=False, help_text=_("Wants it to happen, and clears the way."))
    budget_holder = PersonField(
        label=_("Budget holder"), required=False, help_text=_("Agrees to the cost caps; nobody else can.")
    )
    engineering = PersonField(label=_("Engineering"), required=False)
    data_science = PersonField(label=_("Data science"), required=False)
    data_owner = PersonField(label=_("Data owner"), required=False)
    operations = PersonField(label=_("Operations"), required=False)
    user_representative = PersonField(label=_("User representative"), required=False)

    ROLES = (
        TeamRole.BUSINESS_OWNER,
        TeamRole.SPONSOR,
        TeamRole.BUDGET_HOLDER,
        TeamRole.ENGINEERING,
        TeamRole.DATA_SCIENCE,
        TeamRole.DATA_OWNER,
        TeamRole.OPERATIONS,
        TeamRole.USER_REPRESENTATIVE,
    )

    def __init__(self, *args: Any, may_name_people: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.may_name_people = may_name_people
        if not may_name_people:
            for role in self.ROLES:
                self.fields[role].disabled = True

    @staticmethod
    def initial_of(case: UseCase, team: TeamView) -> dict[str, Any]:
        """The present values."""
        holders = {role: team.holder(role) for role in PeopleForm.ROLES}
        people = {str(role): member.user_id if member else None for role, member in holders.items()}
        return {"department": case.department_id, "unit": case.unit_id, **people}

    def clean(self) -> dict[str, Any]:
        """A unit alone names its department too."""
        cleaned = super().clean() or self.cleaned_data
        unit = cleaned.get("unit")
        if unit and not cleaned.get("department"):
            cleaned["department"] = unit.parent
        elif unit and unit.parent_id != cleaned["department"].pk:
            self.add_error("unit", _("This unit does not belong to the department."))
        return cleaned

    def changes(self) -> dict[str, object]:
        """Department and unit to set."""
        department, unit = self.cleaned_data["department"], self.cleaned_data["unit"]
        return {"department_id": department.pk if department else None, "unit_id": unit.pk if unit else None}

    def people(self) -> dict[str, User | None]:
        """Who is to have which role; nothing when this person may not say."""
        return {str(role): self.cleaned_data[role] for role in self.ROLES} if self.may_name_people else {}


class RiskForm(forms.Form):
    """Step three: how it is delivered, which data, and the questions behind the risk tier."""

    delivery = forms.ChoiceField(
        label=_("How does the model come to us?"),
        choices=Delivery.choices,
        widget=forms.RadioSelect(attrs=NEEDED),
        required=False,
    )
    personal_data = forms.ChoiceField(
        label=_("Does it use personal data?"),
        choices=[("yes", _("Yes")), ("no", _("No, as far as I know")), ("unknown", _("I do not know"))],
        widget=forms.RadioSelect(attrs=NEEDED),
        required=False,
        help_text=_("Compliance confirms a no. Until then it counts as not known, so as yes."),
    )
    stage1_real_data = forms.ChoiceField(
        label=_("Will the prototype already see real personal data?"),
        choices=YES_NO,
        widget=forms.RadioSelect,
        required=False,
    )
    affects_people = forms.ChoiceField(
        label=_("Does it prepare or take decisions about people?"),
        choices=YES_NO,
        widget=forms.RadioSelect(attrs=NEEDED),
        required=False,
        help_text=_("Such as who is hired, insured, paid, promoted or checked."),
    )
    sensitive_area = forms.ChoiceField(
        label=_("Does it work in one of these areas?"),
        choices=YES_NO_UNKNOWN,
        widget=forms.RadioSelect(attrs=NEEDED),
        required=False,
        help_text=_(
            "Biometrics, critical infrastructure, education, employment, credit or insurance of persons, public "
            "benefits, policing, migration, justice, or as a safety part of a product."
        ),
    )
    faces_people = forms.ChoiceField(
        label=_("Does it talk to people, or make texts, pictures or voices for them?"),
        choices=YES_NO_UNKNOWN,
        widget=forms.RadioSelect(attrs=NEEDED),
        required=False,
    )
    prohibited_practice = forms.ChoiceField(
        label=_("Does it come near one of these practices?"),
        choices=YES_NO_UNKNOWN,
        widget=forms.RadioSelect(attrs=NEEDED),
        required=False,
        help_text=_(
            "Manipulating people, exploiting weakness, social scoring, reading emotions at work or school, collecting "
            "faces from the internet."
        ),
    )
    vendor = forms.CharField(label=_("Vendor"), max_length=300, required=False)
    technology = forms.CharField(
        label=_("Technology"), required=False, max_length=1000, help_text=_("A few words with commas between them.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key in DETAIL_KEYS:
            self.fields[key] = question_field(BY_KEY[key])

    @staticmethod
    def initial_of(profile: CaseProfile, standing: TierStanding) -> dict[str, Any]:
        """The present values; a claimed absence of personal data shows as the owner said it."""
        given = standing.assessment.answers if standing.assessment else {}
        values: dict[str, Any] = {key: fact.value for key, fact in profile.facts.items()}
        personal = profile.facts.get(FactKey.PERSONAL_DATA)
        if personal and personal.reason == CLAIMED_NONE:
            values[FactKey.PERSONAL_DATA] = "no"
        values |= {key: given[key] for key in DETAIL_KEYS if key in given}
        return {**values, "vendor": profile.case.vendor, "technology": ", ".join(profile.case.technology)}

    def changes(self) -> dict[str, object]:
        """The describing fields."""
        return {"vendor": self.cleaned_data["vendor"], "technology": tags_of(self.cleaned_data["technology"])}

    def answers(self) -> dict[str, str]:
        """The answers by fact."""
        return {key: self.cleaned_data[key] for key in FactKey.values if key in self.fields}

    def questionnaire(self) -> dict[str, Any]:
        """The answers to the questionnaire behind the risk tier, with their details."""
        return consistent(self.cleaned_data)
