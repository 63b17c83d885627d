"""The texts that mails are written with."""

from __future__ import annotations

from pocgate.inbox.models import MailText
from pocgate.inbox.rules.mail_texts import SHIPPED, Texts


def texts_of(kind: str) -> Texts:
    """The administrator's text, else the shipped one."""
    edited = MailText.objects.filter(kind=kind).first()
    return Texts(edited.subject, edited.text, edited.html) if edited else shipped(kind)


def shipped(kind: str) -> Texts:
    """The text that comes with the installation."""
    texts = SHIPPED[kind]
    return Texts(str(texts.subject), str(texts.text), str(texts.html))
