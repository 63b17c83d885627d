"""Writes mails: the texts with the values of one notification or one digest."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape

from django.conf import settings
from django.utils import formats
from django.utils.translation import gettext as _

from pocgate.identity.models import User
from pocgate.inbox.channels.base import Message
from pocgate.inbox.commands.digests import Entry, content_from
from pocgate.inbox.enums import MailTextKind
from pocgate.inbox.models import Digest, Notification
from pocgate.inbox.queries.mail_texts import texts_of
from pocgate.inbox.queries.unsubscribing import DIGESTS, unsubscribe_link
from pocgate.inbox.rules.mail_texts import Texts
from pocgate.inbox.rules.placeholders import Markup, filled_html, filled_line, filled_text
from pocgate.inbox.rules.policy import may_unsubscribe

Values = dict[str, str]


def mail_of_notification(notification: Notification, texts: Texts | None = None) -> Message:
    """The mail of one notification, by default with the texts in force."""
    texts = texts or texts_of(MailTextKind.NOTIFICATION)
    person = notification.user
    values = {
        **values_of_person(person),
        "title": notification.title,
        "reason": notification.reason,
        "link": address(notification.url),
    }
    ending = unsubscribe_link(person, notification.kind) if may_unsubscribe(notification.kind) else ""
    return written(
        texts,
        {**values, "unsubscribe": _unsubscribe_text(ending, _("No more mails of this kind"))},
        {**values, "unsubscribe": _unsubscribe_html(ending, _("No more mails of this kind"))},
        key=f"notification-{notification.pk}",
        at=notification.created_at,
        headers=_unsubscribe_headers(ending),
    )


def mail_of_digest(digest: Digest, texts: Texts | None = None) -> Message:
    """The mail of one digest, by default with the texts in force."""
    texts = texts or texts_of(MailTextKind.DIGEST)
    content = content_from(digest.content)
    day = formats.date_format(digest.local_date, "j F Y")
    values, ending = {**values_of_person(digest.user), "day": day}, unsubscribe_link(digest.user, DIGESTS)
    parts: list[tuple[str, str, Sequence[Entry]]] = [
        ("waiting", _("Waits for you"), content.waiting),
        ("notifications", _("Told since the last digest"), content.notifications),
        ("changes", _("Changed in your cases"), content.changes),
        ("portfolio", _("The portfolio"), [Entry(line) for line in content.portfolio]),
    ]
    as_text = {name: _part_text(title, entries) for name, title, entries in parts}
    as_html = {name: _part_html(title, entries) for name, title, entries in parts}
    return written(
        texts,
        {**values, **as_text, "unsubscribe": _unsubscribe_text(ending, _("No more digests"))},
        {**values, **as_html, "unsubscribe": _unsubscribe_html(ending, _("No more digests"))},
        # One that is written again is another mail, which the reader's program must not take for the first.
        key=f"digest-{digest.user_id}-{digest.local_date}-{digest.until.astimezone(UTC):%H%M%S}",
        at=digest.until,
        headers=_unsubscribe_headers(ending),
    )


def written(
    texts: Texts, values: Values, html_values: Values, *, key: str, at: datetime, headers: Values | None = None
) -> Message:
    """The texts with their values; the subject is one line, whatever a title holds."""
    return Message(
        key=key,
        at=at,
        title=filled_line(str(texts.subject), values),
        # A part without content leaves no hole.
        text=re.sub(r"\n{3,}", "\n\n", filled_text(str(texts.text), values)),
        html=_page(filled_html(str(texts.html), html_values)),
        headers=headers or {},
    )


def values_of_person(person: User) -> Values:
    """What every mail knows."""
    return {
        "name": person.get_short_name(),
        "inbox_link": address("/notifications/"),
        "preferences_link": address("/notifications/preferences/"),
    }


def address(path: str) -> str:
    """A whole address, so that a plain-text mail's link survives."""
    return f"{settings.SITE_URL}{path}"


def _page(body: str) -> str:
    return f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"></head><body>\n{body}</body></html>\n'


def _unsubscribe_headers(ending: str) -> Values:
    """RFC 2369 and RFC 8058; one-click needs an address that is secured by TLS."""
    if not ending:
        return {}
    headers = {"List-Unsubscribe": f"<{ending}>"}
    if ending.startswith("https://"):
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def _unsubscribe_text(ending: str, words: str) -> str:
    return f"{words}:\n{ending}" if ending else ""


def _unsubscribe_html(ending: str, words: str) -> str:
    return Markup(f'<a href="{escape(ending)}">{escape(words)}</a>') if ending else Markup("")


def _part_text(title: str, entries: Sequence[Entry]) -> str:
    """A heading and its lines, each link on a line of its own so that no program breaks it."""
    if not entries:
        return ""
    lines = [title, "-" * len(title)]
    for entry in entries:
        lines.append(f"* {entry.text} ({entry.note})" if entry.note else f"* {entry.text}")
        lines += [f"  {address(entry.url)}"] if entry.url else []
    return "\n".join([*lines, ""])


def _part_html(title: str, entries: Sequence[Entry]) -> str:
    if not entries:
        return Markup("")
    items = "".join(f"<li>{_entry_html(entry)}</li>" for entry in entries)
    return Markup(f"<h2>{escape(title)}</h2>\n<ul>{items}</ul>")


def _entry_html(entry: Entry) -> str:
    text = escape(entry.text)
    linked = f'<a href="{escape(address(entry.url))}">{text}</a>' if entry.url else text
    return f"{linked} <small>{escape(entry.note)}</small>" if entry.note else linked
