"""The portfolio app."""

from django.apps import AppConfig


class PortfolioConfig(AppConfig):
    """Names the app; nothing happens at start."""

    name = "portfolio"
