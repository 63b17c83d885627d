"""What each kind of record refuses, with the field it is about and the reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio.enums import DependencyOn, FeedbackChannel, OperationsFigure
from portfolio.rules.benefits import benefit_problems
from portfolio.rules.dependencies import Need, Threat, need_problems, threat_problems
from portfolio.rules.feedback import feedback_problems
from portfolio.rules.operations import UNITS, figure_problems
from portfolio.rules.training import Session, session_problems
from tests.portfolio.records.test_writing import BENEFIT, FEEDBACK, FIGURE, NEED, SESSION

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TODAY = NOW.date()
LATER = NOW + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, []),
        ({"given_by": ""}, [("given_by", "required")]),
        ({"given_by": "x" * 201}, [("given_by", "too_long")]),
        ({"text": " "}, [("text", "required")]),
        ({"text": "x" * 5001}, [("text", "too_long")]),
        ({"text": "a\x00"}, [("text", "nul_character")]),
        ({"channel": "pigeon"}, [("channel", "unknown_channel")]),
        ({"rating": 0}, [("rating", "rating_range")]),
        ({"rating": 6}, [("rating", "rating_range")]),
        ({"received_at": LATER}, [("received_at", "from_the_future")]),
        ({"received_at": datetime(2026, 1, 1)}, [("received_at", "no_time_zone")]),  # noqa: DTZ001 - the point
        ({"received_at": datetime(1, 1, 1, tzinfo=UTC)}, [("received_at", "too_early")]),
        ({"external_id": "x" * 201}, [("external_id", "too_long")]),
    ],
)
def test_feedback(changes: dict[str, Any], found: list[tuple[str, str]]) -> None:
    problems = feedback_problems(replace(FEEDBACK, **changes), channels=FeedbackChannel.values, now=NOW)

    assert [(problem.pointer, problem.code) for problem in problems] == found


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, []),
        ({"amount": Decimal("NaN")}, [("amount", "not_finite")]),
        ({"amount": Decimal("-Infinity")}, [("amount", "not_finite")]),
        ({"amount": Decimal("-0.01")}, [("amount", "negative")]),
        ({"amount": Decimal("1.001")}, [("amount", "too_precise")]),
        ({"amount": Decimal(10) ** 14}, [("amount", "too_large")]),
        ({"period_end": date(2026, 10, 1)}, [("period_end", "period_order")]),
        ({"period_end": TODAY + timedelta(days=1)}, []),
        ({"period_end": TODAY + timedelta(days=2)}, [("period_end", "from_the_future")]),
        ({"period_start": date(2005, 1, 1)}, [("period_end", "period_too_long")]),
        ({"period_start": date(1999, 1, 1), "period_end": date(2000, 2, 1)}, [("period_start", "too_early")]),
        ({"method": ""}, [("method", "required")]),
        ({"scale_percent": Decimal(0)}, [("scale_percent", "scale_range")]),
        ({"scale_percent": Decimal("100.01")}, [("scale_percent", "scale_range")]),
        ({"scale_percent": Decimal("NaN")}, [("scale_percent", "not_finite")]),
        ({"scale_percent": Decimal("12.345")}, [("scale_percent", "too_precise")]),
        ({"currency": "EUR"}, []),
        ({"currency": "USD"}, [("currency", "other_currency")]),
    ],
)
def test_benefit(changes: dict[str, Any], found: list[tuple[str, str]]) -> None:
    problems = benefit_problems(replace(BENEFIT, **changes), currency="EUR", today=TODAY)

    assert [(problem.pointer, problem.code) for problem in problems] == found


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, []),
        ({"people_trained": None, "session_date": date(2027, 3, 1)}, []),
        ({"session_date": date(2027, 3, 1)}, [("session_date", "from_the_future")]),
        ({"people_trained": None, "session_date": date(9999, 12, 31)}, [("session_date", "too_late")]),
        ({"session_date": date(1999, 12, 31)}, [("session_date", "too_early")]),
        ({"audience": ""}, [("audience", "required")]),
        ({"people_planned": -1}, [("people_planned", "count")]),
        ({"people_planned": 0}, []),
        ({"people_trained": -1}, [("people_trained", "count")]),
        ({"people_trained": 2**31}, [("people_trained", "count")]),
    ],
)
def test_session(changes: dict[str, Any], found: list[tuple[str, str]]) -> None:
    problems = session_problems(replace(SESSION, **changes), today=TODAY)

    assert [(problem.pointer, problem.code) for problem in problems] == found


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, []),
        ({"figure": "mood"}, [("figure", "unknown_figure")]),
        ({"unit": "parsec"}, [("unit", "unknown_unit")]),
        ({"unit": "%"}, [("unit", "unknown_unit")]),
        ({"value": Decimal("NaN")}, [("value", "not_finite")]),
        ({"value": Decimal(-1)}, [("value", "too_small")]),
        ({"value": Decimal(10) ** 14}, [("value", "too_large")]),
        ({"figure": "error_rate", "unit": "%", "value": Decimal("100.1")}, [("value", "too_large")]),
        ({"figure": "availability", "unit": "%", "value": Decimal(100)}, []),
        ({"observed_to": LATER}, [("observed_to", "from_the_future")]),
        ({"observed_from": NOW}, [("observed_from", "period_order")]),
        ({"method": "x" * 301}, [("method", "too_long")]),
    ],
)
def test_figure(changes: dict[str, Any], found: list[tuple[str, str]]) -> None:
    problems = figure_problems(replace(FIGURE, **changes), now=NOW)

    assert [(problem.pointer, problem.code) for problem in problems] == found


def test_every_figure_has_units() -> None:
    assert set(UNITS) == set(OperationsFigure.values)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, []),
        ({"blocked_date": None}, []),
        ({"text": ""}, [("text", "required")]),
        ({"text": "x" * 501}, [("text", "too_long")]),
        ({"on": "weather"}, [("on", "unknown_on")]),
        ({"blocked_date": TODAY + timedelta(days=1)}, [("blocked_date", "from_the_future")]),
        ({"on": "case"}, [("on_case", "required")]),
        ({"on_case_id": 8}, [("on_case", "no_case_meant")]),
        ({"on": "case", "on_case_id": 7}, [("on_case", "on_itself")]),
    ],
)
def test_need(changes: dict[str, Any], found: list[tuple[str, str]]) -> None:
    problems = need_problems(replace(NEED, **changes), kinds=DependencyOn.values, case_id=7, today=TODAY)

    assert [(problem.pointer, problem.code) for problem in problems] == found


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, []),
        ({"text": ""}, [("text", "required")]),
        ({"likelihood": 0}, [("likelihood", "scale_range")]),
        ({"impact": 6}, [("impact", "scale_range")]),
        ({"mitigation": "x" * 5001}, [("mitigation", "too_long")]),
    ],
)
def test_threat(changes: dict[str, Any], found: list[tuple[str, str]]) -> None:
    problems = threat_problems(replace(Threat("Drift", 3, 3, 1), **changes))

    assert [(problem.pointer, problem.code) for problem in problems] == found


@given(st.datetimes(timezones=st.timezones()), st.decimals(), st.dates(), st.dates())
def test_no_value_makes_the_rules_fail(moment: datetime, number: Decimal, first: date, last: date) -> None:
    figure = replace(FIGURE, value=number, observed_from=moment, observed_to=moment)
    benefit = replace(BENEFIT, amount=number, scale_percent=number, period_start=first, period_end=last)

    problems = [
        *figure_problems(figure, now=NOW),
        *benefit_problems(benefit, currency="EUR", today=TODAY),
        *session_problems(Session("All", first, 1), today=TODAY),
        *need_problems(Need("team", "It", blocked_date=last), kinds=DependencyOn.values, case_id=1, today=TODAY),
    ]

    assert all(problem.text for problem in problems)
