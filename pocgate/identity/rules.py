"""How a person proved who they are, and whether that is recent enough."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class SignIn:
    """When the actor signed in (None when unknown), or that a token speaks for them.

    A token was made after a recent sign-in, expires and carries its own scope, so its age is not asked for.
    """

    at: datetime | None = None
    by_token: bool = False


def is_recent(sign_in: SignIn, *, now: datetime, max_age: timedelta) -> bool:
    """True for tokens and for sign-ins younger than `max_age`."""
    return sign_in.by_token or (sign_in.at is not None and now - sign_in.at < max_age)
