"""The filters of lists of cases with what scoring knows of them."""

from __future__ import annotations

from typing import Any

import django_filters
from django.utils.translation import gettext_lazy as _

from portfolio.filters import CaseFilter
from portfolio.models import UseCaseQuerySet
from scoring.enums import Detector, FindingState, SwampKind
from scoring.queries.finding_counts import has_finding, in_swamp


class ScoredCaseFilter(CaseFilter):
    """`detector` and `state` go together: a case passes when one of the detectors finds it in one of the states."""

    detector = django_filters.MultipleChoiceFilter(choices=Detector.choices, method="found", label=_("Detector"))
    state = django_filters.MultipleChoiceFilter(choices=FindingState.choices, method="found", label=_("Finding"))
    swamp = django_filters.BooleanFilter(method="lingers", label=_("In the swamp"))
    swamp_signal = django_filters.MultipleChoiceFilter(
        choices=SwampKind.choices, method="shows", label=_("Swamp signal")
    )

    def found(self, cases: UseCaseQuerySet, name: str, values: list[str]) -> UseCaseQuerySet:
        """Both parameters in one condition, so that they speak of the same finding."""
        chosen: dict[str, Any] = self.form.cleaned_data
        if not values or (name == "state" and chosen["detector"]):
            return cases
        return cases.filter(has_finding(chosen["detector"] or Detector.values, chosen["state"] or FindingState.values))

    def lingers(self, cases: UseCaseQuerySet, _name: str, lingers: bool) -> UseCaseQuerySet:
        """With any swamp signal, or with none."""
        return cases.filter(in_swamp() if lingers else ~in_swamp())

    def shows(self, cases: UseCaseQuerySet, _name: str, kinds: list[str]) -> UseCaseQuerySet:
        """With one of these swamp signals."""
        return cases.filter(in_swamp(kinds)) if kinds else cases
