"""The mails of the embedded installation, read back from the folder they are written to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as email_policy
from email.utils import parsedate_to_datetime
from pathlib import Path

# One file may hold several mails; Django writes this line after each.
SEPARATOR = b"\n" + b"-" * 79 + b"\n"
MOST_FILES = 100
LARGEST_FILE = 1024 * 1024
LONGEST_BODY = 20_000


@dataclass(frozen=True)
class Mail:
    """A mail as text; never rendered as HTML."""

    subject: str
    sender: str
    recipients: str
    sent_at: datetime | None
    body: str


def mails_in(folder: Path) -> Sequence[Mail]:
    """The newest mails first; an unreadable file is left out."""
    if not folder.is_dir():
        return []
    newest = sorted(folder.glob("*.log"), key=lambda path: path.name, reverse=True)[:MOST_FILES]
    return [mail for path in newest for mail in reversed(list(_mails_of(path)))]


def _mails_of(path: Path) -> Iterator[Mail]:
    try:
        content = path.read_bytes()[:LARGEST_FILE]
    except OSError:
        return
    for part in content.split(SEPARATOR):
        if part.strip():
            yield _mail(part.strip())


def _mail(raw: bytes) -> Mail:
    message = message_from_bytes(raw, policy=email_policy)
    return Mail(
        subject=_header(message, "Subject"),
        sender=_header(message, "From"),
        recipients=_header(message, "To"),
        sent_at=_sent_at(message),
        body=_body(message)[:LONGEST_BODY],
    )


def _header(message: EmailMessage, name: str) -> str:
    return str(message.get(name, ""))


def _sent_at(message: EmailMessage) -> datetime | None:
    try:
        at = parsedate_to_datetime(_header(message, "Date"))
    except ValueError:
        return None
    # "-0000" says UTC without a place, which Python reads as naive.
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _body(message: EmailMessage) -> str:
    part = message.get_body(preferencelist=("plain",))
    try:
        return str(part.get_content()) if part is not None else ""
    except (LookupError, ValueError):
        return ""
