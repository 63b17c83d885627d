"""Reads of activity, of the event feed and of webhooks."""

from pocgate.ledger.queries.activity import activity_of_case

__all__ = ["activity_of_case"]
