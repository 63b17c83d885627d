"""Webhooks over REST: made, changed, rotated, read, replayed."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from standardwebhooks import Webhook

from pocgate.identity.models import User
from pocgate.ledger.models import WebhookDelivery, WebhookEndpoint
from pocgate.ledger.tasks import dispatch_events, send_webhooks
from tests.api.conftest import API, Caller
from tests.api.contract import assert_as_described
from tests.factories.identity import RoleGrantFactory
from tests.factories.ledger import WebhookDeliveryFactory
from tests.ledger.conftest import endpoint, receiver
from tests.ledger.receiver import Receiver, Reply

__all__ = ["endpoint", "receiver"]

pytestmark = pytest.mark.django_db

HOOK = {"name": "SIEM", "url": "https://siem.example.org/hook", "kinds": ["decision", "kpi.defined"]}


@pytest.fixture(autouse=True)
def _no_messages(sent_tasks: list[Any]) -> None:
    """Tasks are called by hand."""


@pytest.fixture
def admin() -> User:
    user: User = RoleGrantFactory(role="admin").user
    return user


@pytest.fixture
def client(caller: Caller, admin: User) -> Client:
    return caller(admin)


def send(client: Client, path: str, body: dict[str, Any] | None = None, method: str = "post", **headers: str) -> Any:
    call = getattr(client, method)
    return call(f"{API}/{path}", body or {}, content_type="application/json", headers=headers)


def test_secret_is_told_when_it_is_made_and_never_again(client: Client) -> None:
    made = assert_as_described(send(client, "webhooks", HOOK), "webhooks", "post")

    listed = assert_as_described(client.get(f"{API}/webhooks"), "webhooks")
    one = assert_as_described(client.get(f"{API}/webhooks/{made['id']}"), "webhooks/{webhook_id}")

    secret = made.pop("secret")
    assert Webhook(secret)
    assert listed["results"] == [one] == [made]
    assert (one["kinds"], one["state"], one["created_by"]) == (HOOK["kinds"], "active", made["created_by"])
    assert secret not in client.get(f"{API}/webhooks").content.decode()


def test_change_asks_for_the_version_that_was_read(client: Client) -> None:
    made = send(client, "webhooks", HOOK).json()
    path = f"webhooks/{made['id']}"
    tag = client.get(f"{API}/{path}")["ETag"]

    statuses = [
        send(client, path, {"name": "Vault"}, "patch").status_code,
        send(client, path, {"name": "Vault"}, "patch", **{"If-Match": tag}).status_code,
        send(client, path, {"name": "Late"}, "patch", **{"If-Match": tag}).status_code,
    ]

    assert statuses == [428, 200, 412]
    assert client.get(f"{API}/{path}").json()["name"] == "Vault"


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"url": "https://10.0.0.8/"}, "/url"),
        ({"url": "nonsense"}, "/url"),
        ({"kinds": ["nonsense"]}, "/kinds"),
        ({"kinds": ["decision.mode"]}, "/kinds"),
        ({"kinds": ["review.voted"]}, "/kinds"),
        ({"name": ""}, "/name"),
        ({"colour": "red"}, "/colour"),
    ],
)
def test_values_that_can_not_be_are_refused_with_their_place(
    client: Client, change: dict[str, Any], pointer: str
) -> None:
    answer = send(client, "webhooks", HOOK | change)

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert not WebhookEndpoint.objects.exists()


def test_log_tells_request_response_and_duration_and_a_replay_sends_again(
    client: Client, endpoint: WebhookEndpoint, receiver: Receiver
) -> None:
    receiver.reply = Reply(200, b"thanks")
    path = f"webhooks/{endpoint.pk}"
    made = assert_as_described(send(client, f"{path}/test"), "webhooks/{webhook_id}/test", "post")
    dispatch_events()
    send_webhooks(endpoint_id=endpoint.pk)

    one = client.get(f"{API}/{path}/deliveries/{made['id']}")
    told = assert_as_described(one, "webhooks/{webhook_id}/deliveries/{delivery_id}")
    again = send(client, f"{path}/deliveries/{made['id']}/replay").json()
    listed = assert_as_described(
        client.get(f"{API}/{path}/deliveries", {"type": "webhook.test"}), "webhooks/{webhook_id}/deliveries"
    )

    (attempt,) = told["tries"]
    assert (told["state"], attempt["status"], attempt["response_body"]) == ("delivered", 200, "thanks")
    assert attempt["request_headers"]["webhook-id"] == told["message_id"] == again["message_id"]
    assert attempt["duration_ms"] == told["last_duration_ms"] >= 0
    assert (attempt["url"], attempt["address"], told["last_error"]) == (endpoint.url, "127.0.0.1", "")
    assert [(row["cause"], row["state"]) for row in listed["results"]] == [("replay", "waiting"), ("test", "delivered")]


def test_disabled_webhook_is_enabled_again(client: Client) -> None:
    made = send(client, "webhooks", HOOK).json()
    path = f"webhooks/{made['id']}"

    disabled = assert_as_described(
        send(client, f"{path}/disabling", {"because": "Moving."}), "webhooks/{webhook_id}/disabling", "post"
    )
    twice = send(client, f"{path}/disabling")
    enabled = send(client, f"{path}/enabling", {"skip_missed": True}).json()
    removed = send(client, f"{path}/removal")

    assert (disabled["state"], disabled["disabled_because"]) == ("disabled", "Moving.")
    assert (twice.status_code, twice.json()["errors"][0]["code"]) == (409, "already_disabled")
    assert (enabled["state"], enabled["disabled_at"]) == ("active", None)
    assert removed.status_code == 204
    assert client.get(f"{API}/{path}").status_code == 404


def test_log_of_a_removed_webhook_is_found_and_read(client: Client) -> None:
    made = send(client, "webhooks", HOOK).json()
    delivery = WebhookDeliveryFactory(endpoint=WebhookEndpoint.objects.get())
    path = f"webhooks/{made['id']}"
    send(client, f"{path}/removal")

    found = [client.get(f"{API}/webhooks", query).json()["results"] for query in ({}, {"state": "removed"})]
    log = assert_as_described(client.get(f"{API}/{path}/deliveries"), "webhooks/{webhook_id}/deliveries")

    assert [[row["id"] for row in rows] for rows in found] == [[], [made["id"]]]
    assert [row["id"] for row in log["results"]] == [delivery.pk]
    assert client.get(f"{API}/{path}/deliveries/{delivery.pk}").status_code == 200
    assert send(client, f"{path}/deliveries/{delivery.pk}/replay").status_code == 409


def test_auditor_reads_and_changes_nothing(caller: Caller, client: Client) -> None:
    made = send(client, "webhooks", HOOK).json()
    auditor = caller()

    refused = [send(auditor, "webhooks", HOOK), send(auditor, f"webhooks/{made['id']}/rotation")]

    assert auditor.get(f"{API}/webhooks").json()["results"][0]["id"] == made["id"]
    assert [answer.status_code for answer in refused] == [403, 403]
    assert WebhookEndpoint.objects.count() == 1
    assert not WebhookDelivery.objects.exists()


def test_failed_events_are_counted_and_sent_again(client: Client) -> None:
    made = send(client, "webhooks", HOOK).json()
    for number in range(2):
        WebhookDeliveryFactory(endpoint=WebhookEndpoint.objects.get(), state="failed", position=number + 1)
    path = f"webhooks/{made['id']}"
    before = client.get(f"{API}/{path}").json()["failed_events"]

    again = assert_as_described(send(client, f"{path}/replay-failed"), "webhooks/{webhook_id}/replay-failed", "post")

    assert (made["failed_events"], before, again) == (0, 2, {"events": 2})
    assert client.get(f"{API}/{path}").json()["failed_events"] == 0
