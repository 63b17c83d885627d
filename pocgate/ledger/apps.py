"""The ledger app."""

from django.apps import AppConfig

from pocgate.kernel import acts


class LedgerConfig(AppConfig):
    """Hangs the ledger's writer in for the apps under it."""

    name = "pocgate.ledger"
    label = "ledger"

    def ready(self) -> None:
        """Models can only be imported once the apps are loaded."""
        from pocgate.ledger.commands import record_plain  # noqa: PLC0415

        acts.hang_in(record_plain)
