"""Addresses of the gates app's pages."""

from django.urls import URLPattern, URLResolver

app_name = "gates"
urlpatterns: list[URLPattern | URLResolver] = []
