"""What the database itself refuses about notices, justifications and outlooks of cost."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from scoring.models import CostJustification, CostNotice
from tests.factories.costs import CostJustificationFactory, CostNoticeFactory, CostOutlookFactory

pytestmark = pytest.mark.django_db
INTERVAL = {"forecast": Decimal(5), "lower": Decimal(4), "upper": Decimal(6)}


@pytest.mark.parametrize(
    ("constraint", "factory", "fields"),
    [
        ("scoring_costnotice_scope_known", CostNoticeFactory, {"scope": "moon", "stage": None}),
        ("scoring_costnotice_stage_where_due", CostNoticeFactory, {"stage": None}),
        ("scoring_costnotice_stage_where_due", CostNoticeFactory, {"scope": "case"}),
        ("scoring_costjustification_worded", CostJustificationFactory, {"text": ""}),
        ("scoring_costoutlook_state_known", CostOutlookFactory, {"state": "maybe"}),
        ("scoring_costoutlook_interval_in_order", CostOutlookFactory, {**INTERVAL, "lower": Decimal(7)}),
        ("scoring_costoutlook_interval_in_order", CostOutlookFactory, {**INTERVAL, "upper": Decimal(3)}),
        ("scoring_costoutlook_interval_in_order", CostOutlookFactory, {**INTERVAL, "forecast": None}),
    ],
)
def test_row_that_breaks_a_constraint_is_refused(constraint: str, factory: Any, fields: dict[str, object]) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        factory(**fields)


@pytest.mark.parametrize("fields", [{}, {"scope": "case", "stage": None}, {"scope": "run_rate", "stage": None}])
def test_share_of_a_cap_is_noticed_once(fields: dict[str, object]) -> None:
    first = CostNoticeFactory(**fields)

    with pytest.raises(IntegrityError), transaction.atomic():
        CostNoticeFactory(case=first.case, plan=first.plan, **fields)


@pytest.mark.parametrize("fields", [{"percent": 75}, {"stage": 2}, {"iteration": 2}, {"scope": "case", "stage": None}])
def test_another_share_stage_iteration_or_cap_is_noticed_too(fields: dict[str, object]) -> None:
    first = CostNoticeFactory()

    CostNoticeFactory(case=first.case, plan=first.plan, **fields)

    assert CostNotice.objects.count() == 2


@pytest.mark.parametrize("factory", [CostNoticeFactory, CostJustificationFactory])
def test_notices_and_justifications_are_append_only(factory: Any) -> None:
    row = factory()
    model, change = (CostNotice, {"percent": 1}) if factory is CostNoticeFactory else (CostJustification, {"text": "x"})

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        model.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        model.objects.filter(pk=row.pk).delete()
