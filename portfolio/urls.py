"""Addresses of the portfolio app's pages."""

from django.urls import URLPattern, URLResolver

app_name = "portfolio"
urlpatterns: list[URLPattern | URLResolver] = []
