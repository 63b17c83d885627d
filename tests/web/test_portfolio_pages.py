"""Board, table and export."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from python_calamine import CalamineWorkbook

from portfolio.models import StageSpell, UseCase
from scoring.commands.findings import refresh_findings
from tests.factories.findings import FindingFactory, SwampSignalFactory
from tests.factories.portfolio import DepartmentFactory, StageSpellFactory, TeamMemberFactory, UseCaseFactory
from tests.web.conftest import Visitor

pytestmark = pytest.mark.django_db
DANGEROUS = '=HYPERLINK("https://x.example")'


def test_table_filters_by_stage_and_shows_the_filter_as_a_chip(visitor: Visitor) -> None:
    UseCaseFactory(title="In discovery", stage=0)
    UseCaseFactory(title="In the pilot", stage=2)

    page = visitor("auditor").get("/portfolio/?stage=2").content.decode()

    assert "In the pilot" in page
    assert "In discovery" not in page
    assert 'href="/portfolio/?"' in page


def test_table_sorted_by_title_pages_by_keyset_there_and_back(visitor: Visitor) -> None:
    for number in range(1, 61):
        UseCaseFactory(number=number, title=f"Case {number:03d}")
    client = visitor("auditor")

    first = client.get("/portfolio/?ordering=title")
    second = client.get(first.context["next_url"])
    back = client.get(second.context["previous_url"])

    assert [row.case.number for row in first.context["page"].rows] == list(range(1, 51))
    assert [row.case.number for row in second.context["page"].rows] == list(range(51, 61))
    assert [row.case.number for row in back.context["page"].rows] == list(range(1, 51))
    assert second.context["next_url"] == ""


def test_table_with_chosen_columns_shows_those_and_the_title(visitor: Visitor) -> None:
    UseCaseFactory(title="A case", vendor="Vendor & sons")

    response = visitor("auditor").get("/portfolio/?columns=vendor")

    assert [head.column.key for head in response.context["columns"]] == ["title", "vendor"]
    assert "Vendor &amp; sons" in response.content.decode()


def test_table_parts_the_thousands_of_days(visitor: Visitor) -> None:
    StageSpellFactory(case=UseCaseFactory(stage=0), stage=0, entered_at=timezone.now() - timedelta(days=3254, hours=1))

    assert ">3,254<" in visitor("auditor").get("/portfolio/?columns=age").content.decode()


@pytest.mark.parametrize("query", ["ordering=nonsense", "cursor=nonsense", "stage=7", "department=x", "owner=\x00"])
def test_table_with_a_bad_parameter_is_refused_with_422(query: str, visitor: Visitor) -> None:
    response = visitor("auditor").get(f"/portfolio/?{query}")

    assert response.status_code == 422
    assert "Some values were refused" in response.content.decode()


def test_export_as_csv_holds_what_is_shown_and_no_formula(visitor: Visitor) -> None:
    UseCaseFactory(number=1, title=DANGEROUS, stage=0)
    UseCaseFactory(number=2, title="Plain – with an accent é", stage=2)
    client = visitor("auditor")

    response = client.get("/portfolio/export.csv?columns=reference&columns=title&ordering=-number")
    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]

    assert list(csv.reader(io.StringIO(text))) == [
        ["Reference", "Title"],
        ["UC-0002", "Plain – with an accent é"],
        ["UC-0001", f"'{DANGEROUS}"],
    ]


def test_export_as_xlsx_holds_what_is_shown(visitor: Visitor) -> None:
    UseCaseFactory(number=1, title=DANGEROUS, stage=0)
    UseCaseFactory(number=2, title="Not shown", stage=2)

    response = visitor("auditor").get("/portfolio/export.xlsx?columns=reference&columns=title&stage=0")
    content = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    response.close()

    sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert sheet == [["Reference", "Title"], ["UC-0001", DANGEROUS]]


def test_export_of_more_rows_than_a_batch_holds_each_once(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pocgate.web.exporting.BATCH", 2)
    UseCaseFactory.create_batch(5)

    response = visitor("auditor").get("/portfolio/export.csv?columns=reference")
    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]

    assert len(lines) == 6
    assert len(set(lines)) == 6


def test_board_puts_each_case_in_its_lane_and_stage(visitor: Visitor) -> None:
    now = timezone.now()
    fresh = UseCaseFactory(stage=1)
    StageSpellFactory(
        case=fresh, stage=1, entered_at=now - timedelta(days=3), time_box_ends_at=now + timedelta(days=25)
    )
    late = UseCaseFactory(stage=0)
    StageSpellFactory(case=late, entered_at=now - timedelta(days=40), time_box_ends_at=now - timedelta(days=12))
    paused = UseCaseFactory(stage=2, status="paused")
    StageSpellFactory(case=paused, stage=2, entered_at=now - timedelta(days=9), clock_stopped_at=now)
    UseCaseFactory(stage=None, origin="imported")
    for case in (fresh, late, paused):
        TeamMemberFactory(case=case)
    refresh_findings(UseCase.objects.values_list("pk", flat=True), now=now)

    board = visitor("auditor").get("/portfolio/board/").context["board"]

    cells = {
        (lane.key, cell.stage): [item.row.case.pk for item in cell.cards]
        for lane in board.lanes
        for cell in lane.cells
        if cell.cards
    }
    assert cells == {("flow", 1): [fresh.pk], ("swamp", 0): [late.pk], ("paused", 2): [paused.pk]}
    assert [(head.count, head.swamped) for head in board.heads] == [(1, 1), (1, 0), (0, 0), (0, 0)]
    assert board.unknown == 1


def test_board_with_more_cases_than_cards_links_to_the_rest(visitor: Visitor) -> None:
    for _ in range(9):
        case = UseCaseFactory(stage=0)
        StageSpell.objects.create(case=case, stage=0, entered_at=timezone.now(), time_box_days=28)

    page = visitor("auditor").get("/portfolio/board/").content.decode()

    assert "2 more" in page


def test_board_filtered_by_department_shows_only_its_cases(visitor: Visitor) -> None:
    department = DepartmentFactory()
    UseCaseFactory(title="Ours", department=department, with_spell=True)
    UseCaseFactory(title="Theirs", with_spell=True)

    page = visitor("auditor").get(f"/portfolio/board/?department={department.pk}").content.decode()

    assert "Ours" in page
    assert "Theirs" not in page


def _numbers(client: Client, query: str) -> list[int]:
    page = client.get(f"/portfolio/?{query}")
    return [row.case.number for row in page.context["page"].rows]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("detector=gold_plating&state=fired", [1, 2]),
        ("detector=gold_plating&state=clear", [3]),
        ("detector=gold_plating", [1, 2, 3]),
        ("detector=weak_metrics&state=fired", []),
        ("detector=weak_metrics&detector=gold_plating&state=cannot_tell", [2]),
        ("state=cannot_tell", [2]),
        ("swamp=true", [1, 3]),
        ("swamp=false", [2, 4]),
        ("swamp_signal=idle", [1]),
        ("swamp_signal=idle&swamp_signal=past_time_box", [1, 3]),
        ("detector=gold_plating&state=fired&swamp=true", [1]),
    ],
)
def test_table_is_filtered_by_findings_and_swamp(visitor: Visitor, query: str, numbers: list[int]) -> None:
    one, two, three, _four = (UseCaseFactory(number=number) for number in (1, 2, 3, 4))
    FindingFactory(case=one)
    FindingFactory(case=two)
    FindingFactory(case=two, detector="weak_metrics", state="cannot_tell", severity="")
    FindingFactory(case=three, state="clear", severity="")
    SwampSignalFactory(case=one, kind="idle")
    SwampSignalFactory(case=three)
    SwampSignalFactory(case=two, ended_at=timezone.now())

    assert _numbers(visitor("auditor"), query) == numbers


def test_findings_page_counts_each_detector_over_what_is_shown(visitor: Visitor) -> None:
    here, there = UseCaseFactory(), UseCaseFactory()
    FindingFactory(case=here)
    FindingFactory(case=there)
    FindingFactory(case=there, detector="weak_metrics", state="cannot_tell", severity="")
    SwampSignalFactory(case=here, kind="no_active_owner")
    client = visitor("auditor")

    whole = client.get("/portfolio/findings/")
    part = client.get("/portfolio/findings/", {"department": here.department_id})

    counts = {row.key: (row.fired, row.clear, row.cannot_tell) for row in whole.context["detectors"]}
    assert (counts["gold_plating"], counts["weak_metrics"]) == ((2, 0, 0), (0, 0, 1))
    assert {row.key: row.fired for row in part.context["detectors"]}["gold_plating"] == 1
    assert "detector=gold_plating&amp;state=fired" in whole.content.decode()
    assert f"department={here.department_id}&amp;detector=gold_plating&amp;state=fired" in part.content.decode()
    assert "No active product owner." in whole.content.decode()
    assert [case.pk for case, _signals in whole.context["swamp"]] == [here.pk]


def test_findings_page_counts_only_what_its_reader_may_see(visitor: Visitor) -> None:
    FindingFactory()
    SwampSignalFactory()

    page = visitor().get("/portfolio/findings/")

    assert sum(row.total for row in page.context["detectors"]) == 0
    assert page.context["swamped"] == 0
    assert "Nothing lingers" in page.content.decode()
