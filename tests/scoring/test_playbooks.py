"""Publishing playbooks: versions, refusals, and rows that never change."""

from __future__ import annotations

import json
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from pocgate.kernel.errors import Forbidden, Invalid, NotAllowedNow
from pocgate.kernel.models import Job
from pocgate.ledger.models import Activity
from portfolio.queries.pace import time_box_days
from scoring.commands.playbooks import ensure_default_playbook, publish_playbook
from scoring.models import Playbook
from scoring.queries.playbooks import current_playbook, default_playbook_text, playbook_of, playbook_text
from tests.factories.identity import RoleGrantFactory, UserFactory
from tests.factories.scoring import full_case

pytestmark = pytest.mark.django_db


def _easier() -> str:
    return default_playbook_text().replace("readiness_bar: 70", "readiness_bar: 60")


def test_ensure_default_playbook_twice_publishes_once(now: datetime) -> None:
    first = ensure_default_playbook(now=now)
    second = ensure_default_playbook(now=now)

    assert first == second
    assert Playbook.objects.count() == 1
    assert Activity.objects.filter(verb="playbook.published").count() == 1


def test_current_playbook_before_the_first_is_the_shipped_one() -> None:
    assert current_playbook().gate(0).readiness_bar == 70
    assert playbook_text() == default_playbook_text()


def test_current_playbook_costs_one_query_once_parsed(now: datetime, django_assert_num_queries: Any) -> None:
    ensure_default_playbook(now=now)
    current_playbook()

    with django_assert_num_queries(1):
        current_playbook()


def test_publish_new_content_is_the_next_version_and_recomputes(now: datetime) -> None:
    first = ensure_default_playbook(now=now)
    admin = RoleGrantFactory().user

    row = publish_playbook(text=_easier(), actor=admin, now=now)

    assert (row.version, row.created_by) == (first.version + 1, admin)
    assert current_playbook().gate(0).readiness_bar == 60
    assert playbook_of(first.pk or 0).gate(0).readiness_bar == 70
    assert Job.objects.filter(kind="scoring.recompute_all", subject_id=str(row.pk)).count() == 1


def test_publish_sets_the_time_boxes_of_stages_that_begin_later(now: datetime) -> None:
    ensure_default_playbook(now=now)
    before = [time_box_days(stage) for stage in range(4)]

    publish_playbook(text=default_playbook_text().replace("stage_0: 28", "stage_0: 21", 1), actor=None, now=now)

    assert before == [28, 42, 84, None]
    assert [time_box_days(stage) for stage in range(4)] == [21, 42, 84, None]


def test_publish_same_content_is_refused_and_takes_no_number(now: datetime) -> None:
    ensure_default_playbook(now=now)

    with pytest.raises(NotAllowedNow):
        publish_playbook(text=default_playbook_text() + "\n# the same\n", actor=None, now=now)

    assert publish_playbook(text=_easier(), actor=None, now=now).version == 2


def test_publish_by_somebody_else_is_refused(now: datetime) -> None:
    with pytest.raises(Forbidden):
        publish_playbook(text=_easier(), actor=UserFactory(), now=now)

    assert not Playbook.objects.exists()


def test_publish_faulty_document_names_its_lines(now: datetime) -> None:
    with pytest.raises(Invalid) as refused:
        publish_playbook(text=default_playbook_text().replace("weight: 2", "weight: two", 1), actor=None, now=now)

    assert refused.value.problems[0].pointer.startswith("line ")
    assert not Playbook.objects.exists()


def test_publish_with_a_key_of_another_kind_is_refused(now: datetime) -> None:
    ensure_default_playbook(now=now)
    text = default_playbook_text()
    start = text.index("- key: ai_justified")
    changed = text[start : start + 600].replace("kind: A", "kind: S", 1).replace("verifier: ", "# verifier: ", 1)

    with pytest.raises(Invalid) as refused:
        publish_playbook(text=text[:start] + changed + text[start + 600 :], actor=None, now=now)

    assert [problem.code for problem in refused.value.problems] == ["meaning_changed"]


