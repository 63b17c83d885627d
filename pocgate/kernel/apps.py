"""Kernel app: job rows and heartbeats live here."""

from pathlib import Path

from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from pocgate.kernel import logs


class KernelConfig(AppConfig):
    """Configures logging and makes the folders of local state when the apps are ready."""

    name = "pocgate.kernel"
    label = "kernel"

    def ready(self) -> None:
        """Done here so that importing the settings changes nothing."""
        logs.configure(settings.LOGGING)
        make_folder(settings.VAR_DIR)
        if not settings.REDIS_URL:
            make_folder(settings.BROKER_DIR)
            make_folder(settings.BROKER_DIR / "queue")


def make_folder(path: Path) -> None:
    """A folder that nobody else on the machine may read, unless it is there already."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(f"POCGATE_VAR: {path} can not be made: {error.strerror}.") from error
