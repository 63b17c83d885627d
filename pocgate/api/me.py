"""Who the caller is."""

from __future__ import annotations

from typing import Any

from django.http.response import HttpResponseBase
from rest_framework.request import Request

from pocgate.api.answers import json_answer
from pocgate.api.base import ApiView
from pocgate.api.schema import ETAG_HEADERS, described
from pocgate.api.shapes import STRING, TIME, array, one_of, or_null, record
from pocgate.identity.enums import AccountKind, Role, Scope
from pocgate.identity.models import ApiToken
from pocgate.identity.queries import roles_of

TOKEN = record(name=STRING, prefix=STRING, scopes=array(one_of(Scope.values)), expires_at=or_null(TIME))
ME = record(
    username=STRING,
    name=STRING,
    email=STRING,
    kind=one_of(AccountKind.values),
    roles=array(one_of(Role.values)),
    token=or_null(TOKEN),
)


class MeView(ApiView):
    """The account that a token or session speaks for."""

    @described("read_me", "Who am I?", tag="me", parameters=ETAG_HEADERS, answers={200: ME, 304: None})
    def get(self, request: Request) -> HttpResponseBase:
        """Any token may ask; `token` is null in a session."""
        person = self.person
        payload = {
            "username": person.username,
            "name": str(person),
            "email": person.email,
            "kind": person.kind,
            "roles": sorted(roles_of(person, now=self.now)),
            "token": _token(request.auth) if isinstance(request.auth, ApiToken) else None,
        }
        return json_answer(request, payload)


def _token(token: ApiToken) -> dict[str, Any]:
    return {
        "name": token.name,
        "prefix": token.prefix,
        "scopes": token.scopes,
        "expires_at": token.expires_at,
    }
