"""Who reads webhooks, and which version of an endpoint a caller saw."""

from __future__ import annotations

import zlib

from django.http import Http404

from pocgate.api.answers import encode
from pocgate.api.base import ApiView
from pocgate.identity.enums import Role
from pocgate.identity.queries import has_role
from pocgate.kernel.errors import Blocker, Forbidden
from pocgate.ledger.models import WebhookDelivery, WebhookEndpoint
from pocgate.ledger.queries.webhooks import endpoints, logged_endpoints


def require_reader(view: ApiView) -> None:
    """Administrators and auditors; raises `Forbidden` for everybody else."""
    if not has_role(view.person, Role.ADMIN, Role.AUDITOR, now=view.now):
        raise Forbidden(Blocker("not_for_you", "Webhooks are for administrators; auditors may read them."))


def endpoint_or_404(view: ApiView, endpoint_id: int) -> WebhookEndpoint:
    """An endpoint that was not removed."""
    require_reader(view)
    found = endpoints().filter(pk=endpoint_id).first()
    if found is None:
        raise Http404
    return found


def logged_endpoint_or_404(view: ApiView, endpoint_id: int) -> WebhookEndpoint:
    """An endpoint, also a removed one, whose log is kept."""
    require_reader(view)
    found = logged_endpoints().filter(pk=endpoint_id).first()
    if found is None:
        raise Http404
    return found


def delivery_or_404(view: ApiView, endpoint_id: int, delivery_id: int) -> WebhookDelivery:
    """A delivery of an endpoint, also of a removed one while the log keeps it."""
    require_reader(view)
    found = WebhookDelivery.objects.filter(pk=delivery_id, endpoint=endpoint_id).select_related("requested_by").first()
    if found is None:
        raise Http404
    return found


def version_of(endpoint: WebhookEndpoint) -> int:
    """Changes with what people set, not with each delivery."""
    return zlib.crc32(encode([endpoint.name, endpoint.url, endpoint.kinds, endpoint.state]).encode())
