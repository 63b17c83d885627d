"""Webhooks: who is told by POST, and the log of what was sent. Administrators manage them, auditors read."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pocgate.identity.commands.sign_in import require_recent_sign_in
from pocgate.identity.enums import Role
from pocgate.identity.queries import sign_in_of
from pocgate.kernel.errors import Invalid
from pocgate.ledger.commands.deliveries import replay_delivery, send_failed_again, send_test
from pocgate.ledger.commands.endpoints import (
    create_endpoint,
    disable_endpoint,
    edit_endpoint,
    enable_endpoint,
    remove_endpoint,
    rotate_secret,
)
from pocgate.ledger.enums import DeliveryState, EndpointState
from pocgate.ledger.models import WebhookDelivery, WebhookEndpoint
from pocgate.ledger.queries.webhooks import deliveries_of, endpoints, logged_endpoints
from pocgate.web.forms import add_problems
from pocgate.web.person import person, standing_of
from pocgate.web.views.administration import for_administrators
from pocgate.web.webhook_forms import WebhookForm, kinds_as_fields

SHOWN = 50
LONGEST_NUMBER = 18
# What the command calls `kinds` stands in two fields.
FIELD_OF = {"kinds": "verbs"}

View = Callable[..., HttpResponse]


def for_readers(view: View) -> View:
    """Signed in, and an administrator or auditor; for everybody else the page does not exist."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **values: object) -> HttpResponse:
        if standing_of(request).roles.isdisjoint({Role.ADMIN, Role.AUDITOR}):
            raise Http404
        return view(request, *args, **values)

    return login_required(guarded)


@for_readers
@require_safe
def webhook_list(request: HttpRequest) -> HttpResponse:
    """Every endpoint with its health, and those that were removed, for their logs."""
    found = list(logged_endpoints())
    context = {
        "endpoints": [endpoint for endpoint in found if endpoint.state != EndpointState.REMOVED],
        "removed": [endpoint for endpoint in found if endpoint.state == EndpointState.REMOVED],
        "may_manage": _may_manage(request),
    }
    return render(request, "web/webhooks.html", context)


@for_administrators
@never_cache
@require_http_methods(["GET", "POST"])
def new_webhook(request: HttpRequest) -> HttpResponse:
    """Make an endpoint; its secret is shown once."""
    form = WebhookForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        require_recent_sign_in(sign_in_of(request), now=now)
        try:
            made, secret = create_endpoint(
                name=form.cleaned_data["name"],
                url=form.cleaned_data["url"],
                kinds=form.kinds(),
                actor=person(request),
                now=now,
            )
        except Invalid as error:
            _add_problems(form, error)
        else:
            return _secret_page(request, made, secret)
    return render(request, "web/webhook_form.html", {"form": form}, status=422 if form.errors else 200)


@for_administrators
@require_http_methods(["GET", "POST"])
def edit_webhook(request: HttpRequest, webhook_id: int) -> HttpResponse:
    """Another name, address, or other kinds of event."""
    found = _endpoint(webhook_id)
    start = {"name": found.name, "url": found.url, **kinds_as_fields(found.kinds)}
    form = WebhookForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        values = {"name": form.cleaned_data["name"], "url": form.cleaned_data["url"], "kinds": form.kinds()}
        try:
            edit_endpoint(endpoint_id=found.pk, actor=person(request), now=timezone.now(), **values)
        except Invalid as error:
            _add_problems(form, error)
        else:
            return redirect("webhook", found.pk)
    context = {"form": form, "endpoint": found}
    return render(request, "web/webhook_form.html", context, status=422 if form.errors else 200)


@for_readers
@require_safe
def webhook(request: HttpRequest, webhook_id: int) -> HttpResponse:
    """Health, and the log, also of a removed one; `state`, `kind` and `before` narrow it."""
    found = get_object_or_404(logged_endpoints(), pk=webhook_id)
    state, kind, before = (request.GET.get(name, "") for name in ("state", "kind", "before"))
    rows = deliveries_of(found, states=[state] if state in DeliveryState.values else [], kind=kind.strip())
    if before.isascii() and before.isdecimal() and len(before) <= LONGEST_NUMBER:
        rows = rows.filter(pk__lt=int(before))
    shown = list(rows[: SHOWN + 1])
    more = len(shown) > SHOWN
    context = {
        "endpoint": found,
        "deliveries": shown[:SHOWN],
        "states": DeliveryState.choices,
        "state": state,
        "kind": kind,
        "next_url": "?" + urlencode({"state": state, "kind": kind, "before": shown[SHOWN - 1].pk}) if more else "",
        "may_manage": _may_manage(request) and found.state != EndpointState.REMOVED,
        "now": timezone.now(),
    }
    return render(request, "web/webhook.html", context)


