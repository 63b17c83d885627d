"""What the database refuses of ratings and positions, whoever writes them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from scoring.models import ScorecardPosition
from tests.factories.scoring import AssessmentFactory, ScorecardPositionFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("low", "high"), [(None, 5), (3, None), (5, 5), (1, 3), (0, 5), (1, 6)], ids=str)
def test_assessment_with_a_range_that_does_not_hold_its_rating_is_refused(low: int | None, high: int | None) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        AssessmentFactory(rating=4, low=low, high=high)


@pytest.mark.parametrize(("low", "high"), [(None, None), (4, 4), (1, 5)])
def test_assessment_with_a_range_that_holds_its_rating_is_kept(low: int | None, high: int | None) -> None:
    assert AssessmentFactory(rating=4, low=low, high=high).pk


@pytest.mark.parametrize(
    "fields",
    [
        {"value": Decimal("100.01")},
        {"value_low": Decimal(80)},
        {"feasibility_high": Decimal(59)},
        {"commit_chance": Decimal("1.001")},
        {"quadrant": "maybe"},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_position_out_of_its_scale_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ScorecardPositionFactory(**fields)

    assert not ScorecardPosition.objects.exists()
