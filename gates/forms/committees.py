"""Creating committees and giving seats."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gates.enums import Discipline, SeatRole
from gates.forms.refused import RefusableForm
from pocgate.identity.models import User
from pocgate.identity.queries import active_people
from portfolio.models import Department
from scoring.rules.vocabulary import GATES


class CommitteeForm(RefusableForm):
    """A committee for one gate, company-wide or for a department and all under it."""

    name = forms.CharField(label=_("Name"), max_length=200)
    gate = forms.TypedChoiceField(label=_("Gate"), coerce=int, choices=[(gate, str(gate)) for gate in GATES])
    department = forms.ModelChoiceField(
        label=_("Department"),
        required=False,
        queryset=Department.objects.none(),
        empty_label=_("company-wide"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        department = self.fields["department"]
        if isinstance(department, forms.ModelChoiceField):
            department.queryset = Department.objects.order_by("name", "pk")


class SeatForm(RefusableForm):
    """A person, their role at the table, and the discipline they stand for."""

    user = forms.ModelChoiceField(label=_("Person"), queryset=User.objects.none(), empty_label=_("choose"))
    role = forms.ChoiceField(label=_("Role"), choices=SeatRole.choices, initial=SeatRole.MEMBER)
    discipline = forms.ChoiceField(label=_("Discipline"), choices=Discipline.choices)
    weight = forms.IntegerField(label=_("Weight"), min_value=0, max_value=10, required=False, initial=1)

    ends_on = forms.DateField(
        label=_("Until"), required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        user = self.fields["user"]
        if isinstance(user, forms.ModelChoiceField):
            user.queryset = active_people()

    @property
    def choices(self) -> Mapping[str, forms.Field]:
        """The fields that are chosen from a list."""
        return {name: field for name, field in self.fields.items() if name not in ("weight", "ends_on")}

    def ends_at(self) -> datetime | None:
        """The end of the last day of the seat, in the time zone of the installation."""
        day: date | None = self.cleaned_data["ends_on"]
        if day is None:
            return None
        return timezone.make_aware(datetime.combine(day + timedelta(days=1), time()), timezone.get_default_timezone())

    def clean_weight(self) -> int:
        """One where nothing is said."""
        weight: int | None = self.cleaned_data["weight"]
        return 1 if weight is None else weight
