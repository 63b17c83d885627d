"""Lists of extra items: drafted, published for ever, followed by new versions; by page's commands and command line."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from gates.checklist_files.reading import read_table
from gates.commands.checklists import (
    ListTerms,
    discard_checklist,
    draft_checklist,
    publish_checklist,
    retire_checklist,
)
from gates.models import ChecklistTemplate, ChecklistTemplateItem
from gates.queries.checklist_templates import applies_to, changes_of, extras_in_force, items_of, table_of
from gates.rules.checklists import SheetTable
from pocgate.kernel.errors import Forbidden, Invalid, NotAllowedNow
from pocgate.ledger.models import Activity
from tests.factories.identity import RoleGrantFactory, UserFactory
from tests.gates.checklist_files.test_round_trip import RMF, needs_rmf

pytestmark = pytest.mark.django_db

COLUMNS = ("Nr", "Title", "Description", "Note; ours")
TERMS = ListTerms("own-list", "Our own list", "House rules", gates=[1, 2], tiers=["high"])
DAY = timedelta(days=1)


def table(*rows: tuple[str, ...], columns: tuple[str, ...] = COLUMNS) -> SheetTable:
    return SheetTable(columns, rows)


def published(
    now: datetime, *rows: tuple[str, ...], terms: ListTerms = TERMS, columns: tuple[str, ...] = COLUMNS
) -> ChecklistTemplate:
    draft = draft_checklist(terms=terms, table=table(*rows, columns=columns), actor=None, now=now)
    return publish_checklist(template_id=draft.pk, actor=None, now=now)


ADDED = (
    "INSERT INTO gates_checklisttemplateitem (template_id, position, key, title, asks, how, reference, is_must, cells) "
    "SELECT template_id, 9, 'x', 'X', '', '', '', is_must, cells FROM gates_checklisttemplateitem LIMIT 1"
)
FIRST = (("1.10", "Rule 1.10", "Ten", "=x"), ("1.9", "Rule 1.9", "Nine", ""))
SECOND = (("1.9", "Rule 1.9", "Nine, and who", ""), ("1.11", "Rule 1.11", "Eleven", "007"))


def test_published_list_is_in_force_in_natural_order_and_keeps_its_cells(now: datetime) -> None:
    template = published(now, *FIRST)

    assert [extra.name for extra in extras_in_force(now=now)] == ["own-list:1-9", "own-list:1-10"]
    assert table_of(template) == SheetTable(COLUMNS, FIRST)
    assert [item.title for item in items_of(template)] == ["Rule 1.9", "Rule 1.10"]
    assert list(Activity.objects.order_by("pk").values_list("verb", flat=True)) == [
        "checklist.drafted",
        "checklist.published",
    ]


def test_draft_is_not_in_force_and_is_replaced_by_the_next_one(now: datetime) -> None:
    draft_checklist(terms=TERMS, table=table(*FIRST), actor=None, now=now)

    draft = draft_checklist(terms=TERMS, table=table(*SECOND), actor=None, now=now)

    assert extras_in_force(now=now) == []
    assert ChecklistTemplate.objects.get() == draft
    assert ChecklistTemplateItem.objects.count() == 2


def test_new_version_tells_what_changed_and_retires_the_one_before(now: datetime) -> None:
    first = published(now, *FIRST)

    second = published(now + DAY, *SECOND)

    assert [(change.kind, change.key, change.fields) for change in changes_of(second)] == [
        ("changed", "1-9", ("asks",)),
        ("added", "1-11", ()),
        ("removed", "1-10", ()),
    ]
    first.refresh_from_db()
    assert first.retired_at == now + DAY
    found = extras_in_force(now=now + DAY)
    assert [(extra.name, extra.worded_at) for extra in found] == [
        ("own-list:1-9", now + DAY),
        ("own-list:1-11", now + DAY),
    ]


def test_wording_that_stays_keeps_its_day(now: datetime) -> None:
    published(now, *FIRST)
    published(now + DAY, FIRST[0], SECOND[0])

    found = {extra.name: extra.worded_at for extra in extras_in_force(now=now + DAY)}

    assert found == {"own-list:1-9": now + DAY, "own-list:1-10": now}


def test_retired_list_is_no_longer_asked(now: datetime) -> None:
    template = published(now, *FIRST)

    retire_checklist(template_id=template.pk, actor=None, now=now + DAY)

    assert extras_in_force(now=now + DAY) == []
    with pytest.raises(NotAllowedNow):
        retire_checklist(template_id=template.pk, actor=None, now=now + DAY)


def test_published_version_is_neither_published_again_nor_thrown_away(now: datetime) -> None:
    template = published(now, *FIRST)

    for act in (publish_checklist, discard_checklist):
        with pytest.raises(NotAllowedNow) as refused:
            act(template_id=template.pk, actor=None, now=now)
        assert [blocker.code for blocker in refused.value.blockers] == ["already_published"]


def test_draft_can_be_thrown_away(now: datetime) -> None:
    draft = draft_checklist(terms=TERMS, table=table(*FIRST), actor=None, now=now)

    discard_checklist(template_id=draft.pk, actor=None, now=now)

    assert ChecklistTemplate.objects.count() == ChecklistTemplateItem.objects.count() == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE gates_checklisttemplate SET title = 'Other'",
        "UPDATE gates_checklisttemplate SET published_at = NULL",
        "DELETE FROM gates_checklisttemplate",
        "UPDATE gates_checklisttemplateitem SET asks = 'Less'",
        "DELETE FROM gates_checklisttemplateitem",
        ADDED,
    ],
)
def test_published_list_can_not_be_changed_by_sql(now: datetime, statement: str) -> None:
    published(now, *FIRST)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert ChecklistTemplateItem.objects.count() == 2


def test_retired_list_can_not_be_put_back_in_force_by_sql(now: datetime) -> None:
    template = published(now, *FIRST)
    retire_checklist(template_id=template.pk, actor=None, now=now)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE gates_checklisttemplate SET retired_at = NULL")


def test_lists_are_kept_by_compliance_and_administrators_only(now: datetime) -> None:
    for role in ("compliance", "admin"):
        draft_checklist(terms=TERMS, table=table(*FIRST), actor=RoleGrantFactory(role=role).user, now=now)
    for person in (UserFactory(), RoleGrantFactory(role="chair").user):
        with pytest.raises(Forbidden):
            draft_checklist(terms=TERMS, table=table(*FIRST), actor=person, now=now)

    assert ChecklistTemplate.objects.count() == 1


@pytest.mark.parametrize(
    ("terms", "pointer"),
    [
        (ListTerms("Own List", "Title"), "key"),
        (ListTerms("a" * 41, "Title"), "key"),
        (ListTerms("own", " "), "title"),
        (ListTerms("own", "Title", gates=[7]), "gates"),
        (ListTerms("own", "Title", tiers=["huge"]), "tiers"),
        (ListTerms("own", "T\x00"), "title"),
    ],
)
def test_list_with_terms_that_can_not_be_is_refused_and_nothing_changes(
    now: datetime, terms: ListTerms, pointer: str
) -> None:
    with pytest.raises(Invalid) as refused:
        draft_checklist(terms=terms, table=table(*FIRST), actor=None, now=now)

    assert [problem.pointer for problem in refused.value.problems] == [pointer]
    assert ChecklistTemplate.objects.count() == Activity.objects.count() == 0


def test_list_is_asked_at_its_gates_and_tiers_and_unassessed_counts_as_high(now: datetime) -> None:
    template = published(now, *FIRST)

    found = [applies_to(template, gate=gate, tier=tier) for gate, tier in [(1, "high"), (1, "unassessed"), (2, "high")]]
    refused = [applies_to(template, gate=gate, tier=tier) for gate, tier in [(0, "high"), (1, "limited")]]

    assert (found, refused) == ([True] * 3, [False] * 2)


@needs_rmf
@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_command_line_imports_the_nist_playbook_and_writes_it_back_whole(tmp_path: Path, suffix: str) -> None:
    taking = ["checklist", "import", str(RMF), "--key", "nist-ai-rmf", "--title", "NIST AI RMF"]
    call_command(*taking)
    assert ChecklistTemplate.objects.count() == 0

    call_command(*taking, "--gate", "1", "--publish")
    call_command("checklist", "export", "nist-ai-rmf", str(tmp_path / f"list.{suffix}"))

    template = ChecklistTemplate.objects.get()
    assert (template.items.count(), template.gates, template.published_at is None) == (72, [1], False)
    written, read = read_table((tmp_path / f"list.{suffix}").read_bytes()), read_table(RMF.read_bytes())
    assert (written.columns, written.rows) == (read.columns, read.rows)


def test_command_line_refuses_a_bad_file_with_row_and_column(tmp_path: Path) -> None:
    file = tmp_path / "bad.csv"
    file.write_text("Title,Must\nOne,yes\n,perhaps\n")

    with pytest.raises(CommandError) as refused:
        call_command("checklist", "import", str(file), "--key", "own", "--title", "Own", "--publish")

    assert refused.value.returncode == 2
    assert "Row 3, column “Must”" in str(refused.value)
    assert "Row 3, column “Title”" in str(refused.value)
    assert ChecklistTemplate.objects.count() == 0


@pytest.mark.parametrize("arguments", [["export", "none", "x.csv"], ["import", "none.csv", "--key=a", "--title=A"]])
def test_command_line_says_what_is_not_there(arguments: list[Any]) -> None:
    with pytest.raises(CommandError, match="There is no"):
        call_command("checklist", *arguments)
