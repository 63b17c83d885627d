"""Letting somebody else fill a seat."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gates.forms.refused import RefusableForm
from gates.models import Seat
from gates.queries.committees import seats_to_delegate
from pocgate.identity.models import User
from pocgate.identity.queries import active_people

if TYPE_CHECKING:
    _Seats = forms.ModelChoiceField[Seat]
else:
    _Seats = forms.ModelChoiceField

LONGEST = 4000
USUAL_DAYS = 14
_MOMENT = "%Y-%m-%dT%H:%M"


class SeatChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Seats by committee, and by person where they are not one's own."""

    own: User | None = None

    def label_from_instance(self, obj: Seat) -> str:
        """The committee, and whose seat it is."""
        return obj.committee.name if obj.user == self.own else f"{obj.committee.name} · {obj.user}"


class DelegationForm(RefusableForm):
    """Which seat, to whom, from when until when. An empty start means now."""

    seat = SeatChoice(label=_("Seat"), queryset=Seat.objects.none(), empty_label=None)
    delegate = forms.ModelChoiceField(label=_("Filled by"), queryset=User.objects.none(), empty_label=_("choose"))
    starts_at = forms.DateTimeField(
        label=_("From"), required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_MOMENT)
    )
    ends_at = forms.DateTimeField(
        label=_("Until"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_MOMENT)
    )
    reason = forms.CharField(label=_("Reason"), required=False, max_length=LONGEST)

    def __init__(self, *args: Any, person: User, is_administrator: bool, **kwargs: Any) -> None:
        now = timezone.now()
        ends_at = timezone.localtime(now + timedelta(days=USUAL_DAYS)).replace(hour=17, minute=0)
        super().__init__(*args, **{"initial": {"ends_at": ends_at}, **kwargs})
        seat, delegate = self.fields["seat"], self.fields["delegate"]
        if isinstance(seat, SeatChoice) and isinstance(delegate, forms.ModelChoiceField):
            seat.own = person
            seat.queryset = seats_to_delegate(person, every=is_administrator, now=now)
            delegate.queryset = active_people()
        self.fields["starts_at"].help_text = _("Empty means now.")

    def terms(self) -> dict[str, Any]:
        """The values as the command takes them."""
        data = self.cleaned_data
        return {
            "seat_id": data["seat"].pk,
            "delegate_id": data["delegate"].pk,
            "starts_at": data["starts_at"],
            "ends_at": data["ends_at"],
            "reason": data["reason"],
        }
