"""Administration: people and roles, the health of the installation. For administrators only."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pocgate.identity.commands.people import create_person, set_active
from pocgate.identity.commands.roles import grant_role, revoke_role
from pocgate.identity.enums import Role
from pocgate.identity.models import User
from pocgate.kernel.errors import Invalid
from pocgate.web.forms import PersonForm, add_problems
from pocgate.web.person import person, standing_of
from pocgate.web.queries.administration import parts_of_installation, people_and_roles

View = Callable[..., HttpResponse]
# Written by the command that appoints to a committee, never by hand.
APPOINTED = {Role.CHAIR, Role.COMMITTEE}
GRANTED = [(value, label) for value, label in Role.choices if value not in APPOINTED]


def for_administrators(view: View) -> View:
    """Signed in and an administrator; for everybody else the page does not exist."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **values: object) -> HttpResponse:
        if Role.ADMIN not in standing_of(request).roles:
            raise Http404
        return view(request, *args, **values)

    return login_required(guarded)


@for_administrators
@require_safe
def administration(request: HttpRequest) -> HttpResponse:
    """Health and people."""
    now = timezone.now()
    text = request.GET.get("q", "")
    context = {
        "parts": parts_of_installation(now=now),
        "people": people_and_roles(text, now=now),
        "text": text,
        "granted_roles": GRANTED,
    }
    return render(request, "web/administration.html", context)


@for_administrators
@require_http_methods(["GET", "POST"])
def new_person(request: HttpRequest) -> HttpResponse:
    """Open an account."""
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            created = create_person(
                username=values["username"],
                full_name=values["full_name"],
                email=values["email"],
                password=values["password"] or None,
                actor=person(request),
                now=timezone.now(),
            )
        except Invalid as error:
            add_problems(form, error)
        else:
            messages.success(request, _("The account of %(name)s is open. Give it a role.") % {"name": created})
            return redirect("administration")
    return render(request, "web/new_person.html", {"form": form}, status=422 if form.errors else 200)


@for_administrators
@require_POST
def grant(request: HttpRequest, user_id: int) -> HttpResponse:
    """Give a person a role."""
    role = request.POST.get("role", "")
    grant_role(user=_account(user_id), role=role, actor=person(request), now=timezone.now())
    return redirect("administration")


@for_administrators
@require_POST
def revoke(request: HttpRequest, user_id: int) -> HttpResponse:
    """Take a role away."""
    role = request.POST.get("role", "")
    revoke_role(user=_account(user_id), role=role, actor=person(request), now=timezone.now())
    return redirect("administration")


@for_administrators
@require_POST
def activate(request: HttpRequest, user_id: int) -> HttpResponse:
    """Close an account, or open it again."""
    active = request.POST.get("active") == "1"
    set_active(user=_account(user_id), active=active, actor=person(request), now=timezone.now())
    return redirect("administration")


def _account(user_id: int) -> User:
    return get_object_or_404(User, pk=user_id)
