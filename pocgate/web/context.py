"""What every page's template is given."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone

from pocgate.identity.enums import Role
from pocgate.kernel.health import DOWN, reminders_state
from pocgate.kernel.http import is_fragment
from pocgate.web.navigation import navigation, short_navigation
from pocgate.web.person import standing_of

THEMES = ("auto", "light", "dark")
THEME_COOKIE = "pocgate_theme"
SIDEBAR_COOKIE = "pocgate_sidebar"


def page(request: HttpRequest) -> dict[str, object]:
    """The frame: theme and side bar as remembered, navigation by role, unread notifications."""
    theme = theme_of(request)
    look: dict[str, object] = {
        "theme": theme,
        "next_theme": THEMES[(THEMES.index(theme) + 1) % len(THEMES)],
        "sidebar": request.COOKIES.get(SIDEBAR_COOKIE, ""),
    }
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or is_fragment(request):
        return look
    standing = standing_of(request)
    return {
        **look,
        "is_standing_still": Role.ADMIN in standing.roles and reminders_state(now=timezone.now()) == DOWN,
        "roles": standing.roles,
        "unread": standing.unread,
        "may_register": standing.may_register,
        "navigation": navigation(standing, path=request.path),
        "short_navigation": short_navigation(standing, path=request.path),
    }


def theme_of(request: HttpRequest) -> str:
    """The theme chosen in this browser; `auto` follows the system."""
    chosen = request.COOKIES.get(THEME_COOKIE, "")
    return chosen if chosen in THEMES else "auto"
