"""What the chair fills in: opening the vote, withdrawing, deciding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gates.commands.decisions import ConditionTerms, Ruling
from gates.commands.decisions.terms import FUNDING, PIVOT_PLACES
from gates.enums import Outcome
from gates.forms.refused import RefusableForm
from gates.queries.evaluation import day_here
from gates.rules.deadlines import after_working_days
from gates.rules.tally import APPROVALS
from pocgate.identity.models import User
from portfolio.enums import ReasonCode, Stage
from portfolio.models import EvidenceRevision
from scoring.rules.vocabulary import LAST_GATE

CONDITION_ROWS = 3
USUAL_WORKING_DAYS = 5
LONGEST = 4000
LOCAL = "%Y-%m-%dT%H:%M"


def _text(label: Any, *, rows: int = 2, required: bool = False, hint: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=LONGEST,
        help_text=hint,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


def _date(label: Any, *, required: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        required=bool(required),
        error_messages={"required": required},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )


class OpeningForm(RefusableForm):
    """Until when votes are taken, and why a case that is not ready is convened all the same."""

    closes_at = forms.DateTimeField(
        label=_("The vote closes"),
        input_formats=[LOCAL, "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(format=LOCAL, attrs={"type": "datetime-local"}),
    )
    convened_reason = _text(_("Why convene it although it is not ready?"))

    def __init__(self, *args: Any, now: datetime, needs_reason: bool, **kwargs: Any) -> None:
        last_day = after_working_days(day_here(now), USUAL_WORKING_DAYS)
        evening = timezone.make_aware(datetime.combine(last_day, time(17, 0)))
        super().__init__(*args, **{"initial": {"closes_at": evening}, **kwargs})
        if not needs_reason:
            del self.fields["convened_reason"]


class WithdrawalForm(RefusableForm):
    """The owner needs no reason before the vote opens, the chair does."""

    reason = _text(_("Reason"))


class DecisionForm(RefusableForm):
    """The chair's ruling. Which outcomes are possible is said beside them, by the rules that refuse the others.

    Before the last gate a go states its funding; the browser can not ask for it, because other outcomes hide it.
    """

    use_required_attribute = False
    outcome = forms.ChoiceField(label=_("Outcome"), choices=Outcome.choices, widget=forms.RadioSelect)
    reason = _text(_("Reason"), rows=3, hint=_("Needed for anything but go."))
    reason_code = forms.ChoiceField(
        label=_("Reason code"), required=False, choices=[("", _("choose one")), *ReasonCode.choices]
    )
    learning = _text(_("What was learnt"), hint=_("Kept for whoever has the idea next."))
    funding_amount = forms.DecimalField(
        label=_("Funding released"),
        min_value=0,
        max_digits=16,
        decimal_places=2,
        error_messages={"required": _("A go states the amount that is released.")},
        help_text=_("The cap of the stage that begins. What passes and gets no money is paused, reason “priority”."),
    )
    funding_until = _date(_("Funding until"), required=_("A go states until when it is funded."))
    funding_people = forms.DecimalField(
        label=_("People for it"),
        min_value=0,
        max_digits=7,
        decimal_places=2,
        error_messages={"required": _("A go states how many people are given for it.")},
    )
    release = forms.CharField(label=_("Release that is approved"), required=False, max_length=100)
    freed_amount = forms.DecimalField(
        label=_("Money freed"), required=False, min_value=0, max_digits=16, decimal_places=2
    )
    freed_people = forms.DecimalField(
        label=_("People freed"), required=False, min_value=0, max_digits=7, decimal_places=2
    )
    pivot_problem = _text(_("The problem becomes"), hint=_("A pivot changes at least one of these four."))
    pivot_users = _text(_("The users become"))
    pivot_approach = _text(_("The approach becomes"))
    pivot_data = _text(_("The data become"))
    time_box_days = forms.IntegerField(label=_("Time-box of the next stage, days"), required=False, min_value=1)
    pivot_to = forms.TypedChoiceField(label=_("Back to stage"), required=False, coerce=int, empty_value=None)
    revive_date = _date(_("Take up again on"))
    revive_trigger = forms.CharField(label=_("… or when"), required=False, max_length=LONGEST)

    def __init__(
        self,
        *args: Any,
        stage: int,
        people: Sequence[User],
        open_musts: Mapping[str, str],
        initial: Mapping[str, Any] | None = None,
        rows: int = CONDITION_ROWS,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **{"initial": dict(initial or {}), **kwargs})
        self.rows = rows
        funds = stage < LAST_GATE and (not self.is_bound or self.data.get("outcome") in APPROVALS)
        for name in FUNDING:
            self.fields[name].required = funds
        stages = [(number, Stage(number).label) for number in range(stage + 1)]
        pivot = self.fields["pivot_to"]
        if isinstance(pivot, forms.TypedChoiceField):
            pivot.choices = [("", _("the present stage")), *stages]
        owners = [("", _("owner")), *((person.pk, str(person)) for person in people)]
        criteria = [("", _("closes no must-meet")), *open_musts.items()]
        for row in range(self.rows):
            self.fields[f"condition_{row}_text"] = forms.CharField(label=_("Condition"), required=False, max_length=500)
            self.fields[f"condition_{row}_owner"] = forms.TypedChoiceField(
                label=_("Owner"), required=False, choices=owners, coerce=int, empty_value=None
            )
            self.fields[f"condition_{row}_due"] = _date(_("Due"))
            self.fields[f"condition_{row}_criterion"] = forms.ChoiceField(
                label=_("Closes"), required=False, choices=criteria
            )

    @property
    def condition_rows(self) -> list[list[forms.BoundField]]:
        """The fields of each condition, for the page."""
        names = ("text", "owner", "due", "criterion")
        return [[self[f"condition_{row}_{name}"] for name in names] for row in range(self.rows)]

    def clean(self) -> dict[str, Any]:
        """A condition is whole or absent."""
        cleaned = super().clean() or {}
        for row in range(self.rows):
            given = {name: cleaned.get(f"condition_{row}_{name}") for name in ("text", "owner", "due")}
            if any(given.values()):
                for name in [name for name, value in given.items() if not value]:
                    self.add_error(f"condition_{row}_{name}", _("A condition has a text, an owner and a date."))
        return cleaned

    def ruling(self) -> Ruling:
        """The values as the command takes them. Conditions are only part of a conditional go."""
        data = self.cleaned_data
        conditional = data["outcome"] == Outcome.CONDITIONAL_GO
        names = ["reason", "reason_code", "learning", "funding_amount", "funding_until", "time_box_days"]
        names += ["funding_people", "release", "freed_amount", "freed_people"]
        pivots = data["outcome"] == Outcome.PIVOT
        return Ruling(
            outcome=data["outcome"],
            conditions=tuple(self._conditions()) if conditional else (),
            pivot_to=data["pivot_to"] if pivots else None,
            pivot_changes={place: data[f"pivot_{place}"] for place in PIVOT_PLACES} if pivots else {},
            revive_date=data["revive_date"],
            revive_trigger=data["revive_trigger"],
            **{name: data[name] for name in names},
        )

    def _conditions(self) -> list[ConditionTerms]:
        data = self.cleaned_data
        return [
            ConditionTerms(
                text=data[f"condition_{row}_text"],
                owner_id=data[f"condition_{row}_owner"],
                due_date=data[f"condition_{row}_due"],
                criterion=data[f"condition_{row}_criterion"],
            )
            for row in range(self.rows)
            if data.get(f"condition_{row}_text")
        ]


class ClearingForm(RefusableForm):
    """What shows that a condition is met."""

    note = _text(_("What shows that it is met?"), required=True)
    evidence = forms.TypedChoiceField(label=_("Evidence"), required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, revisions: Sequence[EvidenceRevision] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        evidence = self.fields["evidence"]
        if isinstance(evidence, forms.TypedChoiceField):
            named = [(row.pk, f"{row.evidence.title} · {row.number}") for row in revisions]
            evidence.choices = [("", _("none")), *named]
