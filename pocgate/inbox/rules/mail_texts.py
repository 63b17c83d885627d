"""The shipped texts of mails, and the values that each may use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pocgate.inbox.enums import MailTextKind

Word = str | Promise


@dataclass(frozen=True)
class Texts:
    """The three parts of a mail, with places for values."""

    subject: Word
    text: Word
    html: Word


EVERY_MAIL = {
    "name": _("the first word of the person's name"),
    "inbox_link": _("address of the notifications page"),
    "preferences_link": _("address of the page for mail preferences"),
}
VALUES: Mapping[str, Mapping[str, Word]] = {
    MailTextKind.NOTIFICATION: {
        **EVERY_MAIL,
        "title": _("what is told"),
        "reason": _("why this person is told"),
        "link": _("address of the page it is about"),
        "unsubscribe": _("the line that ends mails of this kind, where the policy allows it"),
    },
    MailTextKind.DIGEST: {
        **EVERY_MAIL,
        "day": _("the day of the digest"),
        "waiting": _("what waits for the person, with its heading"),
        "notifications": _("what was told since the last digest, with its heading"),
        "changes": _("what changed in the person's cases, with its heading"),
        "portfolio": _("the portfolio in three lines, with its heading"),
        "unsubscribe": _("the line that ends digests"),
    },
}
SHIPPED: Mapping[str, Texts] = {
    MailTextKind.NOTIFICATION: Texts(
        subject=_("[POC Gate] $title"),
        text=_(
            "Hello $name,\n\n$title\n\nOpen it here:\n$link\n\n$reason\n$unsubscribe\n\n"
            "All your notifications:\n$inbox_link\nWhen mails reach you:\n$preferences_link\n"
        ),
        html=_(
            "<p>Hello $name,</p>\n<h1>$title</h1>\n"
            '<p><a href="$link">Open it in POC Gate</a><br>$link</p>\n<hr>\n'
            "<p><small>$reason $unsubscribe</small></p>\n"
            '<p><small><a href="$inbox_link">All your notifications</a> · '
            '<a href="$preferences_link">When mails reach you</a></small></p>\n'
        ),
    ),
    MailTextKind.DIGEST: Texts(
        subject=_("[POC Gate] Your digest of $day"),
        text=_(
            "Hello $name,\n\nthis is your digest of $day.\n\n$waiting\n$notifications\n$changes\n$portfolio\n"
            "All your notifications:\n$inbox_link\n"
            "You get this because you chose digests. Change that here:\n$preferences_link\n$unsubscribe\n"
        ),
        html=_(
            "<p>Hello $name,</p>\n<p>this is your digest of $day.</p>\n"
            "$waiting\n$notifications\n$changes\n$portfolio\n<hr>\n"
            '<p><small><a href="$inbox_link">All your notifications</a> · You get this because you chose digests. '
            '<a href="$preferences_link">Change that</a> · $unsubscribe</small></p>\n'
        ),
    ),
}
