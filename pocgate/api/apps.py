"""The api app."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Names the app; nothing happens at start."""

    name = "pocgate.api"
    label = "api"
