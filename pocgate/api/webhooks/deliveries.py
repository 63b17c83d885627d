"""Views of the log of deliveries, and of sending again."""

from __future__ import annotations

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from pocgate.api import parameters
from pocgate.api.answers import json_answer
from pocgate.api.base import ApiView
from pocgate.api.bodies import read_body
from pocgate.api.cursors import cursor_parameter, limit_parameter
from pocgate.api.idempotency import idempotent
from pocgate.api.reviews.access import newest_page
from pocgate.api.reviews.bodies import EmptyBody
from pocgate.api.schema import ETAG_HEADERS, IDEMPOTENCY_KEY, described
from pocgate.api.webhooks.access import delivery_or_404, endpoint_or_404, logged_endpoint_or_404
from pocgate.api.webhooks.shapes import (
    DELIVERIES,
    DELIVERY,
    DELIVERY_IN_FULL,
    SENT_AGAIN,
    attempt_document,
    delivery_document,
)
from pocgate.api.webhooks.views import ID, TAG
from pocgate.identity.enums import Scope
from pocgate.ledger.commands.deliveries import replay_delivery, send_failed_again, send_test
from pocgate.ledger.enums import DeliveryState
from pocgate.ledger.queries.webhooks import deliveries_of

DELIVERY_ID = OpenApiParameter("delivery_id", int, OpenApiParameter.PATH)
FILTERS = (
    parameters.several("state", "States.", DeliveryState.values),
    parameters.text("type", "Of one verb, such as `decision.made`, or of all verbs of a noun.", longest=60),
    limit_parameter(),
    cursor_parameter(),
)


class DeliveriesView(ApiView):
    """The log of an endpoint."""

    required_scopes = {"GET": Scope.WEBHOOKS_WRITE}
    query_parameters = {"GET": FILTERS}

    @described(
        "list_webhook_deliveries",
        "List the deliveries of a webhook, the newest first",
        tag=TAG,
        query=FILTERS,
        parameters=(ID, *ETAG_HEADERS),
        answers={200: DELIVERIES, 304: None},
        errors=(404,),
    )
    def get(self, request: Request, webhook_id: int) -> HttpResponseBase:
        """What waits, what came through and what did not; of a removed webhook until its retention is over."""
        endpoint = logged_endpoint_or_404(self, webhook_id)
        found = deliveries_of(endpoint, states=self.values.get("state", ()), kind=self.values.get("type", ""))
        rows, cursor = newest_page(found, self.values)
        return json_answer(request, {"results": [delivery_document(row) for row in rows], "next_cursor": cursor})


class DeliveryView(ApiView):
    """One delivery."""

    required_scopes = {"GET": Scope.WEBHOOKS_WRITE}

    @described(
        "read_webhook_delivery",
        "Read a delivery with its envelope and each attempt",
        tag=TAG,
        parameters=(ID, DELIVERY_ID, *ETAG_HEADERS),
        answers={200: DELIVERY_IN_FULL, 304: None},
        errors=(404,),
    )
    def get(self, request: Request, webhook_id: int, delivery_id: int) -> HttpResponseBase:
        """Request, response and duration of each attempt."""
        delivery = delivery_or_404(self, webhook_id, delivery_id)
        tries = [attempt_document(attempt) for attempt in delivery.tries.order_by("pk")]
        return json_answer(request, delivery_document(delivery, body=delivery.body, tries=tries))


class ReplayView(ApiView):
    """Sending a stored envelope again."""

    required_scopes = {"POST": Scope.WEBHOOKS_WRITE}

    @described(
        "replay_webhook_delivery",
        "Send a delivery again",
        tag=TAG,
        parameters=(ID, DELIVERY_ID, IDEMPOTENCY_KEY),
        request=EmptyBody,
        answers={201: DELIVERY},
        errors=(400, 404, 409, 415),
    )
    @idempotent
    def post(self, request: Request, webhook_id: int, delivery_id: int) -> HttpResponse:
        """Once, under the same message id; it does not count for the endpoint's health."""
        delivery = delivery_or_404(self, webhook_id, delivery_id)
        read_body(EmptyBody, request.data)
        again = replay_delivery(delivery_id=delivery.pk, actor=self.person, now=self.now)
        return json_answer(request, delivery_document(again), status=201)


class FailedView(ApiView):
    """Sending all that was given up again."""

    required_scopes = {"POST": Scope.WEBHOOKS_WRITE}

    @described(
        "replay_failed_webhook_events",
        "Send every event that was given up again",
        tag=TAG,
        parameters=(ID, IDEMPOTENCY_KEY),
        request=EmptyBody,
        answers={200: SENT_AGAIN},
        errors=(400, 404, 409, 415),
    )
    @idempotent
    def post(self, request: Request, webhook_id: int) -> HttpResponse:
        """With all attempts, under the same message ids; a disabled webhook gets them once it is enabled."""
        endpoint_or_404(self, webhook_id)
        read_body(EmptyBody, request.data)
        again = send_failed_again(endpoint_id=webhook_id, actor=self.person, now=self.now)
        return json_answer(request, {"events": again})


class TestView(ApiView):
    """Trying an endpoint out."""

    required_scopes = {"POST": Scope.WEBHOOKS_WRITE}

    @described(
        "test_webhook",
        "Send a test to a webhook",
        tag=TAG,
        parameters=(ID, IDEMPOTENCY_KEY),
        request=EmptyBody,
        answers={201: DELIVERY},
        errors=(400, 404, 409, 415),
    )
    @idempotent
    def post(self, request: Request, webhook_id: int) -> HttpResponse:
        """Also to a disabled one. How it went stands in the log."""
        endpoint_or_404(self, webhook_id)
        read_body(EmptyBody, request.data)
        made = send_test(endpoint_id=webhook_id, actor=self.person, now=self.now)
        return json_answer(request, delivery_document(made), status=201)
