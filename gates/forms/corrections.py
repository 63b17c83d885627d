"""Correcting a decision: the fields that a correction may set right, as they stand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gates.commands.corrections import CORRECTED, FREED, open_terms
from gates.commands.decisions import Ruling
from gates.commands.decisions.terms import FUNDING
from gates.enums import Outcome
from gates.forms.chair import LONGEST, DecisionForm
from gates.models import Decision
from gates.queries.titles import title_of
from gates.rules.tally import APPROVALS
from pocgate.identity.models import User
from scoring.queries.playbooks import playbook_of
from scoring.rules.vocabulary import LAST_GATE

ONE_MORE = 1
# What the review settled, and so no part of a correction.
SETTLED = ("outcome", "time_box_days", "pivot_to", "pivot_problem", "pivot_users", "pivot_approach", "pivot_data")
REVIVAL = ("revive_date", "revive_trigger")


class CorrectionForm(DecisionForm):
    """How the decision should read, and why. Fields that do not belong to its outcome are left out."""

    use_required_attribute = True
    note = forms.CharField(
        label=_("Why is it corrected?"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, decision: Decision, people: Sequence[User], **kwargs: Any) -> None:
        self.decision = decision
        terms = open_terms(decision)
        rows = len(terms) + ONE_MORE if decision.outcome == Outcome.CONDITIONAL_GO else 0
        initial: dict[str, Any] = {name: getattr(decision, name) for name in (*CORRECTED, *FREED)}
        initial["release"] = decision.release.label if decision.release else ""
        musts: dict[str, str] = {}
        playbook = playbook_of(decision.review.playbook_id)
        for row, each in enumerate(terms):
            initial |= {f"condition_{row}_text": each.text, f"condition_{row}_owner": each.owner_id}
            initial |= {f"condition_{row}_due": each.due_date, f"condition_{row}_criterion": each.criterion}
            musts |= {each.criterion: title_of(each.criterion, playbook)} if each.criterion else {}
        super().__init__(*args, stage=LAST_GATE, people=people, open_musts=musts, initial=initial, rows=rows, **kwargs)
        for name in FUNDING:
            self.fields[name].required = getattr(decision, name) is not None
        for name in self._without():
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """A condition whose text was emptied falls away."""
        for row in range(self.rows):
            if not self.cleaned_data.get(f"condition_{row}_text"):
                self.cleaned_data |= {f"condition_{row}_owner": None, f"condition_{row}_due": None}
        return super().clean()

    def _without(self) -> list[str]:
        approves = self.decision.outcome in APPROVALS
        money = ("funding_amount", "funding_until", "funding_people", "release")
        left = [*SETTLED, *REVIVAL, *(("reason_code",) if approves else money)]
        left += [] if self.decision.outcome == Outcome.STOP else FREED
        return left + ([] if self.decision.outcome in (Outcome.STOP, Outcome.PIVOT) else ["learning"])

    def ruling(self) -> Ruling:
        """The decision as it should read; what the form leaves out stays as it was."""
        old = self.decision
        data = {name: getattr(old, name) for name in (*CORRECTED, *FREED)} | {
            "release": old.release.label if old.release else ""
        }
        data |= {name: value for name, value in self.cleaned_data.items() if name in data}
        return Ruling(outcome=old.outcome, conditions=tuple(self._conditions()), **data)
