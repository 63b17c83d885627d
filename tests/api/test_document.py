"""The OpenAPI document, the page that shows it, health, and who am I."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from pocgate.kernel.models import Heartbeat
from tests.api.conftest import API, Caller
from tests.api.contract import assert_as_described, document
from tests.factories.identity import RoleGrantFactory

pytestmark = pytest.mark.django_db


def test_document_is_valid_openapi_without_a_warning() -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=StringIO())


def test_document_is_served_as_yaml_and_as_json(client: Client) -> None:
    as_yaml, as_json = client.get(f"{API}/schema/"), client.get(f"{API}/schema/?format=json")

    assert as_yaml.content.startswith(b"openapi: 3.1")
    assert json.loads(as_json.content)["openapi"].startswith("3.1")


def test_document_names_tokens_and_the_error_shape() -> None:
    components = document()["components"]

    assert components["securitySchemes"]["token"]["scheme"] == "bearer"
    assert set(components["schemas"]["Problem"]["required"]) == {
        *("type", "title", "status", "detail", "instance", "errors")
    }


def test_page_needs_no_inline_script_and_no_other_host(client: Client) -> None:
    answer = client.get(f"{API}/docs/")

    page = answer.content.decode()
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    assert "style=" not in page
    assert "<style" not in page
    assert "://" not in page
    assert page.count("<script") == page.count("<script src=")


def test_ready_while_everything_beats_is_200(client: Client, settings: Any, tmp_path: Path) -> None:
    settings.REDIS_URL = ""
    settings.BROKER_DIR = tmp_path
    (tmp_path / "queue").mkdir()
    for name in ("worker", "beat"):
        Heartbeat.objects.create(name=name, seen_at=timezone.now())

    answer = client.get(f"{API}/health/ready")

    assert (answer.status_code, assert_as_described(answer, "health/ready")["status"]) == (200, "ready")


def test_ready_while_the_worker_is_silent_is_503(client: Client) -> None:
    Heartbeat.objects.create(name="worker", seen_at=timezone.now() - timedelta(hours=1))

    answer = client.get(f"{API}/health/ready")

    body = assert_as_described(answer, "health/ready")
    assert (answer.status_code, body["status"], body["worker"], body["beat"]) == (503, "not_ready", "down", "down")


def test_me_tells_the_account_its_roles_and_its_token(caller: Caller) -> None:
    user = RoleGrantFactory(role="sponsor").user

    body = assert_as_described(caller(user, ["gates:read"]).get(f"{API}/me"), "me")

    assert (body["username"], body["roles"], body["token"]["scopes"]) == (user.username, ["sponsor"], ["gates:read"])


def test_me_in_a_session_has_no_token(client: Client) -> None:
    client.force_login(RoleGrantFactory(role="sponsor").user)

    assert assert_as_described(client.get(f"{API}/me"), "me")["token"] is None
