"""The ledger app."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Names the app; nothing happens at start."""

    name = "pocgate.ledger"
    label = "ledger"