@for_readers
@require_safe
def delivery(request: HttpRequest, webhook_id: int, delivery_id: int) -> HttpResponse:
    """The envelope, and each attempt with request, response and duration."""
    found = _delivery(webhook_id, delivery_id)
    context = {
        "endpoint": found.endpoint,
        "delivery": found,
        "tries": list(found.tries.order_by("-pk")),
        "may_replay": _may_manage(request)
        and found.finished_at is not None
        and found.endpoint.state != EndpointState.REMOVED,
    }
    return render(request, "web/webhook_delivery.html", context)


@for_administrators
@never_cache
@require_POST
def rotate_webhook(request: HttpRequest, webhook_id: int) -> HttpResponse:
    """A new secret, shown once."""
    now = timezone.now()
    require_recent_sign_in(sign_in_of(request), now=now)
    found, secret = rotate_secret(endpoint_id=_endpoint(webhook_id).pk, actor=person(request), now=now)
    return _secret_page(request, found, secret)


@for_administrators
@require_POST
def disable_webhook(request: HttpRequest, webhook_id: int) -> HttpResponse:
    """Send no more, for now."""
    because = request.POST.get("because", "").replace("\x00", "").strip()
    disable_endpoint(endpoint_id=_endpoint(webhook_id).pk, actor=person(request), now=timezone.now(), because=because)
    messages.success(request, _("Nothing is sent there until it is enabled; its place in the feed is kept."))
    return redirect("webhook", webhook_id)


@for_administrators
@require_POST
def enable_webhook(request: HttpRequest, webhook_id: int) -> HttpResponse:
    """Send again."""
    skip = request.POST.get("skip_missed") == "1"
    enable_endpoint(endpoint_id=_endpoint(webhook_id).pk, actor=person(request), now=timezone.now(), skip_missed=skip)
    messages.success(request, _("Events are sent there again."))
    return redirect("webhook", webhook_id)


@for_administrators
@require_POST
def remove_webhook(request: HttpRequest, webhook_id: int) -> HttpResponse:
    """Send never again."""
    found = _endpoint(webhook_id)
    remove_endpoint(endpoint_id=found.pk, actor=person(request), now=timezone.now())
    messages.success(request, _("The webhook “%(name)s” is removed.") % {"name": found.name})
    return redirect("webhooks")


@for_administrators
@require_POST
def send_failed(request: HttpRequest, webhook_id: int) -> HttpResponse:
    """Send every event that was given up again."""
    again = send_failed_again(endpoint_id=_endpoint(webhook_id).pk, actor=person(request), now=timezone.now())
    said = ngettext("%(number)s event is on its way again.", "%(number)s events are on their way again.", again)
    messages.success(request, said % {"number": again})
    return redirect("webhook", webhook_id)


@for_administrators
@require_POST
def test_webhook(request: HttpRequest, webhook_id: int) -> HttpResponse:
    """Send an event that says nothing."""
    made = send_test(endpoint_id=_endpoint(webhook_id).pk, actor=person(request), now=timezone.now())
    messages.success(request, _("A test is on its way; how it went stands here."))
    return redirect("webhook_delivery", webhook_id, made.pk)


@for_administrators
@require_POST
def replay_webhook(request: HttpRequest, webhook_id: int, delivery_id: int) -> HttpResponse:
    """Send a stored envelope again."""
    found = _delivery(webhook_id, delivery_id)
    again = replay_delivery(delivery_id=found.pk, actor=person(request), now=timezone.now())
    messages.success(request, _("The same envelope is on its way again; how it went stands here."))
    return redirect("webhook_delivery", webhook_id, again.pk)


def _secret_page(request: HttpRequest, found: WebhookEndpoint, secret: str) -> HttpResponse:
    old = found.old_secrets.order_by("until")
    return render(request, "web/webhook_secret.html", {"endpoint": found, "secret": secret, "old_secrets": old})


def _endpoint(webhook_id: int) -> WebhookEndpoint:
    return get_object_or_404(endpoints(), pk=webhook_id)


def _delivery(webhook_id: int, delivery_id: int) -> WebhookDelivery:
    rows = WebhookDelivery.objects.select_related("endpoint", "requested_by")
    return get_object_or_404(rows, pk=delivery_id, endpoint=webhook_id)


def _may_manage(request: HttpRequest) -> bool:
    return Role.ADMIN in standing_of(request).roles


def _add_problems(form: WebhookForm, error: Invalid) -> None:
    renamed = [
        type(problem)(FIELD_OF.get(problem.pointer, problem.pointer), problem.code, problem.message, problem.params)
        for problem in error.problems
    ]
    add_problems(form, Invalid(renamed))
