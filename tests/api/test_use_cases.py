"""The list of use cases: filters, fields, orderings, pages, formats."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from portfolio.models import UseCase
from scoring.commands.readiness import recompute_cases, recompute_due
from tests.api.conftest import API, Caller
from tests.factories.identity import LONG_AGO, UserFactory
from tests.factories.portfolio import DepartmentFactory, DepartmentMemberFactory, TeamMemberFactory, UseCaseFactory
from tests.factories.readiness import ReadinessScoreFactory
from tests.factories.scoring import full_case

pytestmark = pytest.mark.django_db

LIST = f"{API}/use-cases"


def titles(client: Client, query: str = "") -> list[str]:
    answer = client.get(f"{LIST}?{query}")
    assert answer.status_code == 200, answer.content
    return [row["title"] for row in answer.json()["results"]]


def test_list_shows_a_case_with_readiness_blockers_and_next_gate(caller: Caller) -> None:
    case = UseCaseFactory(number=42, title="Claims triage", stage=1, tier="high", technology=["nlp"])
    ReadinessScoreFactory(case=case, gate=1, overall=Decimal("63.50"), musts_open=3, shoulds_open=1)

    row = caller().get(LIST).json()["results"][0]

    assert row["reference"] == "UC-0042"
    assert (row["title"], row["stage"], row["status"], row["tier"]) == ("Claims triage", 1, "active", "high")
    assert (row["readiness"], row["readiness_gate"], row["blockers"], row["next_gate"]) == (63.5, 1, 3, 1)
    assert (row["department"], row["unit"], row["technology"]) == (case.department.name, None, ["nlp"])
    assert row["updated_at"] == "2024-01-01T00:00:00+00:00"


@pytest.mark.parametrize("ordering", ["number", "-updated_at", "readiness", "-readiness", "title"])
def test_list_needs_at_most_six_queries_whatever_its_length(
    caller: Caller, django_assert_num_queries: Any, ordering: str
) -> None:
    client = caller()
    for expected in (1, 3):
        while UseCase.objects.count() < expected:
            ReadinessScoreFactory(case=UseCaseFactory())
        with django_assert_num_queries(4):
            assert len(titles(client, f"ordering={ordering}")) == expected


def test_list_in_a_session_needs_at_most_six_queries(client: Client, django_assert_num_queries: Any) -> None:
    member = DepartmentMemberFactory(sees="subtree")
    UseCaseFactory.create_batch(3, department=member.department)
    client.force_login(member.user)
    with django_assert_num_queries(5):
        assert len(titles(client)) == 3


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("stage=0", ["Alpha"]),
        ("stage=1,unknown", ["Beta", "Gamma"]),
        ("status=retired", ["Gamma"]),
        ("status=active,retired", ["Alpha", "Beta", "Gamma"]),
        ("tier=high", ["Beta"]),
        ("origin=imported", ["Gamma"]),
        ("department=CLAIMS", ["Alpha"]),
        ("department=nowhere", []),
        ("q=beta", ["Beta"]),
        ("q=sorted+hand", ["Alpha", "Beta"]),
        ("q=uc-0002", ["Beta"]),
        ("updated_since=2026-01-01", ["Beta"]),
        ("updated_since=2026-01-01T12:00:00%2B02:00", ["Beta"]),
        ("stage=0,1&tier=high&q=by", ["Beta"]),
    ],
)
def test_list_filter_leaves_what_fits(caller: Caller, query: str, expected: list[str]) -> None:
    later = datetime(2026, 1, 2, tzinfo=UTC)
    UseCaseFactory(number=1, title="Alpha", department=DepartmentFactory(name="Claims"))
    UseCaseFactory(number=2, title="Beta", stage=1, tier="high", updated_at=later)
    UseCaseFactory(number=3, title="Gamma", stage=None, status="retired", origin="imported", problem_statement="none")

    assert titles(caller(), query) == expected


def test_list_archived_drafts_are_left_out_but_told_to_delta_pulls(caller: Caller) -> None:
    UseCaseFactory(number=1, title="put away", stage=None, status="draft", archived_at=LONG_AGO)
    UseCaseFactory(number=2, title="here")
    client = caller()

    assert titles(client) == ["here"]
    assert titles(client, "archived=include") == ["put away", "here"]
    assert titles(client, "archived=only") == ["put away"]
    assert titles(client, "updated_since=2020-01-01") == ["put away", "here"]


def test_list_updated_since_tells_of_readiness_that_time_moved(caller: Caller, now: datetime) -> None:
    case = full_case(now, title="moved")
    recompute_cases([case.pk], now=now)
    UseCaseFactory(title="unmoved", updated_at=now)
    moved_at = now + timedelta(days=400)

    recompute_due([case.pk], now=moved_at)

    assert titles(caller(), f"updated_since={(now + timedelta(days=1)):%Y-%m-%d}") == ["moved"]


def test_list_shows_only_what_its_reader_may_see(caller: Caller) -> None:
    own = TeamMemberFactory(case=UseCaseFactory(title="mine")).user
    UseCaseFactory(title="theirs")

    assert titles(caller(own)) == ["mine"]
    assert titles(caller(UserFactory())) == []


def test_list_fields_are_those_asked_for_in_the_lists_order(caller: Caller) -> None:
    UseCaseFactory(number=7, problem_statement="Why")

    answer = caller().get(f"{LIST}?fields=problem_statement,reference,next_gate")

    assert answer.content == (
        b'{"results":[{"reference":"UC-0007","next_gate":0,"problem_statement":"Why"}],"next_cursor":null}'
    )


@pytest.mark.parametrize(
    ("ordering", "expected"),
    [
        ("number", ["b", "a", "c", "d"]),
        ("-number", ["d", "c", "a", "b"]),
        ("title", ["a", "b", "c", "d"]),
        ("-title", ["d", "c", "b", "a"]),
        ("updated_at", ["b", "d", "a", "c"]),
        ("-updated_at", ["a", "c", "b", "d"]),
        ("readiness", ["d", "b", "c", "a"]),
        ("-readiness", ["a", "b", "c", "d"]),
    ],
)
def test_list_ordering_walks_every_row_once(caller: Caller, ordering: str, expected: list[str]) -> None:
    later = LONG_AGO + timedelta(days=1)
    cases = [
        UseCaseFactory(number=number, title=title, updated_at=at)
        for number, title, at in [(1, "b", LONG_AGO), (2, "a", later), (3, "c", later), (4, "d", LONG_AGO)]
    ]
    for case, overall in zip(cases, [50, 60, 50, None], strict=True):
        if overall is not None:
            ReadinessScoreFactory(case=case, overall=overall)
    client = caller()

    for limit in (1, 3):
        found, query = [], f"ordering={ordering}&limit={limit}"
        cursor: str | None = ""
        while cursor is not None:
            page = client.get(f"{LIST}?{query}{cursor and f'&cursor={cursor}'}").json()
            found += [row["title"] for row in page["results"]]
            cursor = page["next_cursor"]
        assert found == expected


def test_list_cursor_neither_skips_nor_repeats_when_rows_come_in_between(caller: Caller) -> None:
    for number in (10, 20, 30, 40):
        UseCaseFactory(number=number, title=str(number))
    client = caller()
    first = client.get(f"{LIST}?limit=2").json()

    UseCaseFactory(number=5, title="before")
    UseCaseFactory(number=35, title="35")
    second = client.get(f"{LIST}?limit=9&cursor={first['next_cursor']}").json()

    assert [row["title"] for row in first["results"]] == ["10", "20"]
    assert [row["title"] for row in second["results"]] == ["30", "35", "40"]


@pytest.mark.parametrize("change", ["cut", "other ordering", "other filter", "foreign"])
def test_list_cursor_of_another_question_is_refused(caller: Caller, change: str) -> None:
    UseCaseFactory.create_batch(3)
    client = caller()
    cursor = client.get(f"{LIST}?limit=1").json()["next_cursor"]
    query = {
        "cut": f"cursor={cursor[:-1]}",
        "other ordering": f"cursor={cursor}&ordering=title",
        "other filter": f"cursor={cursor}&stage=0",
        "foreign": "cursor=abc",
    }[change]

    answer = client.get(f"{LIST}?{query}")

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "?cursor"


def test_list_cursor_works_on_with_another_limit_and_other_fields(caller: Caller) -> None:
    UseCaseFactory.create_batch(3)
    client = caller()
    cursor = client.get(f"{LIST}?limit=1").json()["next_cursor"]

    answer = client.get(f"{LIST}?limit=2&fields=reference&cursor={cursor}")

    assert len(answer.json()["results"]) == 2


def test_list_etag_is_answered_with_304_until_something_changes(caller: Caller) -> None:
    case = UseCaseFactory()
    client = caller()
    tag = client.get(LIST)["ETag"]

    assert client.get(LIST, headers={"If-None-Match": f'"other", W/{tag}'}).status_code == 304
    UseCase.objects.filter(pk=case.pk).update(title="Another")
    assert client.get(LIST, headers={"If-None-Match": tag}).status_code == 200


FORMULA = '=HYPERLINK("http://x.example";"click")'


def streamed(answer: Any) -> bytes:
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


@pytest.mark.parametrize("how", ["format=ndjson", ""])
def test_list_ndjson_is_one_object_per_line_and_equals_the_pages(caller: Caller, how: str) -> None:
    UseCaseFactory.create_batch(3, technology=["nlp", "ocr"])
    client = caller()

    answer = client.get(f"{LIST}?{how}", headers={} if how else {"Accept": "application/x-ndjson"})

    lines = streamed(answer).decode().splitlines()
    assert answer["Content-Type"].startswith("application/x-ndjson")
    assert [json.loads(line) for line in lines] == client.get(LIST).json()["results"]


def test_list_csv_cells_never_start_a_formula(caller: Caller) -> None:
    UseCaseFactory(number=1, title=FORMULA, vendor="-1+1", technology=["@x", "y"], category='a,"b"\n')

    text = streamed(caller().get(f"{LIST}?format=csv&fields=reference,title,vendor,technology,category,stage")).decode()

    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows[0] == ["reference", "title", "category", "technology", "vendor", "stage"]
    assert rows[1] == ["UC-0001", f"'{FORMULA}", 'a,"b"\n', "'@x, y", "'-1+1", "0"]


def test_list_xlsx_holds_text_and_numbers_but_no_formulas(caller: Caller, tmp_path: Any) -> None:
    case = UseCaseFactory(number=1, title=FORMULA)
    ReadinessScoreFactory(case=case, overall=Decimal("12.50"))
    path = tmp_path / "list.xlsx"

    path.write_bytes(streamed(caller().get(f"{LIST}?format=xlsx&fields=reference,title,stage,readiness")))

    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    assert rows == [["reference", "title", "stage", "readiness"], ["UC-0001", FORMULA, 0.0, 12.5]]


def test_list_stream_needs_as_many_queries_for_three_as_for_one(caller: Caller, django_assert_num_queries: Any) -> None:
    client = caller()
    for expected in (1, 3):
        while UseCase.objects.count() < expected:
            ReadinessScoreFactory(case=UseCaseFactory())
        with django_assert_num_queries(4):
            assert len(streamed(client.get(f"{LIST}?format=ndjson")).splitlines()) == expected


@pytest.mark.parametrize("fields", ["", "&fields=problem_statement,reference,next_gate,readiness_is_current"])
def test_list_lines_of_the_database_equal_rows_of_ours(caller: Caller, fields: str) -> None:
    at = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
    case = UseCaseFactory(
        number=123456, title='Ü "quoted" \\ \n', technology=["é", 'a"b'], stage=3, status="retired", updated_at=at
    )
    UseCaseFactory(
        number=7, origin="imported", department=None, stage=None, computed_version=1, target_gate_date=at.date()
    )
    ReadinessScoreFactory(case=case, overall=Decimal("7.10"))
    client = caller()

    lines = streamed(client.get(f"{LIST}?format=ndjson{fields}")).decode().splitlines()

    page = client.get(f"{LIST}?limit=9{fields}").json()["results"]
    assert [json.loads(line) for line in lines] == page
    assert [list(json.loads(line)) for line in lines] == [list(row) for row in page]
