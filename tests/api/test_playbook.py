"""The playbook over REST: read by everybody, checked by line, published by administrators."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from scoring.commands.playbooks import ensure_default_playbook
from scoring.queries.playbooks import default_playbook_text, published_playbook
from tests.api.conftest import API, Caller
from tests.api.contract import assert_as_described
from tests.factories.identity import RoleGrantFactory, UserFactory

pytestmark = pytest.mark.django_db


def _easier() -> str:
    return default_playbook_text().replace("readiness_bar: 70", "readiness_bar: 60")


def _post(client: Client, path: str, text: str) -> Any:
    return client.post(f"{API}/{path}", {"text": text}, content_type="application/json")


def test_playbook_is_read_by_everybody_with_its_version(caller: Caller) -> None:
    client = caller(UserFactory())
    shipped = client.get(f"{API}/playbook")
    ensure_default_playbook(now=timezone.now())

    published = client.get(f"{API}/playbook")

    assert assert_as_described(shipped, "playbook")["version"] == 0
    found = assert_as_described(published, "playbook")
    assert (found["version"], found["text"]) == (1, default_playbook_text())
    assert client.get(f"{API}/playbook", headers={"If-None-Match": published["ETag"]}).status_code == 304


def test_check_tells_what_a_document_would_change(caller: Caller) -> None:
    answer = _post(caller(UserFactory()), "playbook:check", _easier())

    found = assert_as_described(answer, "playbook:check", "post")
    assert (found["valid"], found["problems"]) == (True, [])
    assert found["changes"] == [{"path": "gates[0].readiness_bar", "kind": "changed", "before": 70, "after": 60}]


def test_check_tells_every_fault_with_its_line(caller: Caller) -> None:
    text = (
        _easier().replace("    weight: 2\n", "    weight: 0\n", 1).replace("key: scope_bounded", "key: problem_stated")
    )

    found = assert_as_described(_post(caller(UserFactory()), "playbook:check", text), "playbook:check", "post")

    assert (found["valid"], found["changes"], found["digest"]) == (False, [], None)
    assert [(problem["line"], problem["code"]) for problem in found["problems"]] == [
        (194, "weight_out_of_range"),
        (200, "repeated_key"),
    ]


def test_publish_is_for_administrators(caller: Caller) -> None:
    ensure_default_playbook(now=timezone.now())
    admin, officer = (RoleGrantFactory(role=role).user for role in ("admin", "compliance"))

    refused = _post(caller(officer), "playbook", _easier())
    published = _post(caller(admin), "playbook", _easier())
    again = _post(caller(admin), "playbook", _easier())

    assert [refused.status_code, published.status_code, again.status_code] == [403, 201, 409]
    assert assert_as_described(published, "playbook", "post")["version"] == 2


def test_publish_of_a_faulty_document_is_refused_with_its_lines(caller: Caller) -> None:
    ensure_default_playbook(now=timezone.now())
    text = _easier().replace("    weight: 2\n", "    weight: 0\n", 1)

    answer = _post(caller(RoleGrantFactory(role="admin").user), "playbook", text)

    assert answer.status_code == 422
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [
        ("/line 194, criteria[0]/weight", "weight_out_of_range")
    ]
    assert published_playbook().version == 1
