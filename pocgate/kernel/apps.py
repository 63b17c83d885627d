"""Kernel app: job rows and heartbeats live here."""

from django.apps import AppConfig
from django.conf import settings

from pocgate.kernel import logs


class KernelConfig(AppConfig):
    """Configures logging when the apps are ready."""

    name = "pocgate.kernel"
    label = "kernel"

    def ready(self) -> None:
        """Logging is set here so that importing the settings changes nothing."""
        logs.configure(settings.LOGGING)
