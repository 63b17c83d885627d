"""The identity app."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """Names the app; nothing happens at start."""

    name = "pocgate.identity"
    label = "identity"
