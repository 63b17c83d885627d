"""Similar cases: found by words, only among visible ones, fast enough while somebody types."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

import pytest

from portfolio.models import Department, UseCase
from portfolio.queries.similar import similar_cases
from portfolio.rules.similarity import Candidate, likenesses, telling_words
from tests.factories.identity import LONG_AGO, RoleGrantFactory, UserFactory
from tests.factories.portfolio import UseCaseFactory

pytestmark = pytest.mark.django_db
PROBLEM = "Handlers read 400 mails a day to find the urgent ones."


def test_similar_case_is_found_by_title_and_by_problem(now: datetime) -> None:
    auditor = RoleGrantFactory(role="auditor").user
    by_title = UseCaseFactory(title="Sorting of claims by urgency", problem_statement="Nothing alike.")
    by_problem = UseCaseFactory(title="Mail assistant", problem_statement=PROBLEM)
    UseCaseFactory(title="Forecast of hail damage", problem_statement="Hail surprises us.")

    found = similar_cases("Sort claims by urgency", PROBLEM, auditor, now=now)

    assert {each.case for each in found} == {by_title, by_problem}
    assert all(60 <= each.score <= 100 for each in found)


def test_similar_case_is_looked_for_among_visible_ones(now: datetime) -> None:
    UseCaseFactory(title="Sorting of claims by urgency")

    assert similar_cases("Sorting of claims by urgency", "", UserFactory(), now=now) == []


def test_case_is_not_similar_to_itself_or_to_archived_drafts(now: datetime) -> None:
    auditor = RoleGrantFactory(role="auditor").user
    own = UseCaseFactory(title="Sorting of claims by urgency")
    UseCaseFactory(title="Sorting of claims by urgency", status="draft", stage=None, archived_at=now)

    assert similar_cases("Sorting of claims by urgency", "", auditor, now=now, without=own.pk) == []


@pytest.mark.parametrize("title", ["", "   ", "a b", "%%%%", "____", "'; drop"])
def test_text_that_says_nothing_finds_nothing(title: str, now: datetime) -> None:
    auditor = RoleGrantFactory(role="auditor").user
    UseCaseFactory(title="Sorting of claims by urgency")

    assert similar_cases(title, "", auditor, now=now) == []


def test_similar_cases_take_the_same_queries_for_one_and_three(now: datetime, django_assert_num_queries) -> None:
    auditor = RoleGrantFactory(role="auditor").user
    for count in (1, 2):
        for _ in range(count):
            UseCaseFactory(title="Sorting of claims by urgency")

        with django_assert_num_queries(4):
            similar_cases("Sorting of claims by urgency", "", auditor, now=now)


def test_similar_cases_over_a_real_portfolio_answer_in_time(now: datetime, shared_data: Path) -> None:
    path = shared_data / "us-federal-2024" / "inventory-2024-v2.csv"
    with path.open(encoding="cp1252", newline="") as source:
        rows = list(csv.reader(source))[1:]
    place = Department.objects.create(name="All", path="/1/")
    UseCase.objects.bulk_create(
        UseCase(
            number=index + 1,
            title=(row[0] or "untitled")[:400],
            problem_statement=" ".join(row[5:7]) or "-",
            department=place,
            stage=0,
            status="active",
            created_at=LONG_AGO,
            updated_at=LONG_AGO,
        )
        for index, row in enumerate(rows)
    )
    auditor = RoleGrantFactory(role="auditor").user
    known = UseCase.objects.order_by("number")[100]

    found = similar_cases(known.title, known.problem_statement, auditor, now=now)

    assert len(rows) == 2133
    assert known in [each.case for each in found]


def test_telling_words_are_the_longest_without_repeats() -> None:
    assert telling_words("Sort the urgent claims, urgent claims first", 3) == ["claims", "urgent", "first"]


def test_likenesses_are_best_first_and_limited() -> None:
    candidates = [Candidate(index, f"Sort claims {word}", "") for index, word in enumerate(["by age", "", "fast"])]

    found = likenesses("Sort claims", "", candidates, limit=2)

    assert [each.id for each in found] == [0, 1]
