"""Editing a case: description and place, facts, business case, scope, and an unknown stage."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portfolio.commands.business import BusinessFigures
from portfolio.enums import FACT_VALUES, FactKey, ScopeKind, Stage
from portfolio.forms.inputs import DateField, MoneyField, UnitField, tags_of, text_area
from portfolio.models import BusinessCase, UseCase
from portfolio.queries.cases import CaseProfile, CaseScope
from portfolio.queries.departments import departments
from portfolio.rules.money import CURRENCIES


class DescriptionForm(forms.Form):
    """What the case says of itself."""

    title = forms.CharField(label=_("Title"), max_length=400)
    problem_statement = forms.CharField(label=_("Problem"), required=False, widget=text_area(6))
    affected_process = forms.CharField(label=_("Affected process"), required=False, widget=text_area(2))
    affected_users = forms.CharField(label=_("Affected users"), required=False, widget=text_area(2))
    expected_benefit = forms.CharField(label=_("Expected benefit"), required=False, widget=text_area(3))
    department = forms.ModelChoiceField(queryset=departments(), label=_("Department"), required=False)
    unit = UnitField(label=_("Unit"), required=False)
    category = forms.CharField(label=_("Category"), max_length=200, required=False)
    technology = forms.CharField(
        label=_("Technology"), max_length=1000, required=False, help_text=_("A few words with commas between them.")
    )
    vendor = forms.CharField(label=_("Vendor"), max_length=300, required=False)
    currency = forms.ChoiceField(label=_("Currency"), choices=[(code, code) for code in sorted(CURRENCIES)])
    target_gate_date = DateField(label=_("Target date of the next gate"), required=False)

    TEXTS = ("title", "problem_statement", "affected_process", "affected_users", "expected_benefit", "category")

    @classmethod
    def initial_of(cls, case: UseCase) -> dict[str, Any]:
        """The present values."""
        plain = {name: getattr(case, name) for name in (*cls.TEXTS, "vendor", "currency", "target_gate_date")}
        places = {"department": case.department_id, "unit": case.unit_id}
        return {**plain, **places, "technology": ", ".join(case.technology)}

    def changes(self) -> dict[str, object]:
        """The fields to change."""
        given = dict(self.cleaned_data)
        department, unit = given.pop("department"), given.pop("unit")
        given["technology"] = tags_of(given["technology"])
        return {**given, "department_id": department.pk if department else None, "unit_id": unit.pk if unit else None}


class FactsForm(forms.Form):
    """Every fact, as it stands; only those that are changed are written."""

    reason = forms.CharField(
        label=_("Reason"), required=False, max_length=2000, help_text=_("Kept with every fact that you change.")
    )

    def __init__(self, *args: Any, profile: CaseProfile, may_lower: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.present = {key: fact.value for key, fact in profile.facts.items()}
        for key, choices in FACT_VALUES.items():
            options = [("", _("– not stated –")), *choices.choices] if key not in self.present else choices.choices
            self.fields[key] = forms.ChoiceField(
                label=FactKey(key).label.capitalize(),
                choices=options,
                required=False,
                initial=self.present.get(key, ""),
            )
        self.fields[FactKey.TIER].disabled = not may_lower and FactKey.TIER not in self.present
        self.order_fields([*FACT_VALUES, "reason"])

    def facts(self) -> list[forms.BoundField]:
        """The fields of the facts, without the reason."""
        return [self[key] for key in FACT_VALUES]

    def changed(self) -> dict[str, str]:
        """The facts that got another value."""
        given = {key: self.cleaned_data.get(key, "") for key in FACT_VALUES}
        return {key: value for key, value in given.items() if value and value != self.present.get(key)}


class BusinessForm(forms.Form):
    """Benefit and cost a year, in the case's currency."""

    benefit_low = MoneyField(label=_("Benefit a year, low"), required=True)
    benefit_likely = MoneyField(label=_("likely"), required=True)
    benefit_high = MoneyField(label=_("high"), required=True)
    cost_at_scale = MoneyField(label=_("Cost a year at scale"), required=True)
    payback_months = forms.IntegerField(label=_("Months until it pays back"), required=False, min_value=0)
    budget_line = forms.CharField(label=_("Budget line"), max_length=100, required=False)

    @classmethod
    def initial_of(cls, business: BusinessCase | None) -> dict[str, Any]:
        """The present values."""
        return {name: getattr(business, name) for name in cls.base_fields} if business else {}

    def figures(self) -> BusinessFigures:
        """What to state."""
        return BusinessFigures(**self.cleaned_data)


class ScopeForm(forms.Form):
    """The three lists of the scope, one line each."""

    inside = forms.CharField(label=_("In scope"), required=False, widget=text_area(5))
    outside = forms.CharField(label=_("Out of scope"), required=False, widget=text_area(5))
    thin_slice = forms.CharField(label=_("Thin slice"), required=False, widget=text_area(3))

    KINDS = ((ScopeKind.IN, "inside"), (ScopeKind.OUT, "outside"), (ScopeKind.THIN_SLICE, "thin_slice"))

    @classmethod
    def initial_of(cls, scope: CaseScope) -> dict[str, Any]:
        """The present lines."""
        return {name: "\n".join(item.text for item in getattr(scope, name)) for _kind, name in cls.KINDS}

    def lines(self) -> dict[str, list[str]]:
        """The lines by kind."""
        return {str(kind): self.cleaned_data[name].splitlines() for kind, name in self.KINDS}


class StageForm(forms.Form):
    """In which stage an imported case is."""

    stage = forms.TypedChoiceField(
        label=_("Stage"), choices=Stage.choices, coerce=int, widget=forms.RadioSelect, required=True
    )
