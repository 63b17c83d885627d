"""Creating committees and giving seats."""

from __future__ import annotations

from typing import Any

from django import forms
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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        user = self.fields["user"]
        if isinstance(user, forms.ModelChoiceField):
            user.queryset = active_people()
