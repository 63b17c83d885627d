"""The portfolio app."""

from django.apps import AppConfig


class PortfolioConfig(AppConfig):
    """Hangs the names of cases in for the ledger, which lies under it."""

    name = "portfolio"

    def ready(self) -> None:
        """Models can only be imported once the apps are loaded."""
        from pocgate.ledger.queries.names import hang_in_case_names  # noqa: PLC0415
        from portfolio.queries.cases import references_of  # noqa: PLC0415

        hang_in_case_names(references_of)
