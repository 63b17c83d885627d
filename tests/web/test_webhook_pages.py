"""The pages of webhooks: a secret once, a log to narrow, refusals beside their fields."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from pocgate.ledger.enums import VERBS
from pocgate.ledger.models import WebhookDelivery, WebhookEndpoint
from pocgate.ledger.queries.webhooks import secret_of
from tests.factories.ledger import WebhookDeliveryFactory, WebhookEndpointFactory
from tests.web.conftest import Visitor

pytestmark = pytest.mark.django_db

VALUES = {
    "name": "Evidence store",
    "url": "https://store.example.org/hook",
    "nouns": ["decision"],
    "verbs": ["kpi.defined", "review.voting_opened"],
}


def test_new_webhook_shows_its_secret_once(visitor: Visitor) -> None:
    admin = visitor("admin")

    made = admin.post(reverse("new_webhook"), VALUES)

    endpoint = WebhookEndpoint.objects.get()
    secret = secret_of(endpoint.nonce)
    assert endpoint.kinds == ["decision", "kpi.defined", "review.voting_opened"]
    assert secret in made.content.decode()
    later = [reverse("webhooks"), reverse("webhook", args=[endpoint.pk]), reverse("webhook_edit", args=[endpoint.pk])]
    assert [secret in admin.get(address).content.decode() for address in later] == [False, False, False]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"url": "https://169.254.169.254/latest"}, "is not a public address"),
        ({"url": "http://store.example.org/"}, "Use https"),
        ({"verbs": ["decision.mode"]}, "is no kind of event. Perhaps you mean: decision.made"),
        ({"nouns": ["nonsense"]}, "is not one of the available choices"),
        ({"name": ""}, "This field is required"),
    ],
)
def test_values_that_are_refused_return_the_form_with_the_reason(
    visitor: Visitor, change: dict[str, Any], words: str
) -> None:
    answer = visitor("admin").post(reverse("new_webhook"), VALUES | change)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not WebhookEndpoint.objects.exists()


def test_form_of_a_webhook_holds_what_it_has(visitor: Visitor) -> None:
    endpoint = WebhookEndpointFactory(kinds=["decision", "kpi.defined"])
    admin = visitor("admin")

    page = admin.get(reverse("webhook_edit", args=[endpoint.pk])).content.decode()
    admin.post(reverse("webhook_edit", args=[endpoint.pk]), VALUES | {"nouns": [], "verbs": []})
    endpoint.refresh_from_db()

    assert re.search(r'value="kpi.defined"[^>]* checked', page)
    assert not re.search(r'value="kpi.retired"[^>]* checked', page)
    assert re.findall(r"<details[^>]* open><summary>([a-z_]+)<", page) == ["kpi"]
    assert (endpoint.name, endpoint.kinds) == ("Evidence store", [])


def test_form_offers_single_events_by_their_noun_and_no_vote(visitor: Visitor) -> None:
    page = visitor("admin").get(reverse("new_webhook")).content.decode()

    assert page.count('name="verbs"') == len(VERBS)
    assert "<summary>costs</summary>" in page
    assert "recorded a cost" in page
    assert "costs (many at once)" in page
    assert "review.vote_changed" not in page


def test_log_is_narrowed_by_state_and_kind_and_goes_on(visitor: Visitor) -> None:
    endpoint = WebhookEndpointFactory()
    for number in range(55):
        WebhookDeliveryFactory(endpoint=endpoint, kind="kpi.defined", position=number + 1)
    WebhookDeliveryFactory(endpoint=endpoint, state="failed", position=100)
    admin, address = visitor("admin"), reverse("webhook", args=[endpoint.pk])

    pages = [admin.get(address, query) for query in ({}, {"state": "failed"}, {"kind": "kpi"}, {"before": "nonsense"})]
    second = admin.get(address + pages[0].context["next_url"])

    assert [len(page.context["deliveries"]) for page in pages] == [50, 1, 50, 50]
    assert [len(second.context["deliveries"]), second.context["next_url"]] == [6, ""]


@pytest.mark.parametrize("count", [1, 3])
def test_log_costs_the_same_however_long_it_is(
    visitor: Visitor, count: int, django_assert_max_num_queries: Any
) -> None:
    endpoint = WebhookEndpointFactory()
    for number in range(count):
        WebhookDeliveryFactory(endpoint=endpoint, position=number + 1)
    admin = visitor("admin")
    admin.get(reverse("home"))

    with django_assert_max_num_queries(14):
        admin.get(reverse("webhook", args=[endpoint.pk]))


def test_replay_from_the_page_makes_a_delivery_of_the_same_envelope(visitor: Visitor) -> None:
    first = WebhookDeliveryFactory()

    answer = visitor("admin").post(reverse("webhook_replay", args=[first.endpoint_id, first.pk]))

    again = WebhookDelivery.objects.latest("pk")
    assert answer["Location"] == reverse("webhook_delivery", args=[first.endpoint_id, again.pk])
    assert (again.message_id, again.body, again.cause) == (first.message_id, first.body, "replay")


def test_auditor_is_offered_nothing_to_change(visitor: Visitor) -> None:
    delivery = WebhookDeliveryFactory()
    auditor = visitor("auditor")

    pages = [
        auditor.get(address).content.decode()
        for address in (
            reverse("webhooks"),
            reverse("webhook", args=[delivery.endpoint_id]),
            reverse("webhook_delivery", args=[delivery.endpoint_id, delivery.pk]),
        )
    ]

    assert not any("/rotate/" in page or "/replay/" in page or "/new/" in page for page in pages)


def test_failed_events_are_shown_and_sent_again(visitor: Visitor) -> None:
    endpoint = WebhookEndpointFactory()
    for number in range(3):
        WebhookDeliveryFactory(endpoint=endpoint, state="failed", position=number + 1)
    admin, address = visitor("admin"), reverse("webhook", args=[endpoint.pk])

    pages = [admin.get(page).content.decode() for page in (reverse("webhooks"), address)]
    answer = admin.post(reverse("webhook_send_failed", args=[endpoint.pk]), follow=True).content.decode()

    assert ["3 failed" in page for page in pages] == [True, True]
    assert "Send all 3 failed again" in pages[1]
    assert "3 events are on their way again" in answer
    assert "3 failed" not in answer
    assert WebhookDelivery.objects.filter(state="waiting", attempts=0).count() == 3


def test_log_of_a_removed_webhook_is_reached_and_nothing_is_offered_there(visitor: Visitor) -> None:
    delivery = WebhookDeliveryFactory(endpoint__state="removed", endpoint__disabled_at=timezone.now())
    admin, address = visitor("admin"), reverse("webhook", args=[delivery.endpoint_id])

    listed = admin.get(reverse("webhooks")).content.decode()
    page = admin.get(address)
    one = admin.get(reverse("webhook_delivery", args=[delivery.endpoint_id, delivery.pk])).content.decode()

    assert f'href="{address}"' in listed
    assert f'href="{address}"' in one
    assert list(page.context["deliveries"]) == [delivery]
    assert not any(
        "/replay/" in text or "/enable/" in text or "/edit/" in text for text in (one, page.content.decode())
    )
    assert admin.get(reverse("webhook_edit", args=[delivery.endpoint_id])).status_code == 404


def test_delivery_that_was_tried_twice_looks_tried(visitor: Visitor) -> None:
    delivery = WebhookDeliveryFactory(
        state="waiting", attempts=0, finished_at=None, last_status=None, last_error="No answer.", last_duration_ms=9876
    )
    for _ in range(2):
        delivery.tries.create(
            at=timezone.now(), url="https://old.example.org/hook", error="No answer.", duration_ms=9876
        )
    admin = visitor("admin")

    listed = admin.get(reverse("webhook", args=[delivery.endpoint_id])).content.decode()
    page = admin.get(reverse("webhook_delivery", args=[delivery.endpoint_id, delivery.pk])).content.decode()

    assert "tried 2 times: No answer." in listed
    assert "9,876 ms" in listed
    assert "the last without an answer: No answer." in page
    assert page.count("POST https://old.example.org/hook") == 2
