"""The demonstration app: no tables of its own."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Names the app; nothing happens at start."""

    name = "pocgate.demo"
    label = "demo"
