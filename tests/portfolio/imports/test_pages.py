"""The import in the browser: the same figures, corrections, consent, and refusals that keep nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from portfolio import tasks
from portfolio.models import ImportMapping, ImportRun, UseCase
from tests.factories.identity import RoleGrantFactory, UserFactory

pytestmark = pytest.mark.django_db

TASKS = {"portfolio.check_import": tasks.check_import, "portfolio.apply_import": tasks.apply_import}
SMALL = (
    b"Use case name,Department,Stage\nSort claims,Claims,Pilot\nRead letters,Mail,somewhat nearly ready for testing\n"
)


@pytest.fixture
def owner(client: Client) -> Client:
    person = RoleGrantFactory(role="product_owner").user
    client.force_login(person)
    return client


@pytest.fixture
def work(sent_tasks: list[tuple[str, dict[str, Any]]], django_capture_on_commit_callbacks: Any) -> Any:
    """Do what a worker would do with the wake-ups sent so far."""

    def do() -> None:
        while sent_tasks:
            name, arguments = sent_tasks.pop(0)
            if name in TASKS:
                TASKS[name](**arguments)

    return do


def upload(client: Client, content: bytes, capture: Any, name: str = "list.csv") -> Any:
    with capture(execute=True):
        return client.post("/imports/", {"file": SimpleUploadedFile(name, content)})


def post(client: Client, run: ImportRun, what: str, capture: Any, **values: str) -> Any:
    with capture(execute=True):
        return client.post(f"/imports/{run.pk}/{what}/", values)


def test_upload_check_and_apply_in_the_browser(
    owner: Client, work: Any, django_capture_on_commit_callbacks: Any
) -> None:
    response = upload(owner, SMALL, django_capture_on_commit_callbacks)
    run = ImportRun.objects.get()
    assert response["Location"] == f"/imports/{run.pk}/"
    assert run.state == "checking"
    assert owner.get(f"/imports/{run.pk}/progress/").status_code == 200

    work()
    page = owner.get(f"/imports/{run.pk}/")
    assert page.status_code == 200
    assert owner.get(f"/imports/{run.pk}/progress/").status_code == 204

    refused = post(owner, run, "apply", django_capture_on_commit_callbacks)
    assert (refused.status_code, UseCase.objects.count()) == (409, 0)

    post(owner, run, "apply", django_capture_on_commit_callbacks, accept_imputed="on")
    work()
    run.refresh_from_db()
    assert (run.state, UseCase.objects.count()) == ("applied", 2)
    assert owner.get(f"/imports/{run.pk}/").status_code == 200


def test_corrected_mapping_is_used_confirmed_and_saved(
    owner: Client, work: Any, django_capture_on_commit_callbacks: Any
) -> None:
    upload(owner, SMALL, django_capture_on_commit_callbacks)
    work()
    run = ImportRun.objects.get()
    words = {word["word"]: number for number, word in enumerate(run.summary["words"])}

    answers = {"column_1": "title", "column_2": "unit", "column_3": "stage", "save_as": "Our list"}
    answers |= {f"word_{number}": "3" if word.startswith("somewhat") else "2" for word, number in words.items() if word}
    post(owner, run, "mapping", django_capture_on_commit_callbacks, **answers)
    work()

    run.refresh_from_db()
    assert (run.state, run.mapping_confirmed) == ("checked", True)
    assert {column["column"]: column["field"] for column in run.summary["mapping"]} == {
        "Use case name": "title",
        "Department": "unit",
        "Stage": "stage",
    }
    assert (run.summary["stages"]["2"], run.summary["stages"]["3"]) == (1, 1)
    assert ImportMapping.objects.get().name == "Our list"


def test_two_columns_for_one_field_return_the_form_with_the_reason(
    owner: Client, work: Any, django_capture_on_commit_callbacks: Any
) -> None:
    upload(owner, SMALL, django_capture_on_commit_callbacks)
    work()

    answer = post(
        owner,
        ImportRun.objects.get(),
        "mapping",
        django_capture_on_commit_callbacks,
        column_1="title",
        column_2="title",
    )

    assert answer.status_code == 422
    assert "already taken" in answer.content.decode()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256))),
        ("nul.csv", b"Use case name,Stage\nSort\x00claims,Pilot\n"),
        ("cut.csv", b'Use case name,Stage,Department\n"Sort claims,Pilot,Cla'),
    ],
)
def test_unusable_upload_is_refused_on_its_page(
    owner: Client, work: Any, django_capture_on_commit_callbacks: Any, name: str, content: bytes
) -> None:
    upload(owner, content, django_capture_on_commit_callbacks, name)
    work()

    run = ImportRun.objects.get()
    page = owner.get(f"/imports/{run.pk}/")
    assert run.state == "refused"
    assert page.status_code == 200
    assert run.refusal_code in page.content.decode()
    assert UseCase.objects.count() == 0


def test_empty_upload_returns_the_form(owner: Client, django_capture_on_commit_callbacks: Any) -> None:
    answer = upload(owner, b"", django_capture_on_commit_callbacks)

    assert (answer.status_code, ImportRun.objects.count()) == (422, 0)


def test_upload_beyond_the_limit_is_refused_by_size(
    owner: Client, django_capture_on_commit_callbacks: Any, settings: Any
) -> None:
    settings.MAX_UPLOAD_BYTES = 1024

    answer = upload(owner, b"Use case name,Stage\n" + b"x" * 3_000_000, django_capture_on_commit_callbacks)

    assert (answer.status_code, ImportRun.objects.count()) == (422, 0)
    assert "larger than" in answer.content.decode()


def test_person_without_the_role_may_not_import(client: Client) -> None:
    client.force_login(UserFactory())

    answer = client.post("/imports/", {"file": SimpleUploadedFile("list.csv", SMALL)})

    assert (answer.status_code, ImportRun.objects.count()) == (403, 0)


def test_inventory_2024_in_the_browser_gives_the_published_figures(
    owner: Client, work: Any, django_capture_on_commit_callbacks: Any, shared_data: Path
) -> None:
    content = (shared_data / "us-federal-2024" / "inventory-2024-v2.csv").read_bytes()
    upload(owner, content, django_capture_on_commit_callbacks, "inventory-2024-v2.csv")
    work()
    run = ImportRun.objects.get()

    post(owner, run, "apply", django_capture_on_commit_callbacks)
    work()

    run.refresh_from_db()
    assert run.summary["written"]["created"] == UseCase.objects.count() == 2133
    assert run.summary["stages"] == {
        "0": 399, "1": 404, "2": 287, "3": 892, "retired": 142, "closed": 5, "unknown": 4,
    }  # fmt: skip
    assert "2,133" in owner.get(f"/imports/{run.pk}/").content.decode()
