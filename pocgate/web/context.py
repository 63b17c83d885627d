"""What every page's template is given."""

from __future__ import annotations

from django.http import HttpRequest


def page(request: HttpRequest) -> dict[str, object]:
    """Nothing yet for people who are not signed in."""
    return {}
