"""Kernel app: job rows and heartbeats live here."""

from django.apps import AppConfig
from django.conf import settings

from pocgate.kernel import logs


class KernelConfig(AppConfig):
    """Configures logging and makes the folders of local state when the apps are ready."""

    name = "pocgate.kernel"
    label = "kernel"

    def ready(self) -> None:
        """Done here so that importing the settings changes nothing."""
        logs.configure(settings.LOGGING)
        settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
        if not settings.REDIS_URL:
            (settings.BROKER_DIR / "queue").mkdir(parents=True, exist_ok=True)
