"""The gates app."""

from django.apps import AppConfig


class GatesConfig(AppConfig):
    """Names the app; nothing happens at start."""

    name = "gates"
