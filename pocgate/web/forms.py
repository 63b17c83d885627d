"""Forms of sign-in, preferences, people and tokens."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pocgate.identity.enums import Scope
from pocgate.identity.models import User
from pocgate.kernel.errors import Invalid

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


class PreferencesForm(forms.Form):
    """Name and time zone."""

    full_name = forms.CharField(label=_("Name"), max_length=200)
    time_zone = forms.ChoiceField(label=_("Time zone"), required=False, help_text=_("Times are shown in this zone."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = [(zone, zone.replace("_", " ")) for zone in sorted(available_timezones()) if "/" in zone]
        default = _("As the installation: %(zone)s") % {"zone": settings.TIME_ZONE}
        self.fields["time_zone"].choices = [("", default), ("UTC", "UTC"), *zones]  # type: ignore[attr-defined]


class PasswordForm(forms.Form):
    """The present password and a new one."""

    present = forms.CharField(label=_("Present password"), strip=False, widget=forms.PasswordInput)
    new = forms.CharField(
        label=_("New password"), strip=False, widget=forms.PasswordInput, help_text=_("At least 12 characters.")
    )


class PersonForm(forms.Form):
    """A new person."""

    username = forms.CharField(label=_("User name"), max_length=150)
    full_name = forms.CharField(label=_("Name"), max_length=200)
    email = forms.EmailField(label=_("E-mail"), required=False)
    password = forms.CharField(
        label=_("First password"),
        strip=False,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters. Without one the person can not sign in by password."),
    )


class TokenForm(forms.Form):
    """A new API token of one's own."""

    name = forms.CharField(label=_("Name"), max_length=100, help_text=_("Such as the program that will use it."))
    scopes = forms.MultipleChoiceField(
        label=_("What it may do at most"), choices=Scope.choices, widget=forms.CheckboxSelectMultiple
    )
    days = forms.TypedChoiceField(
        label=_("Lives for"),
        choices=[(7, _("a week")), (30, _("30 days")), (90, _("90 days")), (365, _("a year"))],
        coerce=int,
        initial=90,
    )


def add_problems(form: forms.Form, error: Invalid) -> None:
    """Put what a command refused beside the fields it concerns."""
    for problem in error.problems:
        field = problem.pointer if problem.pointer in form.fields else None
        form.add_error(field, ValidationError(gettext(problem.message).format(**problem.params), code=problem.code))
