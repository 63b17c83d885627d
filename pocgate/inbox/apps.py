"""The inbox app."""

from django.apps import AppConfig


class InboxConfig(AppConfig):
    """Names the app; nothing happens at start."""

    name = "pocgate.inbox"
    label = "inbox"
