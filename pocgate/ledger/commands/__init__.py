"""Writing activity, placing it in the event feed, and webhooks."""

from pocgate.ledger.commands.activity import Act, record, record_many, record_plain

__all__ = ["Act", "record", "record_many", "record_plain"]
