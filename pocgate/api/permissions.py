"""Scopes: a token's right is its scopes and its holder's rights together."""

from __future__ import annotations

from django.utils.translation import gettext as _
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from pocgate.api.problems import ScopeMissing
from pocgate.identity.models import ApiToken


class HasScope(BasePermission):
    """The view names one scope per method in `required_scopes`; people in a session need none."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """True, or `ScopeMissing` that names the scope."""
        if not isinstance(request.auth, ApiToken):
            return True
        needed: str = getattr(view, "required_scopes", {}).get(_asked(request), "")
        if needed and needed not in request.auth.scopes:
            raise ScopeMissing(_("This token lacks the scope %(scope)s.") % {"scope": needed})
        return True


def _asked(request: Request) -> str:
    method = request.method or "GET"
    return "GET" if method == "HEAD" else method
