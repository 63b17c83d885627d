"""The ratings of the demonstration: spread over the matrix, doubted here and there, and once in open disagreement."""

from __future__ import annotations

import pytest
from django.db.models import F

from pocgate.demo.plan.records.ratings import DISPUTED
from pocgate.demo.plan.subjects import subject
from scoring.models import Assessment, ScorecardPosition

pytestmark = [pytest.mark.xdist_group("demonstration"), pytest.mark.usefixtures("demonstration")]


def test_cases_stand_in_every_quadrant_and_some_are_unsure() -> None:
    quadrants = set(ScorecardPosition.objects.values_list("quadrant", flat=True))

    assert quadrants == {"commit", "de_risk", "fill_in", "decline"}
    assert ScorecardPosition.objects.filter(commit_chance__gt=0.05, commit_chance__lt=0.95).exists()
    assert ScorecardPosition.objects.exclude(weight_shifts=[]).exists()


def test_one_case_has_the_disagreement_and_the_others_none() -> None:
    apart = ScorecardPosition.objects.exclude(disagreements=[])

    assert [(each.case.title, each.disagreements) for each in apart] == [(subject(DISPUTED[0]).title, [DISPUTED[1]])]


def test_some_ratings_leave_a_range_around_them() -> None:
    ranged = Assessment.objects.filter(low__isnull=False)

    assert 0 < ranged.count() < Assessment.objects.count() / 2
    assert not ranged.exclude(low__lte=F("rating"), high__gte=F("rating")).exists()
