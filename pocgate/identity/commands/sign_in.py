"""The one hook before acts that bind."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from pocgate.identity.rules import SignIn, is_recent
from pocgate.kernel.errors import RecentSignInRequired


def require_recent_sign_in(sign_in: SignIn, *, now: datetime) -> None:
    """The one hook before vote, decision, sign-off and override; raises `RecentSignInRequired`."""
    if not is_recent(sign_in, now=now, max_age=settings.RECENT_SIGN_IN):
        raise RecentSignInRequired("Please sign in again: this act needs a sign-in that is recent.")
