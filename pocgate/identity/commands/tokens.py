"""Bearer tokens: made, rotated and revoked. The text is shown once; only its SHA-256 is kept."""

from __future__ import annotations

import hashlib
import secrets
import string
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import OperationalError, transaction
from django.db.models import Q

from pocgate.identity.commands.acts import tell
from pocgate.identity.enums import Scope
from pocgate.identity.errors import (
    expiry_in_the_past,
    expiry_too_far,
    holder_inactive,
    name_missing,
    name_too_long,
    no_scope,
    token_is_over,
    unknown_scope,
)
from pocgate.identity.models import ApiToken, User
from pocgate.identity.permissions import require_own_or_administrator
from pocgate.kernel.errors import FieldProblem, Invalid, NotAllowedNow

log = structlog.get_logger(__name__)

DEFAULT_LIFETIME = timedelta(days=90)
LONGEST_LIFETIME = timedelta(days=366)
DEFAULT_SCOPES: tuple[str, ...] = (Scope.PORTFOLIO_READ.value,)
DEFAULT_GRACE = timedelta(hours=24)
USE_NOTED_EVERY = timedelta(minutes=1)
NAME_LIMIT = 100

PREFIX_LETTERS = 8
SECRET_LETTERS = 43  # 43 letters of 62 carry 256 bits
LETTERS = string.ascii_letters + string.digits


@dataclass(frozen=True)
class _Terms:
    """What a token is made with, checked."""

    name: str
    scopes: list[str]
    expires_at: datetime


def digest_of(text: str) -> str:
    """The SHA-256 that stands for a token's text; 256 random bits need no slow hash."""
    return hashlib.sha256(text.encode()).hexdigest()


def create_token(
    *,
    user: User,
    name: str,
    scopes: Iterable[str],
    actor: User | None,
    now: datetime,
    expires_at: datetime | None = None,
) -> tuple[ApiToken, str]:
    """A token of `user` and its text, which can not be read again. Without `expires_at` it lives 90 days.

    Raises `Invalid` (name, scopes, expires_at), `Forbidden`, and `NotAllowedNow` for an inactive holder.
    """
    with transaction.atomic():
        holder = User.objects.select_for_update().get(pk=user.pk)
        require_own_or_administrator(actor, holder, now=now)
        terms = _terms(name, scopes, expires_at, now=now)
        if not holder.is_active:
            raise NotAllowedNow([holder_inactive()])
        token, text = _issue(holder, terms, now=now)
        tell("token.created", "api_token", token.pk, actor=actor, now=now, after=_shown(token))
    return token, text


def rotate_token(
    *, token_id: int, actor: User | None, now: datetime, grace: timedelta = DEFAULT_GRACE
) -> tuple[ApiToken, str]:
    """A successor with the same name, scopes and lifetime; the old one works on for `grace`, then no more."""
    with transaction.atomic():
        old = _locked(token_id, actor, now=now)
        if not old.is_live(now) or not old.user.is_active:
            raise NotAllowedNow([token_is_over()])
        lifetime = min((old.expires_at - old.created_at) if old.expires_at else DEFAULT_LIFETIME, LONGEST_LIFETIME)
        token, text = _issue(old.user, _Terms(old.name, list(old.scopes), now + lifetime), now=now)
        _end_after(old, grace, now=now)
        tell("token.rotated", "api_token", old.pk, actor=actor, now=now, before=_shown(old), after=_shown(token))
    return token, text


def revoke_token(*, token_id: int, actor: User | None, now: datetime) -> ApiToken:
    """End a token at once; revoking it again changes nothing."""
    with transaction.atomic():
        token = _locked(token_id, actor, now=now)
        if token.revoked_at is None:
            token.revoked_at = now
            token.save(update_fields=["revoked_at"])
            tell("token.revoked", "api_token", token.pk, actor=actor, now=now, after=_shown(token))
    return token


def note_token_use(*, token_id: int, now: datetime) -> None:
    """Remember when a token was last used, to the minute: a write on every call would cost more than the call.

    Where the database is busy writing for too long, the call goes on without the note.
    """
    earlier = Q(last_used_at__isnull=True) | Q(last_used_at__lte=now - USE_NOTED_EVERY)
    try:
        ApiToken.objects.filter(earlier, pk=token_id).update(last_used_at=now)
    except OperationalError as error:
        log.warning("token_use_not_noted", token=token_id, error=str(error))


def _end_after(token: ApiToken, grace: timedelta, *, now: datetime) -> None:
    """Never later than it would have ended anyway."""
    if grace <= timedelta(0):
        token.revoked_at = now
    else:
        token.expires_at = min(now + grace, token.expires_at or now + grace)
    token.save(update_fields=["expires_at", "revoked_at"])


def _locked(token_id: int, actor: User | None, *, now: datetime) -> ApiToken:
    token = ApiToken.objects.select_for_update(of=("self",)).select_related("user").get(pk=token_id)
    require_own_or_administrator(actor, token.user, now=now)
    return token


def _terms(name: str, scopes: Iterable[str], expires_at: datetime | None, *, now: datetime) -> _Terms:
    terms = _Terms(name.strip(), sorted(set(scopes)), expires_at or now + DEFAULT_LIFETIME)
    problems: list[FieldProblem] = []
    if not terms.name:
        problems.append(name_missing())
    if len(terms.name) > NAME_LIMIT:
        problems.append(name_too_long(NAME_LIMIT))
    if not terms.scopes:
        problems.append(no_scope())
    problems += [unknown_scope(scope, ", ".join(Scope.values)) for scope in terms.scopes if scope not in Scope.values]
    if terms.expires_at <= now:
        problems.append(expiry_in_the_past())
    if terms.expires_at > now + LONGEST_LIFETIME:
        problems.append(expiry_too_far(LONGEST_LIFETIME.days))
    if problems:
        raise Invalid(problems)
    return terms


def _issue(holder: User, terms: _Terms, *, now: datetime) -> tuple[ApiToken, str]:
    prefix = f"pg_{_random(PREFIX_LETTERS)}"
    text = f"{prefix}_{_random(SECRET_LETTERS)}"
    token = ApiToken.objects.create(
        user=holder,
        name=terms.name,
        prefix=prefix,
        digest=digest_of(text),
        scopes=terms.scopes,
        created_at=now,
        expires_at=terms.expires_at,
    )
    return token, text


def _random(length: int) -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(length))


def _shown(token: ApiToken) -> dict[str, object]:
    return {
        "holder": token.user_id,
        "name": token.name,
        "prefix": token.prefix,
        "scopes": token.scopes,
        "expires_at": token.expires_at.isoformat() if token.expires_at else None,
    }
