"""KPIs: definition, readings, thresholds."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portfolio.enums import KpiDirection, KpiKind, KpiRole, KpiStatistic, SloOf
from portfolio.forms.inputs import DateField, DateInput, NumberField, PersonField
from portfolio.models import KpiReading
from portfolio.queries.kpis import KpiView
from portfolio.rules.kpis import Definition, Reading

GATES = [(1, _("Gate 1")), (2, _("Gate 2")), (3, _("Gate 3"))]
DEFINITION = (
    "unit",
    "direction",
    "baseline",
    "baseline_date",
    "baseline_source",
    "target",
    "target_date",
    "money_per_unit",
    "cadence_days",
    "label_delay_days",
    "warm_up_days",
    "min_samples",
    "statistic",
    "human_rated",
)


class DefinitionForm(forms.Form):
    """What is promised, and how it is measured."""

    name = forms.CharField(label=_("Name"), max_length=200)
    unit = forms.CharField(label=_("Unit"), max_length=40)
    direction = forms.ChoiceField(label=_("Better is"), choices=KpiDirection.choices)
    baseline = NumberField(label=_("Baseline"), required=False, help_text=_("What it is without the system."))
    baseline_date = DateField(label=_("Measured on"), required=False)
    baseline_source = forms.CharField(label=_("Source of the baseline"), max_length=300, required=False)
    target = NumberField(label=_("Target"), required=False)
    target_date = DateField(label=_("To be reached by"), required=False)
    money_per_unit = NumberField(label=_("Money a year per unit of improvement"), required=False)
    cadence_days = forms.IntegerField(label=_("A reading every … days"), initial=7, min_value=1)
    label_delay_days = forms.IntegerField(
        label=_("Days until the truth is known"),
        initial=0,
        min_value=0,
        help_text=_("Such as until a claim is closed."),
    )
    warm_up_days = forms.IntegerField(label=_("Days of warm-up that do not count"), initial=0, min_value=0)
    min_samples = forms.IntegerField(label=_("Samples that are enough"), initial=50, min_value=1)

    statistic = forms.ChoiceField(
        label=_("What a reading is"),
        choices=[("", _("as the unit says")), *KpiStatistic.choices],
        required=False,
        help_text=_("In % a share of cases, else a mean."),
    )
    human_rated = forms.BooleanField(
        label=_("People rate it"), required=False, help_text=_("Then two raters and their agreement are needed.")
    )

    @staticmethod
    def initial_of(view: KpiView) -> dict[str, Any]:
        """The present values."""
        return {"name": view.kpi.name, **{name: getattr(view.definition, name) for name in DEFINITION}}

    def definition(self) -> Definition:
        """What is promised."""
        return Definition(**{name: self.cleaned_data[name] for name in DEFINITION})


class NewKpiForm(DefinitionForm):
    """A new KPI: its role and kind stay."""

    role = forms.ChoiceField(
        label=_("Role"),
        choices=KpiRole.choices,
        help_text=_("Exactly one is primary. A guardrail must not get worse; acceptance counts at gate 1."),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=KpiKind.choices)
    slo_of = forms.ChoiceField(
        label=_("Service objective for"), choices=[("", _("– none –")), *SloOf.choices], required=False
    )
    gates = forms.TypedMultipleChoiceField(
        label=_("Counts at"),
        choices=GATES,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: as the playbook says for its role and kind."),
    )
    owner = PersonField(label=_("Who looks after it"), required=False)


class ThresholdForm(forms.Form):
    """What must be reached at a gate."""

    gate = forms.TypedChoiceField(label=_("Gate"), choices=GATES, coerce=int)
    value = NumberField(label=_("Must reach"))
    reason = forms.CharField(
        label=_("Reason"), required=False, max_length=2000, help_text=_("Needed to make it easier; only the chair can.")
    )

    def __init__(self, data: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        # It stands on one page with the form of a reading, which has a value as well.
        super().__init__(data, initial=initial, auto_id="threshold_%s")


class ReadingForm(forms.Form):
    """A measurement over a period of whole days."""

    value = NumberField(label=_("Value"))
    observed_from = DateField(label=_("From"))
    observed_to = DateField(label=_("To, this day included"))
    sample_size = forms.IntegerField(label=_("Samples"), required=False, min_value=1)
    error = NumberField(label=_("Standard error"), required=False, help_text=_("In the unit of the KPI, if known."))
    raters = forms.IntegerField(label=_("Raters"), required=False, min_value=1, help_text=_("Of human ratings."))
    agreement = NumberField(
        label=_("Agreement of the raters"), required=False, help_text=_("Such as Krippendorff's alpha, up to 1.")
    )
    unit = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)
    method = forms.CharField(label=_("Method"), max_length=300, required=False)
    source = forms.CharField(label=_("Source"), max_length=200, required=False)
    release = forms.CharField(label=_("Release"), max_length=100, required=False)

    def __init__(self, data: Any = None, *, now: datetime, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        self.now = now
        for name in ("observed_from", "observed_to"):
            widget = self.fields[name].widget
            if isinstance(widget, DateInput):
                widget.attrs["max"] = timezone.localdate(now).isoformat()

    @classmethod
    def initial_of(cls, reading: KpiReading, view: KpiView) -> dict[str, Any]:
        """The values of a reading that is to be corrected."""
        plain = {name: getattr(reading, name) for name in ReadingForm.base_fields if name != "unit"}
        days = {name: timezone.localdate(getattr(reading, name)) for name in ("observed_from", "observed_to")}
        return {**plain, **days, "unit": view.definition.unit}

    def reading(self) -> Reading:
        """The measurement: from the first day's midnight to the last day's end, or to now on the present day."""
        given = dict(self.cleaned_data)
        zone = timezone.get_current_timezone()
        first, last = given["observed_from"], given["observed_to"]
        given["observed_from"] = datetime.combine(first, time.min, zone)
        end = datetime.combine(last, time.max, zone)
        given["observed_to"] = self.now if last == timezone.localdate(self.now) else end
        for name in ("reason", "unit"):
            given.pop(name, None)
        return Reading(**given)


class CorrectionForm(ReadingForm):
    """A reading in the place of a wrong one."""

    reason = forms.CharField(label=_("What was wrong?"), max_length=2000)
