"""Signed addresses that end mails of one kind, or digests, without a sign-in."""

from __future__ import annotations

from django.conf import settings
from django.core import signing
from django.urls import reverse

from pocgate.identity.models import User
from pocgate.inbox.enums import NotificationKind

SALT = "pocgate.inbox.unsubscribe"
# In the place of a kind.
DIGESTS = "digests"


def unsubscribe_link(user: User, kind: str) -> str:
    """The address of this person's and kind's confirmation page; it does not expire, as mails are kept for long."""
    return f"{settings.SITE_URL}{reverse('unsubscribe', args=[token_of(user, kind)])}"


def token_of(user: User, kind: str) -> str:
    """What the address carries; it can do nothing but end mails of this kind, or digests."""
    return signing.dumps([user.pk, str(kind)], salt=SALT)


def read_token(token: str) -> tuple[User, NotificationKind | None] | None:
    """Whose mails of which kind it ends, without a kind digests, or None for a forged or outdated one."""
    try:
        user_id, kind = signing.loads(token, salt=SALT)
        user = User.objects.filter(pk=user_id, is_active=True).first()
        return (user, None if kind == DIGESTS else NotificationKind(kind)) if user else None
    except (signing.BadSignature, ValueError, TypeError):
        return None
