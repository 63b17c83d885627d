"""Every named constraint of the records, violated once."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from tests.factories.identity import LONG_AGO, UserFactory
from tests.factories.portfolio import (
    BenefitEntryFactory,
    DependencyFactory,
    FeedbackFactory,
    OperationsReadingFactory,
    RiskFactory,
    TrainingSessionFactory,
    UseCaseFactory,
)

pytestmark = pytest.mark.django_db
FACTORIES = (
    BenefitEntryFactory,
    DependencyFactory,
    FeedbackFactory,
    OperationsReadingFactory,
    RiskFactory,
    TrainingSessionFactory,
)


@pytest.mark.parametrize("factory", FACTORIES, ids=lambda each: each.__name__)
def test_external_id_twice_on_a_case_is_refused(factory: Any) -> None:
    first = factory(external_id="x")
    factory(external_id="x")

    with pytest.raises(DatabaseError, match=r"external_id|append-only"), transaction.atomic():
        factory(case=first.case, external_id="x")


@pytest.mark.parametrize("factory", FACTORIES, ids=lambda each: each.__name__)
def test_stage_that_does_not_exist_is_refused(factory: Any) -> None:
    with pytest.raises(DatabaseError, match="stage_known"), transaction.atomic():
        factory(stage=7)


@pytest.mark.parametrize(
    ("factory", "values", "name"),
    [
        (FeedbackFactory, {"channel": "pigeon"}, "portfolio_feedback_channel_known"),
        (FeedbackFactory, {"text": ""}, "portfolio_feedback_worded"),
        (FeedbackFactory, {"given_by": ""}, "portfolio_feedback_from_somebody"),
        (FeedbackFactory, {"rating": 6}, "portfolio_feedback_rating_range"),
        (
            FeedbackFactory,
            {"received_at": LONG_AGO + timedelta(days=1)},
            "portfolio_feedback_received_before_recorded",
        ),
        (FeedbackFactory, {"answer": "Yes"}, "portfolio_feedback_answered_by_somebody"),
        (BenefitEntryFactory, {"amount": Decimal(-1)}, "portfolio_benefitentry_amount_not_negative"),
        (BenefitEntryFactory, {"period_end": date(2025, 1, 1)}, "portfolio_benefitentry_period_in_order"),
        (BenefitEntryFactory, {"method": ""}, "portfolio_benefitentry_method_given"),
        (BenefitEntryFactory, {"scale_percent": Decimal(0)}, "portfolio_benefitentry_scale_range"),
        (TrainingSessionFactory, {"audience": ""}, "portfolio_trainingsession_audience_named"),
        (OperationsReadingFactory, {"figure": "mood"}, "portfolio_operationsreading_figure_known"),
        (OperationsReadingFactory, {"value": Decimal(-1)}, "portfolio_operationsreading_value_not_negative"),
        (OperationsReadingFactory, {"value": Decimal(101)}, "portfolio_operationsreading_percent_range"),
        (OperationsReadingFactory, {"unit": ""}, "portfolio_operationsreading_unit_given"),
        (
            OperationsReadingFactory,
            {"observed_from": LONG_AGO + timedelta(days=1)},
            "portfolio_operationsreading_period_in_order",
        ),
        (DependencyFactory, {"on": "wind"}, "portfolio_dependency_on_known"),
        (DependencyFactory, {"on": "case"}, "portfolio_dependency_names_its_case"),
        (DependencyFactory, {"text": ""}, "portfolio_dependency_worded"),
        (DependencyFactory, {"resolved_at": LONG_AGO}, "portfolio_dependency_resolved_by_somebody"),
        (RiskFactory, {"text": ""}, "portfolio_risk_worded"),
        (RiskFactory, {"likelihood": 0}, "portfolio_risk_likelihood_range"),
        (RiskFactory, {"impact": 6}, "portfolio_risk_impact_range"),
        (RiskFactory, {"residual_accepted_at": LONG_AGO}, "portfolio_risk_accepted_by_somebody"),
        (RiskFactory, {"closed_at": LONG_AGO}, "portfolio_risk_closed_by_somebody"),
    ],
)
def test_row_that_can_not_be_is_refused(factory: Any, values: dict[str, Any], name: str) -> None:
    with pytest.raises(DatabaseError, match=name), transaction.atomic():
        factory(**values)


def test_answer_before_the_feedback_is_refused() -> None:
    answered = {"answer": "Yes", "answered_by": UserFactory(), "answered_at": LONG_AGO - timedelta(days=1)}

    with pytest.raises(DatabaseError, match="portfolio_feedback_answered_after_received"), transaction.atomic():
        FeedbackFactory(**answered)


def test_dependency_on_itself_is_refused() -> None:
    case = UseCaseFactory()

    with pytest.raises(DatabaseError, match="portfolio_dependency_not_on_itself"), transaction.atomic():
        DependencyFactory(case=case, on="case", on_case=case)


@pytest.mark.parametrize("factory", FACTORIES, ids=lambda each: each.__name__)
def test_row_is_superseded_once_and_never_changed_or_removed(factory: Any) -> None:
    row, newer = factory(), factory()
    rows = type(row).objects.filter(pk=row.pk)
    rows.update(superseded_by=newer)

    for act in (lambda: rows.update(source="other"), lambda: rows.update(superseded_by=None), rows.delete):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            act()

    row.refresh_from_db()
    assert (row.superseded_by_id, row.source) == (newer.pk, "")


@pytest.mark.parametrize(
    ("factory", "filled", "other"),
    [
        (FeedbackFactory, {"answer": "Mended.", "answered_at": LONG_AGO}, {"answer": "Praised."}),
        (DependencyFactory, {"resolution": "Delivered", "resolved_at": LONG_AGO}, {"resolution": "Given up"}),
        (RiskFactory, {"residual_accepted_at": LONG_AGO}, {"residual_accepted_at": None}),
        (RiskFactory, {"closed_at": LONG_AGO}, {"closed_at": LONG_AGO + timedelta(days=1)}),
    ],
)
def test_answer_resolution_and_acceptance_are_given_once(
    factory: Any, filled: dict[str, Any], other: dict[str, Any]
) -> None:
    row, person = factory(), UserFactory()
    rows = type(row).objects.filter(pk=row.pk)
    moment = next(name for name in filled if name.endswith("_at"))
    rows.update(**filled, **{moment.replace("_at", "_by"): person})

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        rows.update(**other)
