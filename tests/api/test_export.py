"""`manage.py export_portfolio`."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from python_calamine import CalamineWorkbook

from tests.factories.identity import UserFactory
from tests.factories.portfolio import TeamMemberFactory, UseCaseFactory

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("export_portfolio", *arguments, stdout=out)
    return out.getvalue()


def test_export_writes_every_format_with_the_same_rows(tmp_path: Path) -> None:
    UseCaseFactory(number=1, title="=1+1")
    UseCaseFactory(number=2, title="B")
    for kind in ("csv", "json", "ndjson", "xlsx"):
        assert "2 use cases" in run(str(tmp_path / f"x.{kind}"), "--fields", "reference,title")

    assert json.loads((tmp_path / "x.json").read_text()) == [
        {"reference": "UC-0001", "title": "=1+1"},
        {"reference": "UC-0002", "title": "B"},
    ]
    assert (tmp_path / "x.csv").read_text().splitlines() == ["reference,title", "UC-0001,'=1+1", "UC-0002,B"]
    assert len((tmp_path / "x.ndjson").read_text().splitlines()) == 2
    sheet = CalamineWorkbook.from_path(str(tmp_path / "x.xlsx")).get_sheet_by_index(0).to_python()
    assert sheet == [["reference", "title"], ["UC-0001", "=1+1"], ["UC-0002", "B"]]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x.csv", "x.json", "x.ndjson", "x.xlsx"]


def test_export_of_nothing_is_an_empty_list(tmp_path: Path) -> None:
    run(str(tmp_path / "x.json"))

    assert json.loads((tmp_path / "x.json").read_text()) == []


def test_export_json_summary_counts_the_rows_that_filters_leave(tmp_path: Path) -> None:
    UseCaseFactory(stage=1)
    UseCaseFactory(stage=0)

    summary = json.loads(run(str(tmp_path / "x.out"), "--format", "csv", "--stage", "1", "--json"))

    assert (summary["rows"], summary["format"]) == (1, "csv")


def test_export_as_an_account_writes_what_it_may_see(tmp_path: Path) -> None:
    member = TeamMemberFactory(user=UserFactory(username="ana"))
    UseCaseFactory()

    summary = json.loads(run(str(tmp_path / "x.csv"), "--as", "ANA", "--json"))

    assert (summary["rows"], member.user.username) == (1, "ana")


@pytest.mark.parametrize(
    "arguments",
    [["x.pdf"], ["x.csv", "--stage", "9"], ["x.csv", "--as", "nobody"], ["-", "--format", "csv", "--json"]],
)
def test_export_that_is_refused_leaves_no_file(tmp_path: Path, arguments: list[str]) -> None:
    file, *others = arguments

    with pytest.raises(CommandError):
        run(file if file == "-" else str(tmp_path / file), *others)

    assert list(tmp_path.iterdir()) == []


def test_export_to_a_folder_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="can not be written"):
        run(str(tmp_path / "none" / "x.csv"))
