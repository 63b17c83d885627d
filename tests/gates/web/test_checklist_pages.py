"""Lists of extra items in the browser: looked at, kept as a draft, compared, published, retired, taken along."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from gates.checklist_files.reading import read_table
from gates.checklist_files.writing import xlsx_of
from gates.models import ChecklistTemplate, ChecklistTemplateItem
from gates.queries.checklist_templates import table_of
from gates.rules.checklists import SheetTable
from pocgate.identity.models import User
from tests.factories.identity import RoleGrantFactory, UserFactory
from tests.gates.checklist_files.test_round_trip import RMF, needs_rmf
from tests.gates.test_checklist_templates import FIRST, SECOND, published

pytestmark = pytest.mark.django_db

SignedIn = Callable[[User], Client]
ADDRESS = "/compliance/templates/"
GIVEN = {"key": "own-list", "title": "Our own list", "gates": ["1", "2"], "tiers": ["high"]}
CSV = b"Nr,Title,Description,Note; ours\r\n1.10,Rule 1.10,Ten,=x\r\n1.9,Rule 1.9,Nine and who,\r\n"


@pytest.fixture
def keeper(signed_in: SignedIn) -> Client:
    return signed_in(RoleGrantFactory(role="compliance").user)


def upload(client: Client, content: bytes, act: str = "keep", **values: Any) -> Any:
    file = SimpleUploadedFile("list.csv", content)
    return client.post(f"{ADDRESS}new/", {**GIVEN, "file": file, "act": act, **values})


def test_checking_a_file_shows_what_was_understood_and_keeps_nothing(keeper: Client) -> None:
    published(timezone.now(), *FIRST)

    page = upload(keeper, CSV, "check").content.decode()

    assert ChecklistTemplate.objects.count() == 1
    for shown in ("2 items", "What it asks", "kept as it is", "Nine and who", "What it changes"):
        assert shown in page


def test_kept_draft_is_published_from_its_page_and_retires_the_version_before(keeper: Client) -> None:
    now = timezone.now()
    first = published(now - timedelta(days=1), *FIRST)

    kept = upload(keeper, CSV)
    draft = ChecklistTemplate.objects.get(version=2)
    page = keeper.get(f"{ADDRESS}{draft.pk}/").content.decode()
    done = keeper.post(f"{ADDRESS}{draft.pk}/acts/publish/")

    first.refresh_from_db()
    draft.refresh_from_db()
    assert (kept["Location"], done.status_code) == (f"{ADDRESS}{draft.pk}/", 302)
    assert "<del>Nine</del>" in page
    assert "<ins>Nine and who</ins>" in page
    assert (first.state, draft.state) == ("retired", "in_force")
    assert keeper.post(f"{ADDRESS}{draft.pk}/acts/discard/").status_code == 409


def test_row_that_can_not_be_taken_is_named_by_sheet_row_and_column_and_nothing_is_kept(keeper: Client) -> None:
    table = SheetTable(("Title", "Must"), (("One", "yes"), ("", "perhaps"), ("One", "no")))

    refused = upload(keeper, xlsx_of(table))

    page = refused.content.decode()
    assert refused.status_code == 422
    assert "Sheet “checklist”, row 3, column “Title”: the item has no title" in page
    assert "Sheet “checklist”, row 3, column “Must”: “perhaps” is neither yes nor no" in page
    assert "Sheet “checklist”, row 4 has the same key “one” as row 2" in page
    assert not ChecklistTemplate.objects.exists()
    assert not ChecklistTemplateItem.objects.exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The submitted file is empty"),
        (b"%PDF-1.7 nothing", "PDF"),
        (b"Colour\nred\n", "No column names the items"),
        (b"PK\x03\x04 broken", "damaged or cut off"),
        (b'{"a": ', "The JSON cannot be read"),
    ],
)
def test_file_that_is_no_list_is_refused_with_the_reason(keeper: Client, content: bytes, said: str) -> None:
    refused = upload(keeper, content)

    assert refused.status_code == 422
    assert said in refused.content.decode()
    assert not ChecklistTemplate.objects.exists()


def test_terms_that_can_not_be_taken_are_named_at_their_fields(keeper: Client) -> None:
    refused = upload(keeper, CSV, key="Own List", title="", gates=["7"])

    page = refused.content.decode()
    assert refused.status_code == 422
    for said in ("Enter a valid “slug”", "This field is required", "7 is not one of the available choices"):
        assert said in page
    assert not ChecklistTemplate.objects.exists()


def test_draft_is_seen_by_its_keepers_only(keeper: Client, signed_in: SignedIn) -> None:
    upload(keeper, CSV)
    draft = ChecklistTemplate.objects.get()
    outsider = signed_in(UserFactory())

    assert outsider.get(f"{ADDRESS}{draft.pk}/").status_code == 404
    assert outsider.get(f"{ADDRESS}{draft.pk}/list.csv").status_code == 404
    assert outsider.post(f"{ADDRESS}{draft.pk}/acts/publish/").status_code == 404
    assert "Our own list" not in outsider.get(ADDRESS).content.decode()


def test_lists_are_shown_for_a_gate_and_a_tier(keeper: Client) -> None:
    published(timezone.now(), *FIRST)

    def shown(query: str) -> bool:
        return "Our own list" in keeper.get(f"{ADDRESS}?{query}").content.decode()

    assert [shown(query) for query in ("", "gate=1", "gate=0", "tier=high", "tier=minimal", "gate=2&tier=high")] == [
        True,
        True,
        False,
        True,
        False,
        True,
    ]
    assert shown("gate=none&tier=%00")


def test_version_is_taken_along_and_brought_in_again_without_loss(keeper: Client) -> None:
    template = published(timezone.now(), *FIRST)

    files = {kind: keeper.get(f"{ADDRESS}{template.pk}/list.{kind}") for kind in ("csv", "xlsx")}

    for kind, answer in files.items():
        read = read_table(answer.content)
        assert (read.columns, read.rows) == (table_of(template).columns, table_of(template).rows)
        assert answer["Content-Disposition"] == f'attachment; filename="own-list-1.{kind}"'
        assert answer["X-Content-Type-Options"] == "nosniff"
    assert keeper.get(f"{ADDRESS}{template.pk}/list.exe").status_code == 404


def test_new_version_begins_with_what_the_last_one_said(keeper: Client) -> None:
    published(timezone.now(), *FIRST)

    page = keeper.get(f"{ADDRESS}new/?key=own-list").content.decode()

    assert 'value="Our own list"' in page
    assert page.count("checked") == 3
    assert keeper.get(f"{ADDRESS}new/?key=%00").status_code == 200


@needs_rmf
def test_risk_management_framework_is_brought_in_through_the_browser(keeper: Client) -> None:
    kept = upload(keeper, RMF.read_bytes(), key="nist-ai-rmf", title="AI RMF", gates=[], tiers=[])

    page = keeper.get(kept["Location"]).content.decode()
    assert "72 items" in page
    assert page.index("GOVERN 1.1") < page.index("GOVERN 1.2") < page.index("MANAGE 4.3")


def test_page_of_lists_takes_the_same_queries_for_more_versions(
    keeper: Client, django_assert_max_num_queries: Any
) -> None:
    now = timezone.now()
    published(now, *FIRST)
    keeper.get(ADDRESS)
    with django_assert_max_num_queries(12):
        keeper.get(ADDRESS)
    published(now + timedelta(days=1), *SECOND)
    published(now + timedelta(days=2), *FIRST)

    with django_assert_max_num_queries(12):
        assert keeper.get(ADDRESS).content.decode().count("Version ") == 3
