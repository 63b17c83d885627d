"""The web app."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Names the app; nothing happens at start."""

    name = "pocgate.web"
    label = "web"
