"""The matrix page: chart, list, weights, and what it says when there is nothing to show."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from django.urls import reverse

from pocgate.web.views import matrix as matrix_view
from portfolio.models import BusinessCase, UseCase
from scoring.rules.sampling import DRAWS, STORED
from tests.factories.identity import LONG_AGO, UserFactory
from tests.factories.portfolio import UseCaseFactory
from tests.factories.scoring import AssessmentFactory, ScorecardPositionFactory
from tests.web.conftest import Visitor

pytestmark = pytest.mark.django_db

MATRIX = "/portfolio/matrix/"


def place(priority: int, **fields: object) -> UseCase:
    case: UseCase = UseCaseFactory(stage=1)
    ScorecardPositionFactory(case=case, priority=priority, **fields)
    return case


def text(client: Any, query: str = "") -> str:
    answer = client.get(f"{MATRIX}{query}")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_matrix_lists_quadrant_rank_chance_and_flags(visitor: Visitor) -> None:
    draws = np.linspace(4000, 9000, DRAWS).astype(STORED).tobytes()
    shift = {
        "criterion": "outcome_size",
        "percent": -20,
        "axis": "value",
        "before": "60.1",
        "after": "59.8",
        "quadrant": "de_risk",
    }
    case = place(65, draws=draws, commit_chance="0.613", disagreements=["team"], weight_shifts=[shift], value_low=50)
    place(80)

    page = text(visitor("auditor"))

    assert "rank <b>1–2</b>" in page
    assert "commit <b>61 %</b>" in page
    assert "1 criterion apart" in page
    assert "hangs on weights" in page
    assert "60.10 → 59.80" in page
    assert page.index("UC-" + str(case.number + 1).zfill(4)) < page.index(case.reference)
    assert reverse("scoring:scorecard", args=[case.reference]) in page


def test_chart_draws_each_case_and_bounds_only_where_unsure(visitor: Visitor) -> None:
    unsure, sure = place(65, value_low=50, value_high=80), place(80)

    chart = visitor("auditor").get(MATRIX).context["chart"]

    layers = [layer["data"]["values"] for layer in chart.spec["layer"]]
    assert [dot["reference"] for dot in layers[-1]] == [sure.reference, unsure.reference]
    assert [row["reference"] for row in layers[-2]] == [unsure.reference]
    assert chart.title == "2 of 2 rated cases are worth committing to"
    assert [row[0].shown for row in chart.figures.rows] == [sure.reference, unsure.reference]


@pytest.mark.parametrize(("second", "sizes"), [("EUR", [300000.0, None]), ("USD", [None, None])])
def test_dots_are_sized_by_benefit_only_in_one_currency(
    second: str, sizes: list[float | None], visitor: Visitor
) -> None:
    one, other = place(80), place(70)
    UseCase.objects.filter(pk=other.pk).update(currency=second)
    for case in (one, *([other] if second == "USD" else [])):
        BusinessCase.objects.create(
            case=case,
            benefit_low=200000,
            benefit_likely=300000,
            benefit_high=400000,
            cost_at_scale=1,
            valid_from=LONG_AGO,
        )

    layer = visitor("auditor").get(MATRIX).context["chart"].spec["layer"][-1]

    assert [dot["benefit"] for dot in layer["data"]["values"]] == sizes
    assert ("field" in layer["encoding"]["size"]) == (second == "EUR")


def test_list_goes_on_and_keeps_the_filter(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matrix_view, "LISTED", 2)
    cases = [place(priority) for priority in (90, 80, 70)]
    client = visitor("auditor")

    first = client.get(f"{MATRIX}?stage=1")
    second = client.get(first.context["next_url"])

    assert [row.case for row, *_ in first.context["rows"]] == cases[:2]
    assert "stage=1" in first.context["next_url"]
    assert [row.case for row, *_ in second.context["rows"]] == cases[2:]
    assert second.context["next_url"] == ""


@pytest.mark.parametrize("cursor", ["x", "80~", "~1", "NaN~1", "80~-1", "80~99999999999", "1e999999999~1", "80~1~2"])
def test_matrix_refuses_a_cursor_that_is_none(cursor: str, visitor: Visitor) -> None:
    assert visitor("auditor").get(MATRIX, {"cursor": cursor}).status_code == 422


def test_matrix_of_a_rater_shows_no_trace_of_a_hidden_case(visitor: Visitor) -> None:
    case = place(77, disagreements=["team"])

    page = text(visitor("chair"))

    assert "1 case has its ratings." in page
    assert "matrix-chart" not in page
    # Tokens against forgery are random and may hold any two digits.
    assert "77" not in re.sub(r"[A-Za-z0-9]{32,}", "", page).replace(case.reference, "")
    assert "apart" not in page


def test_matrix_without_ratings_says_what_to_do(visitor: Visitor) -> None:
    case = UseCaseFactory(stage=0)

    rater, reader = text(visitor("chair")), text(visitor("auditor"))

    assert "None of these cases is rated yet" in rater
    assert "3 assessors from 2 disciplines" in rater
    assert "Waits for your rating" in rater
    assert case.reference in rater
    assert "Waits for your rating" not in reader


def test_matrix_with_too_few_ratings_says_so(visitor: Visitor) -> None:
    AssessmentFactory()

    assert "No case has enough ratings yet" in text(visitor("auditor"))


def test_matrix_without_cases_and_with_an_empty_filter_differ(visitor: Visitor) -> None:
    client = visitor("auditor")

    assert "No cases yet" in text(client)
    assert "No case fits this filter" in text(client, "?stage=1")


@pytest.mark.parametrize("count", [1, 3])
def test_matrix_queries_do_not_grow_with_the_cases(
    count: int, visitor: Visitor, django_assert_num_queries: Any
) -> None:
    client = visitor("auditor")
    client.get(MATRIX)
    for priority in range(count):
        place(priority, digest=f"{count}{priority}" * 32)

    with django_assert_num_queries(21):
        text(client)


def test_assessors_page_reads_alpha_and_leniency(visitor: Visitor) -> None:
    case = place(70)
    for rating, name in ((5, "Ada"), (2, "Bea")):
        AssessmentFactory(case=case, assessor=UserFactory(full_name=name), criterion="team", rating=rating)

    page = " ".join(visitor("auditor").get(f"{MATRIX}assessors/").content.decode().split())

    assert "2 ratings of 1 question that" in page
    assert "too little" in page
    assert "Ada" in page
    assert "+3.00" in page
    assert "too few to say" in page


def test_assessors_page_without_anything_to_compare_says_so(visitor: Visitor) -> None:
    assert "Nothing to compare yet" in visitor("auditor").get(f"{MATRIX}assessors/").content.decode()
