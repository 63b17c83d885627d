"""Views of webhook endpoints."""

from __future__ import annotations

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from pocgate.api import parameters
from pocgate.api.answers import json_answer, require_version
from pocgate.api.base import ApiView
from pocgate.api.bodies import Body, read_body
from pocgate.api.idempotency import idempotent
from pocgate.api.reviews.bodies import EmptyBody
from pocgate.api.schema import ETAG_HEADERS, IDEMPOTENCY_KEY, IF_MATCH, described
from pocgate.api.webhooks.access import endpoint_or_404, require_reader, version_of
from pocgate.api.webhooks.shapes import ENDPOINT, ENDPOINT_WITH_SECRET, ENDPOINTS, endpoint_document
from pocgate.identity.enums import Scope
from pocgate.ledger.commands.endpoints import (
    create_endpoint,
    disable_endpoint,
    edit_endpoint,
    enable_endpoint,
    remove_endpoint,
    rotate_secret,
)
from pocgate.ledger.enums import NOUNS, EndpointState
from pocgate.ledger.models import WebhookEndpoint
from pocgate.ledger.queries.webhooks import endpoints, logged_endpoints
from pocgate.ledger.rules.endpoints import LONGEST_NAME, LONGEST_URL

TAG = "webhooks"
ID = OpenApiParameter("webhook_id", int, OpenApiParameter.PATH)
FILTERS = (parameters.several("state", "States; left out: all but removed ones.", EndpointState.values),)


class WebhookBody(Body):
    """An endpoint; no kinds mean all."""

    name = serializers.CharField(max_length=LONGEST_NAME)
    url = serializers.CharField(max_length=LONGEST_URL)
    kinds = serializers.ListField(
        child=serializers.CharField(max_length=90),
        max_length=100,
        required=False,
        help_text=f"Verbs such as `decision.made`, or nouns, which take all of their verbs: {', '.join(NOUNS)}.",
    )


class DisablingBody(Body):
    """Why, for whoever finds it disabled."""

    because = serializers.CharField(max_length=300, required=False, allow_blank=True)


class EnablingBody(Body):
    """Whether to leave out what happened meanwhile."""

    skip_missed = serializers.BooleanField(required=False)


def endpoint_answer(request: Request, endpoint: WebhookEndpoint, *, status: int = 200) -> HttpResponse:
    """An endpoint with the tag that a change asks for."""
    prefix = f"{version_of(endpoint)}-"
    return json_answer(request, endpoint_document(endpoint), status=status, tag_prefix=prefix)


class WebhooksView(ApiView):
    """All endpoints, and a new one."""

    required_scopes = {"GET": Scope.WEBHOOKS_WRITE, "POST": Scope.WEBHOOKS_WRITE}
    query_parameters = {"GET": FILTERS}

    @described(
        "list_webhooks",
        "List webhooks",
        tag=TAG,
        query=FILTERS,
        parameters=ETAG_HEADERS,
        answers={200: ENDPOINTS, 304: None},
    )
    def get(self, request: Request) -> HttpResponseBase:
        """By name, for administrators and auditors; removed ones, for their logs, only when asked for."""
        require_reader(self)
        states = self.values.get("state", ())
        found = logged_endpoints().filter(state__in=states) if states else endpoints()
        return json_answer(request, {"results": [endpoint_document(endpoint) for endpoint in found]})

    @described(
        "create_webhook",
        "Make a webhook",
        tag=TAG,
        request=WebhookBody,
        answers={201: ENDPOINT_WITH_SECRET},
        errors=(400, 415),
    )
    def post(self, request: Request) -> HttpResponse:
        """By administrators. The answer holds the secret, this once, so it is not kept for an `Idempotency-Key`."""
        require_reader(self)
        values = read_body(WebhookBody, request.data)
        endpoint, secret = create_endpoint(
            name=values["name"], url=values["url"], kinds=values.get("kinds", []), actor=self.person, now=self.now
        )
        return json_answer(request, endpoint_document(endpoint, secret=secret), status=201)


