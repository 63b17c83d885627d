"""Events that were given up while others got through: told, counted, and sent again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from pocgate.identity.models import User
from pocgate.inbox.models import Notification
from pocgate.inbox.tasks import tell_webhook_given_up
from pocgate.kernel.errors import Forbidden
from pocgate.kernel.models import Job
from pocgate.ledger.commands.deliveries import replay_delivery, send_failed_again
from pocgate.ledger.commands.endpoints import disable_endpoint, enable_endpoint, remove_endpoint
from pocgate.ledger.models import Activity, WebhookDelivery, WebhookEndpoint
from pocgate.ledger.queries.webhooks import endpoints
from tests.factories.identity import UserFactory
from tests.ledger.receiver import Receiver, Reply
from tests.ledger.test_webhooks import act, deliver, edited

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_messages(sent_tasks: list[Any]) -> None:
    """Tasks are called by hand."""


@pytest.fixture
def failed(endpoint: WebhookEndpoint, receiver: Receiver, settings: Any) -> WebhookEndpoint:
    """An endpoint that took one event and refused two."""
    settings.WEBHOOK_PAUSES = []
    edited(endpoint)
    act("decision.made")
    act("decision.made")
    act("decision.corrected")
    others_get_through()
    receiver.reply = lambda number: Reply(422 if number < 2 else 200)
    deliver(endpoint)
    receiver.reply = Reply(200)
    return endpoint


def others_get_through() -> None:
    """As if events were taken while those of the test are tried, which would else disable the endpoint."""
    WebhookEndpoint.objects.update(succeeded_at=timezone.now() + timedelta(hours=1))


def told() -> list[str]:
    for job in Job.objects.filter(kind="inbox.tell_webhook_given_up", state="waiting"):
        tell_webhook_given_up(job_id=job.pk)
    return list(Notification.objects.order_by("pk").values_list("title", flat=True))


def test_event_that_is_given_up_is_told_to_administrators_once_a_day(
    failed: WebhookEndpoint, receiver: Receiver
) -> None:
    first = told()
    receiver.reply = Reply(422)
    others_get_through()
    act("decision.made")
    deliver(failed)
    failed.refresh_from_db()

    assert first == told() == ["2 events did not reach the webhook “Audit”"]
    assert failed.state == "active"
    notice = Notification.objects.get()
    assert (notice.user, notice.url) == (failed.created_by, f"/administration/webhooks/{failed.pk}/?state=failed")


def test_nothing_is_told_of_events_that_were_sent_again_meanwhile(failed: WebhookEndpoint, admin: User) -> None:
    send_failed_again(endpoint_id=failed.pk, actor=admin, now=timezone.now())

    assert told() == []
    assert not Job.objects.exclude(state="done").exists()


def test_failed_events_are_counted_until_they_are_sent_again(
    failed: WebhookEndpoint, receiver: Receiver, admin: User
) -> None:
    counts = [endpoints().values_list("failed", flat=True).get()]
    lost = list(WebhookDelivery.objects.filter(state="failed").order_by("pk"))
    replay_delivery(delivery_id=lost[0].pk, actor=admin, now=timezone.now())
    deliver(failed)
    counts.append(endpoints().values_list("failed", flat=True).get())

    again = send_failed_again(endpoint_id=failed.pk, actor=admin, now=timezone.now())
    deliver(failed)
    counts.append(endpoints().values_list("failed", flat=True).get())
    nothing = send_failed_again(endpoint_id=failed.pk, actor=admin, now=timezone.now())

    assert counts == [2, 1, 0]
    assert (again, nothing) == (1, 0)
    assert [got.id for got in receiver.got[-2:]] == [lost[0].message_id, lost[1].message_id]
    assert Activity.objects.filter(verb="webhook.replayed").count() == 2


def test_only_administrators_send_failed_events_again(failed: WebhookEndpoint) -> None:
    with pytest.raises(Forbidden):
        send_failed_again(endpoint_id=failed.pk, actor=UserFactory(), now=timezone.now())

    assert WebhookDelivery.objects.filter(state="failed").count() == 2


@pytest.mark.parametrize("is_removed", [True, False])
def test_what_was_left_out_on_purpose_is_dropped_and_not_failed(
    endpoint: WebhookEndpoint, receiver: Receiver, admin: User, is_removed: bool
) -> None:
    edited(endpoint)
    receiver.reply = Reply(500)
    act()
    deliver(endpoint)
    now = timezone.now()

    if is_removed:
        remove_endpoint(endpoint_id=endpoint.pk, actor=admin, now=now)
    else:
        disable_endpoint(endpoint_id=endpoint.pk, actor=admin, now=now)
        enable_endpoint(endpoint_id=endpoint.pk, actor=admin, now=now, skip_missed=True)

    assert WebhookDelivery.objects.get().state == "dropped"
    assert list(endpoints().values_list("failed", flat=True)) == ([] if is_removed else [0])
