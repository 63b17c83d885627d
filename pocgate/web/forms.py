"""Forms of sign-in and preferences."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from pocgate.identity.models import User

FAILURES_ALLOWED = 8
FAILURE_MEMORY_SECONDS = 15 * 60
FIRST_FAILURE = 1


class SignInForm(AuthenticationForm):
    """Name and password; after several failures from one address the name has to wait."""

    error_messages = {
        "invalid_login": _("This name and password do not belong together. Mind capitals in the password."),
        "inactive": _("This account is closed."),
        "too_many": _("Too many failed attempts. Please wait a quarter of an hour, or ask your administrator."),
        "demo": _("Demonstration accounts do not exist in this installation."),
    }

    def clean(self) -> dict[str, Any]:
        """Refuse before the password is looked at once there were too many failures."""
        key = _failures_key(self.request, self.cleaned_data.get("username", ""))
        if cache.get(key, 0) >= FAILURES_ALLOWED:
            raise ValidationError(self.error_messages["too_many"], code="too_many")
        try:
            cleaned: dict[str, Any] = super().clean()
        except ValidationError:
            _count_failure(key)
            raise
        cache.delete(key)
        return cleaned

    def confirm_login_allowed(self, user: User) -> None:
        """Demonstration people never get into a server installation."""
        super().confirm_login_allowed(user)
        if user.is_demo and not settings.DEMO_SIGN_INS:
            raise ValidationError(self.error_messages["demo"], code="demo")


def _failures_key(request: HttpRequest | None, username: str) -> str:
    address = request.META.get("REMOTE_ADDR", "") if request else ""
    return f"sign-in-failures:{address}:{username.lower().encode().hex()[:160]}"


def _count_failure(key: str) -> None:
    if not cache.add(key, FIRST_FAILURE, FAILURE_MEMORY_SECONDS):
        cache.incr(key)
