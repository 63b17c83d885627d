"""The ledger's records: activity, and webhooks with their deliveries."""

from pocgate.ledger.models.activity import Activity
from pocgate.ledger.models.checkpoints import LedgerCheckpoint
from pocgate.ledger.models.webhooks import WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookOldSecret

__all__ = ["Activity", "LedgerCheckpoint", "WebhookAttempt", "WebhookDelivery", "WebhookEndpoint", "WebhookOldSecret"]
