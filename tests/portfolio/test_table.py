"""The table, the board and their filters: bounded queries, no row lost or shown twice, nothing invisible."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from pocgate.kernel.errors import Invalid
from portfolio.filters import CaseFilter
from portfolio.models import StageSpell, UseCase
from portfolio.queries.table import COUNTED, ORDERINGS, Cursor, table_page
from portfolio.rules.ageing import percentiles
from scoring.models import Playbook, ReadinessScore
from tests.factories.identity import LONG_AGO, RoleGrantFactory, UserFactory
from tests.factories.portfolio import DepartmentFactory, StageSpellFactory, TeamMemberFactory, UseCaseFactory

pytestmark = pytest.mark.django_db


def _portfolio(count: int, now: datetime) -> list[UseCase]:
    """Cases with equal and missing values in every column that is sorted by."""
    places = [DepartmentFactory(name=name) for name in ("Beta", "Alpha")]
    playbook = Playbook.objects.create(
        version=1, state="published", text="", digest="0" * 64, created_at=now, published_at=now
    )
    cases = []
    for index in range(count):
        case = UseCaseFactory(
            title=f"Case {index % 3}", department=places[index % 2], updated_at=now - timedelta(days=index % 2)
        )
        if index % 3:
            StageSpellFactory(case=case, entered_at=now - timedelta(days=index))
            TeamMemberFactory(case=case)
        if index % 2:
            ReadinessScore.objects.create(
                case=case,
                playbook=playbook,
                gate=0,
                overall=Decimal(index % 5),
                musts_open=1,
                shoulds_open=0,
                computed_at=now,
            )
        cases.append(case)
    return cases


@pytest.mark.parametrize("ordering", sorted(ORDERINGS))
def test_pages_forth_and_back_show_every_case_once(ordering: str, now: datetime) -> None:
    numbers = {case.number for case in _portfolio(8, now)}
    seen: list[int] = []
    page = table_page(UseCase.objects.all(), ordering=ordering, limit=3, now=now)
    pages = [page]
    while page.next_cursor:
        page = table_page(UseCase.objects.all(), ordering=ordering, cursor=page.next_cursor, limit=3, now=now)
        pages.append(page)
    for each in pages:
        seen += [row.case.number for row in each.rows]
    back = [row.case.number for row in page.rows]
    while page.previous_cursor:
        page = table_page(UseCase.objects.all(), ordering=ordering, cursor=page.previous_cursor, limit=3, now=now)
        back = [row.case.number for row in page.rows] + back

    assert len(seen) == 8
    assert set(seen) == numbers
    assert back == seen


def test_orders_follow_their_values(now: datetime) -> None:
    cases = _portfolio(6, now)
    StageSpell.objects.filter(case=cases[4]).update(entered_at=LONG_AGO)

    oldest = table_page(UseCase.objects.all(), ordering="age", now=now).rows
    readiest = table_page(UseCase.objects.all(), ordering="-readiness", now=now).rows
    by_place = table_page(UseCase.objects.all(), ordering="department", now=now).rows

    assert oldest[0].case == cases[4]
    assert [row.readiness for row in readiest] == [3.0, 1.0, 0.0, None, None, None]
    assert [row.case.department.name for row in by_place] == ["Alpha"] * 3 + ["Beta"] * 3


@pytest.mark.parametrize("count", [1, 3])
def test_page_takes_two_queries_however_many_rows(count: int, now: datetime, django_assert_num_queries: Any) -> None:
    _portfolio(count, now)

    with django_assert_num_queries(2):
        page = table_page(UseCase.objects.all(), now=now)

    assert len(page.rows) == page.total == count


def test_later_page_counts_no_rows_off(now: datetime) -> None:
    _portfolio(5, now)
    first = table_page(UseCase.objects.all(), limit=2, now=now)

    with CaptureQueriesContext(connection) as captured:
        table_page(UseCase.objects.all(), limit=2, cursor=first.next_cursor, now=now)

    assert not any("OFFSET" in query["sql"] for query in captured.captured_queries)


@pytest.mark.parametrize(
    "cursor", ["x", "AAAA", "€", str(Cursor("1", -1)), str(Cursor("x", 1)), str(Cursor("1\x00", 1)), "W10"]
)
def test_cursor_of_nothing_is_refused(cursor: str, now: datetime) -> None:
    with pytest.raises(Invalid):
        table_page(UseCase.objects.all(), cursor=cursor, now=now)


def test_ordering_that_does_not_exist_is_refused(now: datetime) -> None:
    with pytest.raises(Invalid):
        table_page(UseCase.objects.all(), ordering="colour", now=now)


def test_count_is_bounded(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portfolio.queries.table.COUNTED", 2)
    _portfolio(3, now)

    page = table_page(UseCase.objects.all(), now=now)

    assert (page.total, page.total_is_exact) == (2, False)
    assert COUNTED == 10_000


def _filtered(query: str, now: datetime, user: Any = None) -> set[int]:
    person = user or UserFactory()
    found = CaseFilter(QueryDict(query), queryset=UseCase.objects.all(), user=person, now=now).cases()
    return {case.number for case in found}


def test_filters_narrow_each_on_its_own(now: datetime) -> None:
    top = DepartmentFactory(name="Claims")
    unit = DepartmentFactory(name="Motor", parent=top)
    plain = UseCaseFactory(title="Sort letters", tier="high")
    inside = UseCaseFactory(title="Read mails", department=top, unit=unit, stage=2)
    unknown = UseCaseFactory(title="Imported one", stage=None, origin="imported", problem_statement="Fraud is missed.")
    UseCaseFactory(status="draft", stage=None, archived_at=now)
    owner = TeamMemberFactory(case=plain).user
    StageSpellFactory(case=inside, stage=2, time_box_ends_at=now - timedelta(days=1))
    StageSpellFactory(case=plain, time_box_ends_at=now - timedelta(days=1), clock_stopped_at=now - timedelta(days=2))

    assert _filtered("", now) == {plain.number, inside.number, unknown.number}
    assert _filtered("stage=0", now) == {plain.number}
    assert _filtered("stage=2&stage=unknown", now) == {inside.number, unknown.number}
    assert _filtered("status=active", now) == {plain.number, inside.number, unknown.number}
    assert _filtered(f"department={top.pk}", now) == _filtered(f"department={unit.pk}", now) == {inside.number}
    assert _filtered("tier=high", now) == {plain.number}
    assert _filtered("origin=imported", now) == {unknown.number}
    assert _filtered("q=fraud+missed", now) == {unknown.number}
    assert _filtered(f"q=uc-{plain.number}", now) == {plain.number}
    assert _filtered(f"owner={owner.pk}", now) == _filtered("mine=true", now, owner) == {plain.number}
    assert _filtered("over=true", now) == {inside.number}
    assert _filtered("over=false", now) == {plain.number, unknown.number}
    assert _filtered("updated_since=2030-01-01T00:00:00Z", now) == set()


@pytest.mark.parametrize(
    "query",
    [
        "stage=9",
        "status=lost",
        "department=none",
        "department=999999999999999999999999",
        "owner=999999999999999999999999",
        "tier=huge",
        "origin=x",
        "updated_since=yesterday",
        "q=a%00b",
        f"q={'x' * 201}",
    ],
)
def test_filter_with_a_bad_value_is_refused(query: str, now: datetime) -> None:
    with pytest.raises(Invalid):
        _filtered(query, now)


def test_unknown_parameters_are_named(now: datetime) -> None:
    data = QueryDict("stage=0&colour=red&cursor=x&limit=5")
    given = CaseFilter(data, queryset=UseCase.objects.all(), user=UserFactory(), now=now)

    assert given.unknown_parameters() == ["colour"]
    assert given.active == {"stage": "0"}


def test_percentiles_are_by_nearest_rank() -> None:
    assert percentiles([(day, 1) for day in range(1, 101)]) == (50, 85, 95)
    assert percentiles([]) == (None, None, None)


def test_list_starts_from_what_a_person_may_see(now: datetime) -> None:
    mine, hidden = TeamMemberFactory(), UseCaseFactory()
    auditor = RoleGrantFactory(role="auditor").user

    seen = [
        {row.case.number for row in table_page(UseCase.objects.visible_to(person, now=now), now=now).rows}
        for person in (mine.user, auditor)
    ]

    assert seen == [{mine.case.number}, {mine.case.number, hidden.number}]
