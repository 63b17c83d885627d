"""Texts of mails: edited and reset by administrators; each version stays in activity."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from pocgate.identity.models import User
from pocgate.identity.permissions import require_administrator
from pocgate.inbox import errors
from pocgate.inbox.enums import MailTextKind
from pocgate.inbox.models import MailText
from pocgate.inbox.queries.mail_texts import texts_of
from pocgate.inbox.rules.mail_texts import VALUES, Texts
from pocgate.inbox.rules.placeholders import problems_of_html, problems_of_text
from pocgate.kernel.errors import FieldProblem, Invalid, Stale
from pocgate.ledger.commands import Act, record


def edit_mail_text(*, kind: str, texts: Texts, version: int, actor: User, now: datetime) -> MailText:
    """Replace the text that was read as `version` (0 is the shipped one). Raises `Forbidden`, `Invalid`, `Stale`."""
    require_administrator(actor, now=now)
    problems = text_problems(kind, texts)
    if problems:
        raise Invalid(problems)
    with transaction.atomic():
        before = asdict(texts_of(kind))
        _write(kind, texts, version, now)
        act = Act("mail_text.edited", "mail_text", kind, before=before, after=asdict(texts))
        record(act, actor=actor, now=now)
    return MailText.objects.get(kind=kind)


def reset_mail_text(*, kind: str, actor: User, now: datetime) -> bool:
    """Back to the shipped text; False when it was in force already."""
    require_administrator(actor, now=now)
    with transaction.atomic():
        before = asdict(texts_of(kind))
        ended, _rows = MailText.objects.filter(kind=kind).delete()
        if ended:
            act = Act("mail_text.reset", "mail_text", kind, before=before, after=asdict(texts_of(kind)))
            record(act, actor=actor, now=now)
    return bool(ended)


def text_problems(kind: str, texts: Texts) -> list[FieldProblem]:
    """Everything that is wrong, with its part and line."""
    known = VALUES[MailTextKind(kind)]
    checked = [
        ("subject", problems_of_text(str(texts.subject), known)),
        ("text", problems_of_text(str(texts.text), known)),
        ("html", problems_of_html(str(texts.html), known)),
    ]
    offered = ", ".join(f"${name}" for name in sorted(known))
    found = [
        errors.text_problem(part, problem.code, line=problem.line, what=problem.what, offered=offered)
        for part, problems in checked
        for problem in problems
    ]
    parts = asdict(texts)
    return found + [errors.text_missing(part) for part, text in parts.items() if not str(text).strip()]


def _write(kind: str, texts: Texts, version: int, now: datetime) -> None:
    values = {"subject": str(texts.subject), "text": str(texts.text), "html": str(texts.html), "edited_at": now}
    if version:
        written = MailText.objects.filter(kind=kind, version=version).update(**values, version=version + 1)
    else:
        row = MailText(kind=kind, **values)
        written = bool(not MailText.objects.filter(kind=kind).exists() and MailText.objects.bulk_create([row]))
    if not written:
        raise Stale
