"""Asking for a gate."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gates.commands.reviews import Request
from gates.enums import Outcome, ReviewKind
from gates.forms.refused import RefusableForm
from gates.queries.precheck import Missing
from gates.rules.verdict import ClosingPlan
from pocgate.identity.models import User

LONGEST = 4000


class RequestForm(RefusableForm):
    """Who closes which open must by when, for those that may stay open; for the chair, why to convene all the same."""

    convened_reason = forms.CharField(
        label=_("Why convene it although it is not ready?"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(
        self,
        *args: Any,
        closable: Sequence[Missing],
        people: Sequence[User],
        today: date,
        closing_days: int,
        asks_reason: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.closable = tuple(closable)
        if not asks_reason:
            del self.fields["convened_reason"]
        owners = [("", _("nobody yet")), *((person.pk, str(person)) for person in people)]
        latest = today + timedelta(days=closing_days)
        for missing in closable:
            self.fields[f"{missing.key}-owner"] = forms.TypedChoiceField(
                label=_("Closed by"), required=False, choices=owners, coerce=int, empty_value=None
            )
            self.fields[f"{missing.key}-due"] = forms.DateField(
                label=_("until"),
                required=False,
                widget=forms.DateInput(
                    format="%Y-%m-%d",
                    attrs={"type": "date", "min": today.isoformat(), "max": latest.isoformat()},
                ),
            )

    @property
    def plan_rows(self) -> list[tuple[Missing, forms.BoundField, forms.BoundField]]:
        """Each must that may stay open with its two fields."""
        return [(missing, self[f"{missing.key}-owner"], self[f"{missing.key}-due"]) for missing in self.closable]

    def wanted(self) -> Request:
        """The values as the command takes them; a plan counts with both its owner and its date."""
        data = self.cleaned_data
        plans = [
            ClosingPlan(missing.key, data[f"{missing.key}-owner"], data[f"{missing.key}-due"])
            for missing in self.closable
            if data.get(f"{missing.key}-owner") and data.get(f"{missing.key}-due")
        ]
        return Request(plans=tuple(plans), convened_reason=data.get("convened_reason", ""))


class StopForm(RefusableForm):
    """The owner proposes to stop; the chair decides that without a vote."""

    reason = forms.CharField(
        label=_("Why stop, and what was learnt?"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3})
    )

    def wanted(self) -> Request:
        """The values as the command takes them."""
        return Request(
            kind=ReviewKind.OUT_OF_CYCLE.value,
            proposal=Outcome.STOP.value,
            convened_reason=self.cleaned_data["reason"],
        )
