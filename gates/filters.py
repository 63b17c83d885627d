"""The filters of lists of cases with what the gates know of them."""

from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _

from gates.enums import StandingState
from gates.queries.standing import in_standing
from portfolio.models import UseCaseQuerySet
from scoring.filters import ScoredCaseFilter


class GatedCaseFilter(ScoredCaseFilter):
    """Every filter of a list of cases."""

    standing = django_filters.MultipleChoiceFilter(choices=StandingState.choices, method="stands", label=_("Approval"))

    def stands(self, cases: UseCaseQuerySet, _name: str, states: list[str]) -> UseCaseQuerySet:
        """In one of these standings."""
        return cases.filter(in_standing(states)) if states else cases
