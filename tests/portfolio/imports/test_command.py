"""`manage.py import_portfolio`: dry run, apply, refusals, and the figures of the real inventory."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from pocgate.kernel.models import Job
from pocgate.ledger.models import Activity
from portfolio.models import CaseOrigin, Department, ImportRow, ImportRun, StageSpell, UseCase
from tests.factories.portfolio import UseCaseFactory

pytestmark = pytest.mark.django_db

SMALL = (
    "Use case name,Department,Stage,Risk\n"
    "Sort claims,Claims,Pilot,High risk\n"
    "Read letters,Mail,In production,Low\n"
    "Guess prices,Underwriting,Idea,\n"
)


def run(path: Path, *arguments: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command("import_portfolio", str(path), *arguments, "--json", stdout=out)
    result: dict[str, Any] = json.loads(out.getvalue())
    return result


def refused(path: Path, *arguments: str) -> dict[str, Any]:
    out = io.StringIO()
    with pytest.raises(SystemExit) as stop:
        call_command("import_portfolio", str(path), *arguments, "--json", stdout=out)
    assert stop.value.code == 2
    result: dict[str, Any] = json.loads(out.getvalue())
    return result


def written(tmp_path: Path, text: str, name: str = "list.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def stored_rows() -> tuple[int, int, int, int]:
    return (
        UseCase.objects.count(),
        ImportRun.objects.count(),
        ImportRow.objects.count(),
        Department.objects.count(),
    )


def test_dry_run_prints_one_object_and_writes_nothing(tmp_path: Path) -> None:
    summary = run(written(tmp_path, SMALL))

    assert summary["rows"] == summary["create"] == 3
    assert summary["stages"] == {"0": 1, "1": 0, "2": 1, "3": 1, "retired": 0, "closed": 0, "unknown": 0}
    assert [column["field"] for column in summary["mapping"]] == ["title", "department", "stage", "tier"]
    assert stored_rows() == (0, 0, 0, 0)
    assert not Activity.objects.exists()


def test_apply_without_consent_to_guessed_words_is_refused_and_writes_no_case(tmp_path: Path) -> None:
    path = written(tmp_path, "Use case name,Department,Stage\nSort claims,Claims,somewhat nearly ready for testing\n")
    summary = run(path)
    assert [warning["code"] for warning in summary["warnings"]] == ["imputed_word"]

    answer = refused(path, "--apply")

    assert answer["code"] == "not_allowed"
    assert UseCase.objects.count() == 0


def test_apply_writes_cases_spells_origins_and_activity(tmp_path: Path) -> None:
    summary = run(written(tmp_path, SMALL), "--apply", "--accept-imputed")

    assert summary["written"]["created"] == 3
    assert Job.objects.get(pk=summary["job"]).state == "done"
    cases = UseCase.objects.order_by("number")
    assert [(case.title, case.stage, case.status, case.origin) for case in cases] == [
        ("Sort claims", 2, "active", "imported"),
        ("Read letters", 3, "active", "imported"),
        ("Guess prices", 0, "active", "imported"),
    ]
    assert CaseOrigin.objects.count() == 3
    assert list(StageSpell.objects.order_by("case__number").values_list("stage", "entered_at", "imported")) == [
        (2, None, True),
        (3, None, True),
        (0, None, True),
    ]
    assert Activity.objects.filter(verb="case.imported").count() == 3


def test_same_file_again_changes_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, SMALL)
    run(path, "--apply", "--accept-imputed")
    before = list(UseCase.objects.order_by("pk").values())

    again = run(path, "--apply", "--accept-imputed")

    assert (again["create"], again["update"], again["unchanged"]) == (0, 0, 3)
    assert list(UseCase.objects.order_by("pk").values()) == before


def test_changed_cell_updates_its_case_and_moves_its_spell(tmp_path: Path) -> None:
    run(written(tmp_path, SMALL), "--apply", "--accept-imputed")

    run(written(tmp_path, SMALL.replace("Pilot", "In production")), "--apply", "--accept-imputed")

    case = UseCase.objects.get(title="Sort claims")
    assert (case.stage, case.version) == (3, 2)
    assert list(StageSpell.objects.filter(case=case).values_list("stage", flat=True)) == [3]


def test_changed_date_alone_rewrites_the_imported_spell(tmp_path: Path) -> None:
    text = "Use case name,Department,Stage,Date initiated\nSort claims,Claims,Planned,2024-03-01\n"
    run(written(tmp_path, text), "--apply", "--accept-imputed")

    run(written(tmp_path, text.replace("2024-03-01", "2024-05-01")), "--apply", "--accept-imputed")

    spell = StageSpell.objects.get()
    assert (spell.stage, f"{spell.entered_at:%Y-%m-%d}") == (0, "2024-05-01")


def test_field_edited_here_is_kept_and_reported(tmp_path: Path) -> None:
    text = "Use case name,Department,Stage,Vendor\nSort claims,Claims,Pilot,Old Ltd\n"
    run(written(tmp_path, text), "--apply", "--accept-imputed")
    UseCase.objects.update(vendor="Ours plc")

    summary = run(written(tmp_path, text.replace("Old Ltd", "New Ltd")), "--apply", "--accept-imputed")

    assert (summary["conflict"], summary["update"]) == (1, 0)
    assert UseCase.objects.get().vendor == "Ours plc"
    row = ImportRow.objects.get(run=summary["run"])
    assert [problem["code"] for problem in row.problems] == ["conflict"]


def test_stage_of_governed_case_is_a_stage_conflict(tmp_path: Path, now: Any) -> None:
    run(written(tmp_path, SMALL), "--apply", "--accept-imputed")
    UseCase.objects.filter(title="Sort claims").update(governed_at=now)

    summary = run(written(tmp_path, SMALL.replace("Pilot", "In production")), "--apply", "--accept-imputed")

    assert summary["conflict"] == 1
    assert UseCase.objects.get(title="Sort claims").stage == 2
    row = ImportRow.objects.get(run=summary["run"], action="conflict")
    assert [problem["code"] for problem in row.problems] == ["stage_conflict"]


def test_row_missing_from_the_newer_file_is_listed_and_stays(tmp_path: Path) -> None:
    run(written(tmp_path, SMALL), "--apply", "--accept-imputed")

    summary = run(written(tmp_path, SMALL.rsplit("Guess", 1)[0]), "--apply", "--accept-imputed")

    assert summary["missing"] == 1
    assert UseCase.objects.count() == 3


def test_cases_entered_here_are_never_touched(tmp_path: Path) -> None:
    own = UseCaseFactory(title="Sort claims", with_spell=True)

    summary = run(written(tmp_path, SMALL), "--apply", "--accept-imputed")

    own.refresh_from_db()
    assert summary["written"]["created"] == 3
    assert (own.version, own.stage) == (1, 0)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, "not_text"),
        ("empty.csv", b"", "empty_file"),
        ("nul.csv", b"Use case name,Stage\nSort\x00claims,Pilot\n", "nul_bytes"),
        ("cut.csv", b'Use case name,Stage,Department\n"Sort claims,Pilot,Cla', "truncated"),
        ("cut.json", b'[{"title": "Sort claims", "stage": "Pil', "truncated"),
        ("cut.xlsx", b"PK\x03\x04" + b"\x00" * 64, "damaged_workbook"),
        ("shopping.csv", b"product,price\nmilk,1.20\nbread,2.40\n", "not_inventory"),
    ],
)
@pytest.mark.parametrize("mode", ["--dry-run", "--apply"])
def test_unusable_file_is_refused_with_its_reason(
    tmp_path: Path, name: str, content: bytes, code: str, mode: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)

    answer = refused(path, mode)

    assert answer["code"] == code
    assert len(answer["message"]) > 20
    assert UseCase.objects.count() == 0


def test_file_of_200_mib_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(200 * 1024 * 1024)

    assert refused(path)["code"] == "too_large"
    assert refused(path, "--apply")["code"] == "too_large"
    assert ImportRun.objects.count() == 0


def test_unknown_mapping_is_refused_with_those_that_exist(tmp_path: Path) -> None:
    answer = refused(written(tmp_path, SMALL), "--mapping", "nowhere")

    assert answer["code"] == "unknown_mapping"
    assert "us-federal-2024" in answer["message"]


def test_inventory_2024_gives_the_published_figures(shared_data: Path) -> None:
    expected = json.loads((shared_data / "us-federal-2024" / "expected-totals.json").read_text())

    summary = run(shared_data / "us-federal-2024" / "inventory-2024-v2.csv", "--apply")

    assert (summary["encoding"], len(summary["mapping"]), summary["rows"]) == ("cp1252", 62, 2133)
    assert summary["stages"] == {
        "0": 399, "1": 404, "2": 287, "3": 892, "retired": 142, "closed": 5, "unknown": 4,
    }  # fmt: skip
    assert summary["tiers"]["high"] == 351
    published = expected["published_agency_table"]
    assert {row["name"]: row["total"] for row in summary["departments"]} == {
        name: figures["total"] for name, figures in published.items()
    }
    suspicions = {warning["code"]: warning.get("count") for warning in summary["warnings"]}
    assert (suspicions["date_serial_year"], suspicions["date_day_month"]) == (134, 65)
    cases = UseCase.objects.all()
    assert [cases.filter(stage=stage).count() for stage in range(4)] == [399, 404, 287, 892]
    assert (cases.filter(status="retired").count(), cases.filter(status="stopped").count()) == (142, 5)
    assert cases.filter(status="active", stage=None).count() == 4
    assert cases.filter(tier="high").count() == 351
    assert Department.objects.filter(parent=None).count() == 41


def test_second_publication_after_the_first_changes_only_what_differs(shared_data: Path) -> None:
    folder = shared_data / "us-federal-2024"
    run(folder / "inventory-2024-v1.csv", "--apply")

    summary = run(folder / "inventory-2024-v2.csv", "--apply")
    again = run(folder / "inventory-2024-v2.csv")

    assert (summary["create"], summary["changed_cells"], summary["unchanged"]) == (376, 22, 1735)
    assert (again["create"], again["update"], again["conflict"], again["unchanged"]) == (0, 0, 0, 2133)


ANSWERED = (
    "Use case name,Department,Stage,Tested?,Assessed?\nSort claims,Claims,Pilot,Yes,In the works\nRead,Mail,Pilot,,No\n"
)
ANSWER_MAPPING = """\
name: ours
columns:
  title: Use case name
  department: Department
  stage: Stage
  answer:quality_tests: Tested?
  answer:lineage: Assessed?