def test_published_row_can_not_be_changed_by_sql(now: datetime) -> None:
    ensure_default_playbook(now=now)

    for change in (lambda rows: rows.update(text="other"), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change(Playbook.objects.all())

    assert Playbook.objects.get().text == default_playbook_text()


def test_draft_row_may_be_changed(now: datetime) -> None:
    Playbook.objects.create(state="draft", name="Mine", text="x", created_at=now)

    assert Playbook.objects.filter(state="draft").update(text="y") == 1


def _run(*arguments: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("playbook", *arguments, stdout=out)
    except SystemExit as ended:
        return int(str(ended.code)), out.getvalue()
    except CommandError as refused:
        return refused.returncode, str(refused)
    return 0, out.getvalue()


def test_playbook_command_check_lists_lines(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(default_playbook_text().replace("weight: 2", "weight: two", 1), encoding="utf-8")

    status, out = _run("check", str(file), "--json")

    found = json.loads(out)
    assert (status, found["valid"], found["digest"]) == (1, False, None)
    assert all(problem["line"] > 1 for problem in found["problems"])


def test_playbook_command_publishes_compares_and_exports(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(_easier(), encoding="utf-8")

    published, _ = _run("publish-default")
    differs, shown = _run("diff", str(file), "--json")
    again, _ = _run("publish", str(file))
    same, _ = _run("diff", str(file))
    exported, text = _run("export")
    repeated, _ = _run("publish", str(file))

    assert [published, differs, again, same, exported, repeated] == [0, 1, 0, 0, 0, 1]
    assert [change["path"] for change in json.loads(shown)["changes"]] == ["gates[0].readiness_bar"]
    assert text == _easier()


def test_playbook_command_on_an_unreadable_file_exits_two(tmp_path: Path) -> None:
    (tmp_path / "bytes.yaml").write_bytes(b"\xff\xfe\x00")

    assert _run("check", str(tmp_path / "bytes.yaml"))[0] == 2
    assert _run("check", str(tmp_path / "nowhere.yaml"))[0] == 2
    assert _run("check", str(tmp_path))[0] == 2


def test_playbook_command_export_of_an_unknown_version_exits_one() -> None:
    assert _run("export", "--of-version", "7")[0] == 1


def test_playbook_command_shows_the_effect_and_changes_nothing(tmp_path: Path, now: datetime) -> None:
    case = full_case(now)
    _run("publish-default")
    file = tmp_path / "mine.yaml"
    file.write_text(default_playbook_text().replace("    weight: 2\n", "    weight: 20\n", 1), encoding="utf-8")

    status, lines = _run("effect", str(file))
    _status, as_json = _run("effect", str(file), "--json")

    assert status == 0
    assert lines.splitlines()[0] == "1 of 1 cases change: 1 rise, 0 fall."
    assert lines.splitlines()[1].startswith(f"{case.reference} gate 1: ")
    assert [found["reference"] for found in json.loads(as_json)["changing"]] == [case.reference]
    assert Playbook.objects.count() == 1


def test_playbook_command_shows_the_effect_before_it_publishes(tmp_path: Path, now: datetime) -> None:
    full_case(now)
    _run("publish-default")
    file = tmp_path / "mine.yaml"
    file.write_text(_easier(), encoding="utf-8")

    _status, out = _run("publish", str(file))

    lines = out.splitlines()
    assert (lines[0], lines[-1]) == (
        "0 of 1 cases change: 0 rise, 0 fall.",
        "Published as version 2; every case is being recomputed.",
    )


def test_playbook_command_effect_of_a_faulty_file_lists_its_lines(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(default_playbook_text().replace("    weight: 2\n", "    weight: 0\n", 1), encoding="utf-8")

    for verb in ("check", "diff", "effect", "publish"):
        status, out = _run(verb, str(file))
        assert status == 1
        assert f"{file}:194: criteria[0].weight: A weight is above 0" in out

    assert not Playbook.objects.exists()
