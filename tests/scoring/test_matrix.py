"""The matrix: order, pages, ranks among what the viewer may see, and what waits for their rating."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from pocgate.identity.models import User
from portfolio.models import UseCase
from scoring.models import ScorecardPosition
from scoring.queries import matrix as matrix_queries
from scoring.queries.matrix import Matrix, is_rated_by_somebody
from scoring.rules.sampling import DRAWS, STORED
from tests.factories.identity import RoleGrantFactory
from tests.factories.portfolio import StageSpellFactory, UseCaseFactory
from tests.factories.scoring import AssessmentFactory, ScorecardPositionFactory

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def auditor() -> User:
    """Sees every case and rates none."""
    found: User = RoleGrantFactory(role="auditor").user
    return found


def place(priority: int, **fields: object) -> UseCase:
    case: UseCase = UseCaseFactory(stage=0)
    ScorecardPositionFactory(case=case, priority=priority, **fields)
    return case


def matrix(viewer: User, now: datetime, **wanted: object) -> Matrix:
    cases = UseCase.objects.all()
    return Matrix(viewer, cases, cases.filter(**wanted), now=now)


def ranks(found: Matrix) -> dict[int, tuple[int, int]]:
    return {row.case.pk: (row.rank.low, row.rank.high) for row in found.rows(limit=100)}


def test_rows_come_by_priority_then_by_number(auditor: User, now: datetime) -> None:
    low, high, twin = place(50), place(80), place(80)

    rows = matrix(auditor, now).rows(limit=10)

    assert [row.case for row in rows] == [high, twin, low]
    assert ranks(matrix(auditor, now)) == {high.pk: (1, 1), twin.pk: (1, 1), low.pk: (3, 3)}


def test_pages_go_on_after_the_last_row(auditor: User, now: datetime) -> None:
    cases = [place(priority) for priority in (70, 90, 70, 80, 70)]
    found = matrix(auditor, now)
    seen, after = [], None

    while page := found.rows(limit=2, after=after):
        seen += [row.case for row in page]
        after = page[-1].position.priority, page[-1].case.number

    assert seen == [cases[1], cases[3], cases[0], cases[2], cases[4]]


def test_rank_of_an_unsure_case_has_a_width_and_a_filter_leaves_it(auditor: User, now: datetime) -> None:
    draws = np.linspace(4000, 9000, DRAWS).astype(STORED)
    unsure, high, low = place(65, draws=draws.tobytes()), place(80), place(50)

    assert ranks(matrix(auditor, now)) == {unsure.pk: (1, 3), high.pk: (1, 2), low.pk: (2, 3)}
    assert ranks(matrix(auditor, now, pk=unsure.pk)) == {unsure.pk: (1, 3)}


def test_ranks_leave_no_gap_where_a_case_is_hidden(now: datetime) -> None:
    chair = RoleGrantFactory(role="chair").user
    ended, hidden, moved = place(90), place(80), place(70, rated_at=now - DAY)
    UseCase.objects.filter(pk=ended.pk).update(status="stopped")
    StageSpellFactory(case=moved, stage=0, left_at=now, exit_reason="promoted")

    found = matrix(chair, now)

    assert ranks(found) == {ended.pk: (1, 1), moved.pk: (2, 2)}
    assert (found.counts().shown, found.counts().waiting) == (2, 1)
    assert ranks(matrix(chair, now, pk=hidden.pk)) == {}


def test_ranks_follow_a_changed_position(auditor: User, now: datetime) -> None:
    one, other = place(60), place(70)
    before = ranks(matrix(auditor, now))
    ScorecardPosition.objects.filter(case=one).update(priority=Decimal(90), digest="1" * 64)

    after = ranks(matrix(auditor, now))

    assert before == {one.pk: (2, 2), other.pk: (1, 1)}
    assert after == {one.pk: (1, 1), other.pk: (2, 2)}


def test_ranks_do_not_depend_on_the_size_of_chunks(
    auditor: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    generator = np.random.default_rng(3)
    for _ in range(5):
        place(50, draws=generator.integers(0, 10_001, DRAWS).astype(STORED).tobytes())
    whole = ranks(matrix(auditor, now))
    ScorecardPosition.objects.update(digest="2" * 64)
    monkeypatch.setattr(matrix_queries, "CHUNK", 2)

    assert ranks(matrix(auditor, now)) == whole
    assert any(low != high for low, high in whole.values())


def test_counts_say_what_is_shown_waits_and_lacks_ratings(now: datetime) -> None:
    chair = RoleGrantFactory(role="chair").user
    place(80)
    UseCaseFactory()
    UseCase.objects.filter(pk=place(60).pk).update(status="retired")

    found = matrix(chair, now).counts()

    assert (found.shown, found.waiting, found.unrated, found.total) == (1, 1, 1, 3)


def test_to_rate_names_cases_before_a_rated_gate_the_most_rated_first(now: datetime) -> None:
    chair = RoleGrantFactory(role="chair").user
    alone, wanted, unknown = UseCaseFactory(stage=0), UseCaseFactory(stage=1), UseCaseFactory(stage=None)
    UseCaseFactory(stage=2)
    UseCaseFactory(stage=0, status="stopped")
    UseCaseFactory(stage=0, records_locked_at=now)
    for _ in range(2):
        AssessmentFactory(case=wanted)
    AssessmentFactory(case=unknown, assessor=chair)

    found = matrix(chair, now).to_rate(limit=10)

    assert [(each.case, each.raters) for each in found] == [(wanted, 2), (unknown, 1), (alone, 0)]
    assert matrix(RoleGrantFactory(role="auditor").user, now).to_rate(limit=10) == []


def test_portfolio_without_any_rating_is_told_apart() -> None:
    UseCaseFactory()
    assert not is_rated_by_somebody(UseCase.objects.all())

    AssessmentFactory()

    assert is_rated_by_somebody(UseCase.objects.all())


@pytest.mark.parametrize("count", [1, 3])
def test_matrix_takes_the_same_queries_for_any_number_of_cases(
    count: int, auditor: User, now: datetime, django_assert_num_queries: Any
) -> None:
    for priority in range(count):
        place(50 + priority, digest=f"{count}{priority}" * 32)
    found = matrix(auditor, now)

    # Roles and playbook were read already: rows, what is held, and two passes over the draws.
    with django_assert_num_queries(4):
        assert len(found.rows(limit=10)) == count
