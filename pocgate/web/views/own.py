"""What belongs to the person: preferences, password, API tokens."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from pocgate.identity.commands.preferences import change_password, set_preferences
from pocgate.identity.commands.sign_in import require_recent_sign_in
from pocgate.identity.commands.tokens import create_token, revoke_token
from pocgate.identity.models import ApiToken
from pocgate.identity.queries import sign_in_of
from pocgate.kernel.errors import Invalid
from pocgate.web.forms import PasswordForm, PreferencesForm, TokenForm, add_problems
from pocgate.web.person import person
from pocgate.web.queries.administration import tokens_of


@login_required
@require_http_methods(["GET", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """Name and time zone."""
    user = person(request)
    start = {"full_name": user.full_name, "time_zone": user.time_zone}
    form = PreferencesForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            set_preferences(user=user, now=timezone.now(), **form.cleaned_data)
        except Invalid as error:
            add_problems(form, error)
        else:
            messages.success(request, _("Your preferences are kept."))
            return redirect("preferences")
    return _preferences_page(request, form, PasswordForm())


@login_required
@sensitive_post_parameters("present", "new")
@require_POST
def password(request: HttpRequest) -> HttpResponse:
    """A new password; this session goes on, all others end."""
    user = person(request)
    form = PasswordForm(request.POST)
    if form.is_valid():
        try:
            change_password(user=user, now=timezone.now(), **form.cleaned_data)
        except Invalid as error:
            add_problems(form, error)
        else:
            update_session_auth_hash(request, user)
            messages.success(request, _("Your password is changed; every other session has ended."))
            return redirect("preferences")
    start = {"full_name": user.full_name, "time_zone": user.time_zone}
    return _preferences_page(request, PreferencesForm(initial=start), form)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """The person's own tokens; a new one is shown once."""
    user, now = person(request), timezone.now()
    form = TokenForm(request.POST or None, initial={"scopes": ["portfolio:read"], "days": 90})
    shown: tuple[ApiToken, str] | None = None
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        require_recent_sign_in(sign_in_of(request), now=now)
        try:
            shown = create_token(
                user=user,
                name=values["name"],
                scopes=values["scopes"],
                expires_at=now + timedelta(days=values["days"]),
                actor=user,
                now=now,
            )
            form = TokenForm(initial={"scopes": ["portfolio:read"], "days": 90})
        except Invalid as error:
            add_problems(form, error)
    rows = [(token, token.is_live(now)) for token in tokens_of(user)]
    context = {"form": form, "rows": rows, "shown": shown}
    return render(request, "web/tokens.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    """End a token at once."""
    user = person(request)
    held = get_object_or_404(ApiToken, pk=token_id, user=user)
    token = revoke_token(token_id=held.pk, actor=user, now=timezone.now())
    messages.success(request, _("The token “%(name)s” works no more.") % {"name": token.name})
    return redirect("tokens")


def _preferences_page(request: HttpRequest, form: PreferencesForm, password_form: PasswordForm) -> HttpResponse:
    status = 422 if form.errors or password_form.errors else 200
    return render(request, "web/preferences.html", {"form": form, "password_form": password_form}, status=status)
