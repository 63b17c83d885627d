"""Lists of extra checklist items over REST: the same as on their pages, with the same refusals."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gates.checklist_files.reading import read_table
from gates.models import ChecklistTemplate
from gates.queries.checklist_templates import table_of
from tests.api.conftest import API, Caller
from tests.api.contract import assert_as_described
from tests.factories.identity import RoleGrantFactory, UserFactory
from tests.gates.test_checklist_templates import COLUMNS, FIRST, SECOND, published

pytestmark = pytest.mark.django_db

JSON = "application/json"
LISTS = f"{API}/checklist-templates"
TERMS = {"key": "own-list", "title": "Our own list", "gates": [1, 2], "tiers": ["high"]}
CSV = b"Nr,Title,Description\r\n1.10,Rule 1.10,Ten\r\n1.9,Rule 1.9,Nine and who\r\n"


@pytest.fixture
def officer(caller: Caller) -> Client:
    return caller(RoleGrantFactory(role="compliance").user)


def sent(client: Client, rows: Any = SECOND, **values: Any) -> Any:
    return client.post(LISTS, {**TERMS, "columns": COLUMNS, "rows": rows, **values}, content_type=JSON)


def test_list_is_drafted_published_and_retired_over_rest(officer: Client) -> None:
    published(datetime.now(UTC), *FIRST)

    drafted = sent(officer)
    body = assert_as_described(drafted, "checklist-templates", "post")
    put = officer.post(f"{LISTS}/{body['id']}/publication", {}, content_type=JSON)
    taken = officer.post(f"{LISTS}/{body['id']}/retirement", {}, content_type=JSON)
    again = officer.post(f"{LISTS}/{body['id']}/publication", {}, content_type=JSON)
    listed = assert_as_described(officer.get(f"{LISTS}?gate=1&tier=high&key=own-list"), "checklist-templates")

    assert (drafted.status_code, body["version"], body["state"], body["item_count"]) == (201, 2, "draft", 2)
    assert [(one["kind"], one["key"]) for one in body["changes"]] == [
        ("changed", "1-9"),
        ("added", "1-11"),
        ("removed", "1-10"),
    ]
    states = [
        assert_as_described(answer, f"checklist-templates/{{template_id}}/{act}", "post")["state"]
        for answer, act in ((put, "publication"), (taken, "retirement"))
    ]
    assert states == ["in_force", "retired"]
    assert again.status_code == 409
    assert [(row["version"], row["state"]) for row in listed["results"]] == [(2, "retired"), (1, "retired")]
    assert officer.get(f"{LISTS}?state=in_force").json()["results"] == []


def test_looking_at_a_list_keeps_nothing(officer: Client) -> None:
    answer = sent(officer, check=True)

    body = assert_as_described(answer, "checklist-templates", "post")
    assert (answer.status_code, [item["title"] for item in body["items"]]) == (200, ["Rule 1.9", "Rule 1.11"])
    assert not ChecklistTemplate.objects.exists()


def test_file_is_brought_in_and_a_repeated_call_makes_no_second_draft(officer: Client) -> None:
    def send(gates: list[int]) -> Any:
        values = {**TERMS, "gates": gates, "file": SimpleUploadedFile("list.csv", CSV)}
        return officer.post(LISTS, values, headers={"Idempotency-Key": "one"})

    first, second, other = send([1, 2]), send([1, 2]), send([0, 2])

    assert (first.status_code, second.status_code, other.status_code) == (201, 201, 422)
    assert second.json() == first.json()
    assert ChecklistTemplate.objects.get().gates == [1, 2]


def test_rows_that_can_not_be_taken_are_named_and_nothing_is_kept(officer: Client) -> None:
    untitled = sent(officer, [["1", "", "", ""], ["2", "Two", "", ""]])
    uneven = sent(officer, [["1", "One"]])
    no_list = officer.post(LISTS, {**TERMS, "file": SimpleUploadedFile("list.pdf", b"%PDF-1.7 x")})
    unknown = sent(officer, gates=[9])

    assert [answer.status_code for answer in (untitled, uneven, no_list, unknown)] == [422] * 4
    assert "Row 2, column “Title”: the item has no title" in untitled.json()["errors"][0]["detail"]
    assert "another number of cells" in uneven.json()["errors"][0]["detail"]
    assert "PDF" in no_list.json()["errors"][0]["detail"]
    assert not ChecklistTemplate.objects.exists()


def test_list_goes_out_as_a_file_and_comes_back_without_loss(officer: Client) -> None:
    template = published(datetime.now(UTC), *FIRST)
    address = f"{LISTS}/{template.pk}"

    by_name = [officer.get(f"{address}?format={kind}") for kind in ("csv", "xlsx")]
    by_header = officer.get(address, headers={"Accept": "text/csv"})
    whole = assert_as_described(officer.get(address), "checklist-templates/{template_id}")

    for answer in (*by_name, by_header):
        read = read_table(answer.content)
        assert (read.columns, read.rows) == (table_of(template).columns, table_of(template).rows)
    assert by_header["Content-Type"].startswith("text/csv")
    assert [item["title"] for item in whole["items"]] == ["Rule 1.9", "Rule 1.10"]


def test_drafts_are_kept_from_everybody_else(officer: Client, caller: Caller) -> None:
    draft = sent(officer).json()["id"]
    outsider, auditor = caller(UserFactory()), caller(RoleGrantFactory(role="auditor").user)

    assert outsider.get(f"{LISTS}/{draft}").status_code == 404
    assert outsider.get(LISTS).json()["results"] == []
    assert auditor.get(f"{LISTS}/{draft}").status_code == 200
    assert auditor.post(f"{LISTS}/{draft}/publication", {}, content_type=JSON).status_code == 403
    assert sent(outsider).status_code == 403
    assert officer.delete(f"{LISTS}/{draft}").status_code == 204
    assert not ChecklistTemplate.objects.exists()
