"""Addresses that a mail server refused for good: no mail goes there until it is corrected or cleared."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from pocgate.identity.models import User
from pocgate.identity.permissions import require_own_or_administrator
from pocgate.inbox.commands.notifications import Notice, notify
from pocgate.inbox.enums import NotificationKind
from pocgate.inbox.models import Preferences
from pocgate.ledger.commands import Act, record

REASON_KEPT = 300


def flag_bounced(*, user: User, address: str, reason: str, now: datetime) -> None:
    """Note that the address takes no mail, and tell the person in the application."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        kept, _created = Preferences.objects.get_or_create(user=user)
        if kept.bounced_address == address:
            return
        kept.bounced_address, kept.bounced_at, kept.bounce_reason = address, now, reason[:REASON_KEPT]
        kept.save(update_fields=["bounced_address", "bounced_at", "bounce_reason"])
        record(Act("inbox.address_bounced", "user", user.pk, after={"reason": kept.bounce_reason}), actor=None, now=now)
        notify(_notice(user, address, now), user_ids=[user.pk], now=now)


def clear_bounce(*, user: User, actor: User, now: datetime) -> bool:
    """The address works again, say the person or an administrator; False when it was not flagged."""
    require_own_or_administrator(actor, user, now=now)
    with transaction.atomic():
        cleared = Preferences.objects.filter(user=user).exclude(bounced_address="")
        if not cleared.update(bounced_address="", bounced_at=None, bounce_reason=""):
            return False
        record(Act("inbox.bounce_cleared", "user", user.pk), actor=actor, now=now)
    return True


def _notice(user: User, address: str, now: datetime) -> Notice:
    return Notice(
        kind=NotificationKind.MAIL_BOUNCED,
        subject_type="user",
        subject_id=user.pk,
        occasion=now.isoformat(timespec="seconds"),
        title=_("Mail to %(address)s came back: you get no mail until the address is corrected") % {"address": address},
        reason=_("You get this because your mail server refused your address for good."),
        url="/notifications/preferences/",
    )
