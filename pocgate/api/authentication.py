"""Bearer tokens. What a token may do at most are its scopes; the views ask `permissions.HasScope`."""

from __future__ import annotations

import hmac
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from pocgate.identity.commands import digest_of, note_token_use
from pocgate.identity.commands.tokens import USE_NOTED_EVERY
from pocgate.identity.models import ApiToken, User

KEYWORD = b"bearer"
LONGEST_TOKEN = 200


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer pg_…`; unknown, expired and revoked tokens get the same 401."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """The holder and the token, or None when the request brings none."""
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != KEYWORD:
            return None
        now = timezone.now()
        token = _token(words[1:], now=now)
        if token is None:
            raise AuthenticationFailed(_("The token is unknown, has expired or was revoked."))
        if token.last_used_at is None or now - token.last_used_at >= USE_NOTED_EVERY:
            note_token_use(token_id=token.pk, now=now)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for (RFC 6750, section 3)."""
        sent = get_authorization_header(request).split()[:1]
        wrong = ', error="invalid_token"' if sent and sent[0].lower() == KEYWORD else ""
        return f'Bearer realm="POC Gate"{wrong}'


def _token(words: list[bytes], *, now: datetime) -> ApiToken | None:
    if len(words) != 1 or len(words[0]) > LONGEST_TOKEN or not words[0].isascii():
        return None
    digest = digest_of(words[0].decode("ascii"))
    # The index finds digests, never the token's text, so its timing tells nothing about a token.
    token = ApiToken.objects.select_related("user").filter(digest=digest).first()
    if token is None or not hmac.compare_digest(token.digest, digest):
        return None
    return token if token.is_live(now) and token.user.is_active else None
