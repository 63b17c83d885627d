"""The inbox app."""

from django.apps import AppConfig


class InboxConfig(AppConfig):
    """Hangs in what `manage.py doctor` looks at here."""

    name = "pocgate.inbox"
    label = "inbox"

    def ready(self) -> None:
        """Models can only be imported once the apps are loaded."""
        from pocgate.inbox.queries.mail_findings import COMPONENT, failed_mails  # noqa: PLC0415
        from pocgate.kernel.diagnosis import hang_in  # noqa: PLC0415

        hang_in(COMPONENT, failed_mails)
