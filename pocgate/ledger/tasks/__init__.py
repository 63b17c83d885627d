"""The ledger's background work, where Celery looks for it."""

from pocgate.ledger.tasks.checkpoints import seal_ledger
from pocgate.ledger.tasks.webhooks import dispatch_events, forget_deliveries, send_webhooks

__all__ = ["dispatch_events", "forget_deliveries", "seal_ledger", "send_webhooks"]
