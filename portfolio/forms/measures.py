"""Step four of registration: the one number, what it is worth, what it may cost, and what is in and out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portfolio.commands.business import BusinessFigures
from portfolio.commands.drafts import Caps, Measures, Promise
from portfolio.enums import KpiDirection, KpiRole, ScopeKind, Stage
from portfolio.forms.inputs import MoneyField, NumberField, lines_of, text_area
from portfolio.queries.cases import CaseProfile
from portfolio.queries.costs import CostView
from portfolio.queries.kpis import KpiView
from portfolio.rules.money import CURRENCIES

ONE_LINE_EACH = _("One line each.")


class MeasureForm(forms.Form):
    """Step four: the one number, what it is worth, what it may cost, and what is in and out."""

    kpi_name = forms.CharField(
        label=_("The one number that must get better"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": _("Claims settled on the day they arrive")}),
    )
    unit = forms.CharField(
        label=_("Unit"), max_length=40, required=False, widget=forms.TextInput(attrs={"placeholder": "%"})
    )
    direction = forms.ChoiceField(label=_("Better is"), choices=KpiDirection.choices, required=False)
    baseline = NumberField(label=_("Baseline"), required=False, help_text=_("What it is today."))
    target = NumberField(label=_("Target"), required=False, help_text=_("What it shall be."))
    baseline_source = forms.CharField(label=_("Where the baseline comes from"), max_length=300, required=False)
    currency = forms.ChoiceField(label=_("Currency"), choices=[(code, code) for code in sorted(CURRENCIES)])
    benefit_low = MoneyField(label=_("Benefit a year, low"))
    benefit_likely = MoneyField(label=_("likely"))
    benefit_high = MoneyField(label=_("high"))
    cost_at_scale = MoneyField(label=_("Cost a year once it runs for all"))
    budget_line = forms.CharField(label=_("Budget line"), max_length=100, required=False)
    case_cap = MoneyField(
        label=_("Cap for the whole case"), help_text=_("The budget holder agrees to it in the system.")
    )
    prototype_cap = MoneyField(label=_("Cap for the prototype"), help_text=_("Gate 0 asks for it."))
    monthly_cap = MoneyField(label=_("Cap per month once it runs"))
    scope_in = forms.CharField(label=_("In scope"), required=False, widget=text_area(3), help_text=ONE_LINE_EACH)
    scope_out = forms.CharField(label=_("Out of scope"), required=False, widget=text_area(3), help_text=ONE_LINE_EACH)
    thin_slice = forms.CharField(
        label=_("The thin slice to prove first"), required=False, widget=text_area(2), help_text=ONE_LINE_EACH
    )

    FIGURES = ("benefit_low", "benefit_likely", "benefit_high", "cost_at_scale")
    SCOPE = ((ScopeKind.IN, "scope_in"), (ScopeKind.OUT, "scope_out"), (ScopeKind.THIN_SLICE, "thin_slice"))

    @staticmethod
    def initial_of(profile: CaseProfile, kpis: list[KpiView], costs: CostView) -> dict[str, Any]:
        """The present values."""
        values: dict[str, Any] = {"currency": profile.case.currency}
        primary = next((view for view in kpis if view.kpi.role == KpiRole.PRIMARY), None)
        if primary is not None:
            names = ("unit", "direction", "baseline", "target", "baseline_source")
            values |= {"kpi_name": primary.kpi.name, **{name: getattr(primary.definition, name) for name in names}}
        if profile.business is not None:
            values |= {name: getattr(profile.business, name) for name in (*MeasureForm.FIGURES, "budget_line")}
        if costs.plan is not None:
            values |= {"case_cap": costs.plan.case_cap, "monthly_cap": costs.plan.monthly_cap}
            values["prototype_cap"] = costs.stage_caps.get(Stage.PROTOTYPE)
        lines = (profile.scope.inside, profile.scope.outside, profile.scope.thin_slice)
        names_of = [name for _kind, name in MeasureForm.SCOPE]
        values |= {name: "\n".join(item.text for item in items) for name, items in zip(names_of, lines, strict=True)}
        return values

    def clean(self) -> dict[str, Any]:
        """A KPI and a business case are given whole or not at all."""
        cleaned = super().clean() or self.cleaned_data
        if self._is_begun("kpi_name", "unit", "baseline", "target"):
            self._ask_for("kpi_name", "unit")
        if self._is_begun(*self.FIGURES):
            self._ask_for(*self.FIGURES)
        return cleaned

    def _is_begun(self, *names: str) -> bool:
        return any(self.cleaned_data.get(name) not in (None, "") for name in names)

    def _ask_for(self, *names: str) -> None:
        for name in names:
            if self.cleaned_data.get(name) in (None, "") and name not in self.errors:
                self.add_error(name, _("This is needed too."))

    def measures(self) -> Measures:
        """What to save. Parts with errors or nothing in them are left out, so that autosave keeps the others."""
        given = self.cleaned_data
        scope = {str(kind): lines_of(given.get(name, "")) for kind, name in self.SCOPE if name in given}
        return Measures(
            currency=given.get("currency"),
            promise=self._promise(),
            business=self._business(),
            caps=self._caps(),
            scope=scope,
        )

    def _has_all(self, *names: str) -> bool:
        return all(name not in self.errors and self.cleaned_data.get(name) not in (None, "") for name in names)

    def _promise(self) -> Promise | None:
        if not self._has_all("kpi_name", "unit") or {"baseline", "target"} & set(self.errors):
            return None
        given = self.cleaned_data
        return Promise(
            name=given["kpi_name"],
            unit=given["unit"],
            direction=given.get("direction") or KpiDirection.HIGHER,
            baseline=given["baseline"],
            target=given["target"],
            baseline_source=given.get("baseline_source", ""),
        )

    def _business(self) -> BusinessFigures | None:
        if not self._has_all(*self.FIGURES):
            return None
        figures = {name: self.cleaned_data[name] for name in self.FIGURES}
        return BusinessFigures(**figures, budget_line=self.cleaned_data.get("budget_line", ""))

    def _caps(self) -> Caps | None:
        names = ("case_cap", "monthly_cap", "prototype_cap")
        if set(names) & set(self.errors) or not self._is_begun(*names):
            return None
        given = self.cleaned_data
        return Caps(given["case_cap"], {Stage.PROTOTYPE: given["prototype_cap"]}, given["monthly_cap"])