class WebhookView(ApiView):
    """One endpoint."""

    required_scopes = {"GET": Scope.WEBHOOKS_WRITE, "PATCH": Scope.WEBHOOKS_WRITE}

    @described(
        "read_webhook",
        "Read a webhook",
        tag=TAG,
        parameters=(ID, *ETAG_HEADERS),
        answers={200: ENDPOINT, 304: None},
        errors=(404,),
    )
    def get(self, request: Request, webhook_id: int) -> HttpResponseBase:
        """With its health."""
        return endpoint_answer(request, endpoint_or_404(self, webhook_id))

    @described(
        "change_webhook",
        "Change name, address or kinds of a webhook",
        tag=TAG,
        parameters=(ID, IF_MATCH),
        request=WebhookBody,
        answers={200: ENDPOINT},
        errors=(400, 404, 409, 412, 415, 428),
    )
    def patch(self, request: Request, webhook_id: int) -> HttpResponse:
        """What is left out stays. What waits already goes to the new address."""
        endpoint = endpoint_or_404(self, webhook_id)
        require_version(request, version_of(endpoint))
        kept = {"name": endpoint.name, "url": endpoint.url, "kinds": endpoint.kinds}
        values = kept | read_body(WebhookBody, request.data, partial=True)
        edit_endpoint(endpoint_id=webhook_id, actor=self.person, now=self.now, **values)
        return endpoint_answer(request, endpoint_or_404(self, webhook_id))


class RotationView(ApiView):
    """A new secret."""

    required_scopes = {"POST": Scope.WEBHOOKS_WRITE}

    @described(
        "rotate_webhook_secret",
        "Give a webhook a new secret",
        tag=TAG,
        parameters=(ID,),
        request=EmptyBody,
        answers={200: ENDPOINT_WITH_SECRET},
        errors=(400, 404, 409, 415),
    )
    def post(self, request: Request, webhook_id: int) -> HttpResponse:
        """For 24 hours the old one signs as well. Not kept for an `Idempotency-Key`: the answer holds the secret."""
        endpoint_or_404(self, webhook_id)
        read_body(EmptyBody, request.data)
        _endpoint, secret = rotate_secret(endpoint_id=webhook_id, actor=self.person, now=self.now)
        return json_answer(request, endpoint_document(endpoint_or_404(self, webhook_id), secret=secret))


class DisablingView(ApiView):
    """Sending no more, for now."""

    required_scopes = {"POST": Scope.WEBHOOKS_WRITE}

    @described(
        "disable_webhook",
        "Disable a webhook",
        tag=TAG,
        parameters=(ID, IDEMPOTENCY_KEY),
        request=DisablingBody,
        answers={200: ENDPOINT},
        errors=(400, 404, 409, 415),
    )
    @idempotent
    def post(self, request: Request, webhook_id: int) -> HttpResponse:
        """It keeps its place in the feed."""
        endpoint_or_404(self, webhook_id)
        because = read_body(DisablingBody, request.data).get("because", "")
        disable_endpoint(endpoint_id=webhook_id, actor=self.person, now=self.now, because=because)
        return endpoint_answer(request, endpoint_or_404(self, webhook_id))


class EnablingView(ApiView):
    """Sending again."""

    required_scopes = {"POST": Scope.WEBHOOKS_WRITE}

    @described(
        "enable_webhook",
        "Enable a webhook",
        tag=TAG,
        parameters=(ID, IDEMPOTENCY_KEY),
        request=EnablingBody,
        answers={200: ENDPOINT},
        errors=(400, 404, 409, 415),
    )
    @idempotent
    def post(self, request: Request, webhook_id: int) -> HttpResponse:
        """From where it stopped, or with `skip_missed` from now on."""
        endpoint_or_404(self, webhook_id)
        skip = read_body(EnablingBody, request.data).get("skip_missed", False)
        enable_endpoint(endpoint_id=webhook_id, actor=self.person, now=self.now, skip_missed=skip)
        return endpoint_answer(request, endpoint_or_404(self, webhook_id))


class RemovalView(ApiView):
    """Sending never again."""

    required_scopes = {"POST": Scope.WEBHOOKS_WRITE}

    @described(
        "remove_webhook",
        "Remove a webhook",
        tag=TAG,
        parameters=(ID, IDEMPOTENCY_KEY),
        request=EmptyBody,
        answers={204: None},
        errors=(400, 404, 409, 415),
    )
    @idempotent
    def post(self, request: Request, webhook_id: int) -> HttpResponse:
        """The log of its deliveries stays until its retention is over."""
        endpoint_or_404(self, webhook_id)
        read_body(EmptyBody, request.data)
        remove_endpoint(endpoint_id=webhook_id, actor=self.person, now=self.now)
        return HttpResponse(status=204)
