"""Evidence over REST."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from pocgate.identity.models import User
from portfolio.models import Evidence, UseCase
from tests.api.conftest import API, Caller
from tests.api.contract import assert_as_described
from tests.factories.portfolio import TeamMemberFactory, UseCaseFactory

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n" + b"x" * 5000
DESCRIBED = "use-cases/{ref}/evidence"


@pytest.fixture
def case() -> UseCase:
    made: UseCase = UseCaseFactory()
    return made


@pytest.fixture
def member(case: UseCase) -> User:
    user: User = TeamMemberFactory(case=case).user
    return user


def send_file(client: Any, case: UseCase, content: bytes, name: str = "dpia.pdf", **headers: str) -> Any:
    body = {"title": "Impact assessment", "file": SimpleUploadedFile(name, content)}
    return client.post(f"{API}/use-cases/{case.reference}/evidence", body, headers=headers)


def test_evidence_file_is_kept_under_its_hash(caller: Caller, case: UseCase, member: User) -> None:
    client = caller(member)

    body = assert_as_described(send_file(client, case, PDF), DESCRIBED, "post")

    assert [(row["sha256"], row["size"]) for row in body["revisions"]] == [(hashlib.sha256(PDF).hexdigest(), len(PDF))]
    listed = assert_as_described(client.get(f"{API}/use-cases/{case.reference}/evidence"), DESCRIBED)
    assert listed["results"] == [body]


def test_evidence_link_is_kept_as_text(caller: Caller, case: UseCase, member: User) -> None:
    answer = caller(member).post(
        f"{API}/use-cases/{case.reference}/evidence",
        {"title": "Report", "link": "https://wiki.example/report", "valid_until": "2999-01-01"},
        content_type="application/json",
    )

    body = assert_as_described(answer, DESCRIBED, "post")
    assert (answer.status_code, body["revisions"][0]["link"]) == (201, "https://wiki.example/report")


@pytest.mark.parametrize(
    ("name", "content"),
    [("x.exe", b"MZ"), ("x.pdf", b"\x89PNG\r\n\x1a\n"), ("x.pdf", b""), ("x", b"%PDF-")],
)
def test_evidence_file_of_no_listed_type_is_refused(
    caller: Caller, case: UseCase, member: User, name: str, content: bytes
) -> None:
    answer = send_file(caller(member), case, content, name)

    assert_as_described(answer, DESCRIBED, "post")
    assert (answer.status_code, Evidence.objects.count()) == (422, 0)


def test_evidence_larger_than_allowed_is_refused_by_its_size(
    caller: Caller, case: UseCase, member: User, settings: Any
) -> None:
    settings.MAX_UPLOAD_BYTES = 1000

    answer = send_file(caller(member), case, PDF)

    assert (answer.status_code, answer.json()["type"]) == (413, "urn:pocgate:problem:too-large")
    assert Evidence.objects.count() == 0


@pytest.mark.parametrize("body", [b"", b"--x\r\n", b"nonsense", b"--x\r\nContent-Disposition: form-data\r\n\r\n--x--"])
def test_evidence_form_that_is_cut_is_refused(caller: Caller, case: UseCase, member: User, body: bytes) -> None:
    answer = caller(member).generic(
        "POST", f"{API}/use-cases/{case.reference}/evidence", body, "multipart/form-data; boundary=x"
    )

    assert answer.status_code in {400, 422}
    assert_as_described(answer, DESCRIBED, "post")


def test_evidence_repeated_under_its_key_is_attached_once(caller: Caller, case: UseCase, member: User) -> None:
    client, key = caller(member), {"Idempotency-Key": "dpia"}

    first, again = send_file(client, case, PDF, **key), send_file(client, case, PDF, **key)
    other = send_file(client, case, PDF + b"!", **key)

    assert (first.status_code, again.content, other.status_code) == (201, first.content, 422)
    assert Evidence.objects.count() == 1


def test_evidence_with_neither_file_nor_link_is_refused(caller: Caller, case: UseCase, member: User) -> None:
    answer = caller(member).post(
        f"{API}/use-cases/{case.reference}/evidence", {"title": "x"}, content_type="application/json"
    )

    assert answer.status_code == 422
