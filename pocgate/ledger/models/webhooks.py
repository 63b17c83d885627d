"""Webhooks: where to send, what is to be sent, and how each attempt went."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from pocgate.ledger.enums import DeliveryCause, DeliveryState, EndpointState


class WebhookEndpoint(models.Model):
    """An address that is told events. `position` is the place of the feed up to which deliveries were made for it.

    Secrets are not stored: each is derived from the installation's key and its nonce. `kinds` are verbs or nouns of
    verbs; none means all. `failing_since` and `failures` count from the last success.
    """

    name = models.CharField(_("name"), max_length=100)
    url = models.CharField(_("address"), max_length=500)
    kinds = models.JSONField(_("kinds of event"), default=list)
    state = models.CharField(max_length=10, choices=EndpointState.choices, default=EndpointState.ACTIVE)
    position = models.BigIntegerField(default=0)
    nonce = models.CharField(max_length=64)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    succeeded_at = models.DateTimeField(null=True)
    disabled_at = models.DateTimeField(null=True)
    disabled_because = models.CharField(max_length=300, blank=True)
    busy_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=EndpointState.values), name="ledger_webhookendpoint_state_known"
            ),
            models.CheckConstraint(condition=~Q(name="") & ~Q(url=""), name="ledger_webhookendpoint_named"),
            models.CheckConstraint(condition=Q(position__gte=0), name="ledger_webhookendpoint_position_in_feed"),
            models.CheckConstraint(
                condition=Q(state=EndpointState.ACTIVE, disabled_at__isnull=True)
                | (~Q(state=EndpointState.ACTIVE) & Q(disabled_at__isnull=False)),
                name="ledger_webhookendpoint_disabled_has_time",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:
        """Whether events are sent to it."""
        return self.state == EndpointState.ACTIVE


class WebhookOldSecret(models.Model):
    """A secret that was rotated away. Deliveries are signed with it as well `until` its overlap ends."""

    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="old_secrets")
    nonce = models.CharField(max_length=64)
    until = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["nonce"], name="ledger_webhookoldsecret_once"),
            models.CheckConstraint(condition=~Q(nonce=""), name="ledger_webhookoldsecret_has_nonce"),
        ]

    def __str__(self) -> str:
        return f"{self.endpoint_id} until {self.until}"


class WebhookDelivery(models.Model):
    """One envelope for one endpoint, stored as it is sent. `message_id` is the same at every attempt and replay.

    `attempts` begin anew when a failed one is put back to work. `last_…` tell of the last one that was noted.
    """

    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries")
    message_id = models.CharField(max_length=40)
    kind = models.CharField(max_length=60)
    cause = models.CharField(max_length=10, choices=DeliveryCause.choices, default=DeliveryCause.EVENT)
    position = models.BigIntegerField(null=True)
    case_id = models.BigIntegerField(null=True)
    body = models.TextField()
    state = models.CharField(max_length=10, choices=DeliveryState.choices, default=DeliveryState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    last_status = models.PositiveSmallIntegerField(null=True)
    last_error = models.CharField(max_length=300, blank=True)
    last_duration_ms = models.PositiveIntegerField(null=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["endpoint", "position"],
                condition=Q(cause=DeliveryCause.EVENT),
                name="ledger_webhookdelivery_event_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=DeliveryState.values), name="ledger_webhookdelivery_state_known"
            ),
            models.CheckConstraint(
                condition=Q(cause__in=DeliveryCause.values), name="ledger_webhookdelivery_cause_known"
            ),
            models.CheckConstraint(
                condition=~Q(cause=DeliveryCause.EVENT) | Q(position__isnull=False),
                name="ledger_webhookdelivery_event_has_place",
            ),
            models.CheckConstraint(
                condition=~Q(state=DeliveryState.SENDING) | Q(lease_until__isnull=False),
                name="ledger_webhookdelivery_sending_has_lease",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[DeliveryState.DELIVERED, DeliveryState.FAILED, DeliveryState.DROPPED])
                | Q(finished_at__isnull=False),
                name="ledger_webhookdelivery_finished_has_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["endpoint", "due_at"],
                condition=Q(state__in=[DeliveryState.WAITING, DeliveryState.SENDING]),
                name="ledger_delivery_open",
            ),
            models.Index(fields=["endpoint", "-id"], name="ledger_delivery_endpoint"),
            models.Index(fields=["finished_at"], name="ledger_delivery_finished"),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} {self.kind}"


class WebhookAttempt(models.Model):
    """One try: what was sent, what came back, how long it took. Without a status nothing came back: see `error`.

    `url` is what the endpoint had then, `address` the one of its name that was called.
    """

    delivery = models.ForeignKey(WebhookDelivery, on_delete=models.CASCADE, related_name="tries")
    at = models.DateTimeField()
    url = models.CharField(max_length=500)
    address = models.CharField(max_length=80, blank=True)
    request_headers = models.JSONField(default=dict)
    status = models.PositiveSmallIntegerField(null=True)
    response_headers = models.JSONField(default=dict)
    response_body = models.TextField(blank=True)
    error = models.CharField(max_length=300, blank=True)
    duration_ms = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__isnull=False) | ~Q(error=""), name="ledger_webhookattempt_says_how_it_went"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.delivery_id}: {self.status or self.error}"
