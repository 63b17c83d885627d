"""Money: the plan with its caps and estimates, and the entries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portfolio.enums import CostLine, CostRecurrence, CostState, Stage
from portfolio.forms.inputs import DateField, MoneyField
from portfolio.models import CostEntry
from portfolio.queries.costs import CostView
from portfolio.rules.money import Bill, Cost, Estimate, Plan


class PlanForm(forms.Form):
    """Caps per stage, for the case, per month; and what each of the nine lines will cost a month at scale."""

    case_cap = MoneyField(label=_("Whole case, all iterations"), help_text=_("The most it may ever cost."))
    monthly_cap = MoneyField(label=_("Per month, recurring"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for stage in Stage:
            self.fields[f"stage_{stage.value}"] = MoneyField(label=stage.label)
        for line, label in CostLine.choices:
            self.fields[f"estimate_{line}"] = MoneyField(label=label.capitalize())
            reason = forms.CharField(label=_("Reason for zero"), max_length=300, required=False)
            self.fields[f"reason_{line}"] = reason

    @staticmethod
    def initial_of(view: CostView) -> dict[str, Any]:
        """The newest plan's values."""
        plan = view.plan
        values: dict[str, Any] = {"case_cap": plan.case_cap, "monthly_cap": plan.monthly_cap} if plan else {}
        values |= {f"stage_{stage}": amount for stage, amount in view.stage_caps.items()}
        for each in view.estimates:
            values |= {f"estimate_{each.line}": each.monthly_amount, f"reason_{each.line}": each.zero_reason}
        return values

    def stages(self) -> list[forms.BoundField]:
        """The fields of the stage caps."""
        return [self[f"stage_{stage.value}"] for stage in Stage]

    def lines(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Each line's amount and reason."""
        return [(self[f"estimate_{line}"], self[f"reason_{line}"]) for line in CostLine.values]

    def plan(self) -> Plan:
        """The proposal."""
        given = self.cleaned_data
        caps = {stage.value: given[f"stage_{stage.value}"] for stage in Stage}
        estimates = [
            Estimate(line, given[f"estimate_{line}"], given[f"reason_{line}"])
            for line in CostLine.values
            if given[f"estimate_{line}"] is not None
        ]
        return Plan(
            stage_caps={stage: cap for stage, cap in caps.items() if cap is not None},
            case_cap=given["case_cap"],
            monthly_cap=given["monthly_cap"],
            estimates=tuple(estimates),
        )

    def field_of_problem(self, pointer: str) -> str:
        """The field that a pointer of the rules means, such as `estimates/people`."""
        return pointer.replace("stage_caps/", "stage_").replace("estimates/", "estimate_")


class CostForm(forms.Form):
    """Money spent or committed for a period of whole days."""

    line = forms.ChoiceField(label=_("Cost line"), choices=CostLine.choices)
    amount = MoneyField(label=_("Amount"), required=True)
    state = forms.ChoiceField(label=_("State"), choices=CostState.choices)
    recurrence = forms.ChoiceField(label=_("Recurrence"), choices=CostRecurrence.choices)
    period_start = DateField(label=_("For the time from"))
    last_day = DateField(label=_("to, this day included"))
    note = forms.CharField(label=_("Note"), max_length=300, required=False)
    source = forms.CharField(label=_("Source"), max_length=200, required=False, help_text=_("Such as a bill's number."))
    bill_currency = forms.CharField(label=_("Billed in"), max_length=3, required=False, help_text=_("If not ours."))
    bill_amount = MoneyField(label=_("Billed amount"))
    bill_rate = forms.DecimalField(
        label=_("Exchange rate"),
        required=False,
        max_digits=16,
        decimal_places=8,
        help_text=_("One billed unit in ours."),
    )
    bill_on = DateField(label=_("Date of the rate"), required=False)

    BILL = ("bill_currency", "bill_amount", "bill_rate", "bill_on")

    @classmethod
    def initial_of(cls, entry: CostEntry) -> dict[str, Any]:
        """The values of an entry that is to be corrected."""
        names = ("line", "amount", "state", "recurrence", "period_start", "note", "source")
        bill = (entry.billed_currency, entry.billed_amount, entry.exchange_rate, entry.exchange_date)
        plain = {name: getattr(entry, name) for name in names}
        return {**plain, **dict(zip(cls.BILL, bill, strict=True)), "last_day": entry.period_end - timedelta(days=1)}

    def clean(self) -> dict[str, Any]:
        """A foreign bill is given whole or not at all."""
        cleaned = super().clean() or self.cleaned_data
        if any(cleaned.get(name) for name in self.BILL):
            for name in self.BILL:
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, _("A foreign bill needs currency, amount, rate and date."))
        return cleaned

    def cost(self) -> Cost:
        """The entry."""
        given = self.cleaned_data
        bill = None
        if given["bill_currency"]:
            code = given["bill_currency"].upper()
            bill = Bill(code, given["bill_amount"], given["bill_rate"], given["bill_on"])
        return Cost(
            line=given["line"],
            amount=given["amount"],
            state=given["state"],
            recurrence=given["recurrence"],
            period_start=given["period_start"],
            period_end=given["last_day"] + timedelta(days=1),
            note=given["note"],
            source=given["source"],
            bill=bill,
        )


class CostCorrectionForm(CostForm):
    """An entry in the place of a wrong one."""

    reason = forms.CharField(label=_("What was wrong?"), max_length=2000)