answers:
  In the works: planned
"""


def _apply_answered(tmp_path: Path, text: str) -> dict[str, Any]:
    mapping = written(tmp_path, ANSWER_MAPPING, "ours.yaml")
    return run(written(tmp_path, text), "--mapping", str(mapping), "--apply")


def test_columns_that_answer_criteria_are_kept_and_handed_on(tmp_path: Path) -> None:
    _apply_answered(tmp_path, ANSWERED)

    kept = [origin.values.get("answers") for origin in CaseOrigin.objects.order_by("row")]
    assert kept == [{"quality_tests": "met", "lineage": "planned"}, {"lineage": "not_met"}]
    job = Job.objects.get(kind="scoring.take_over_imported_answers")
    assert (job.subject_type, job.subject_id) == ("import_run", str(ImportRun.objects.get().pk))


def test_changed_answer_updates_its_origin_and_the_same_file_nothing(tmp_path: Path) -> None:
    _apply_answered(tmp_path, ANSWERED)

    again = _apply_answered(tmp_path, ANSWERED)
    changed = _apply_answered(tmp_path, ANSWERED.replace("In the works", "Yes"))

    assert (again["unchanged"], changed["update"], changed["changed_cells"]) == (2, 1, 1)
    assert CaseOrigin.objects.get(row=2).values["answers"] == {"quality_tests": "met", "lineage": "met"}


def test_import_without_answers_asks_nobody_to_take_them_over(tmp_path: Path) -> None:
    run(written(tmp_path, SMALL), "--apply", "--accept-imputed")

    assert not Job.objects.filter(kind="scoring.take_over_imported_answers").exists()
