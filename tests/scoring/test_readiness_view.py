"""What pages read of readiness: parts with texts, what comes next, and reasons in words."""

from __future__ import annotations

import string
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from scoring.commands.readiness import recompute_cases
from scoring.queries.readiness import open_musts, readiness_of, readiness_points
from scoring.queries.wording import REASONS, reason_text
from scoring.rules.reasons import MESSAGES
from tests.factories.portfolio import UseCaseFactory
from tests.factories.scoring import full_case


def test_reason_sentences_are_those_of_the_rules() -> None:
    assert {code: str(text) for code, text in REASONS.items()} == dict(MESSAGES)


@pytest.mark.parametrize("code", sorted(MESSAGES))
def test_reason_text_without_values_still_reads(code: str) -> None:
    places = [name for _, name, _, _ in string.Formatter().parse(MESSAGES[code]) if name]

    assert reason_text(code, {}).count("…") == len(places)


@pytest.mark.parametrize(
    ("code", "params", "text"),
    [
        (
            "caps_missing",
            {"missing": ["stage_1", "case"]},
            "Not set or not agreed by the budget holder: the cap of stage 1 and the whole case.",
        ),
        ("kpi_without_readings", {"kpi": "2024"}, "“2024” has no reading that counts."),
        ("cap_missing", {}, "No cap is agreed for the present stage."),
        ("problem_too_short", {"characters": 1200, "needed": 120}, "The problem has 1,200 of at least 120 characters."),
        (
            "within_cap",
            {"spent": "1234.50", "cap": "9000", "forecast": "cannot_tell"},
            "1,234.5 of 9,000 is spent or committed; forecast: cannot be told yet.",
        ),
        (
            "kpi_meets_threshold",
            {
                "kpi": "1e5 {x}", "unit": "%", "side": "lower", "confidence": "90", "bound": "71.20", "samples": 1412,
                "relation": "above", "threshold": "70.000000", "method": "wilson",
            },
            (
                "“1e5 {x}”: the lower 90 % bound of 71.2 % is above the threshold of 70 % "
                "(Wilson score interval, 1,412 samples)."
            ),
        ),
        ("a_code_of_the_past", {"x": 1}, "a_code_of_the_past"),
    ],
)  # fmt: skip
def test_reason_text_names_values_as_people_write_them(code: str, params: dict[str, Any], text: str) -> None:
    assert reason_text(code, params) == text


@pytest.mark.django_db
def test_readiness_of_shows_six_dimensions_that_add_up(now: datetime, django_assert_num_queries: Any) -> None:
    case = full_case(now)
    recompute_cases([case.pk], now=now)
    case.refresh_from_db()

    with django_assert_num_queries(4):
        found = readiness_of(case, now=now)

    assert found is not None
    assert len(found.dimensions) == 6
    assert sum((part.points for part in found.parts), Decimal(0)) == found.overall
    assert (found.gate, found.bar, found.is_current) == (1, 85, True)


@pytest.mark.django_db
def test_open_musts_start_with_the_cheapest(now: datetime) -> None:
    case = full_case(now)
    recompute_cases([case.pk], now=now)

    efforts = ["SML".index(part.criterion.effort) for part in open_musts(case, now=now)]

    assert efforts == sorted(efforts)
    assert efforts


@pytest.mark.django_db
def test_readiness_of_a_case_without_gate_is_none(now: datetime) -> None:
    case = UseCaseFactory(status="draft", stage=None)
    recompute_cases([case.pk], now=now)

    assert readiness_of(case, now=now) is None
    assert open_musts(case, now=now) == ()
    assert readiness_points(case) == []
