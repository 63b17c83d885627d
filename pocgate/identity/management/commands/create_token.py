"""`manage.py create_token USER --scope portfolio:read`: make an API token and print it once."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from pocgate.identity.commands import DEFAULT_LIFETIME, DEFAULT_SCOPES, create_token
from pocgate.identity.enums import Scope
from pocgate.identity.models import ApiToken, User
from pocgate.kernel.errors import DomainError


class Command(BaseCommand):
    """Prints the token's text, which can not be read again."""

    help = "Make an API token for an account and print it once. Exit status 1 when it was refused."

    def add_arguments(self, parser: CommandParser) -> None:
        """The holder and the token's terms."""
        parser.add_argument("username", help="the account that will hold the token")
        parser.add_argument("--name", default="command line", help="what the token is for")
        parser.add_argument(
            "--scope",
            action="append",
            dest="scopes",
            metavar="SCOPE",
            help=f"may be repeated; one of {', '.join(Scope.values)}; default {', '.join(DEFAULT_SCOPES)}",
        )
        parser.add_argument("--days", type=int, default=DEFAULT_LIFETIME.days, help="days until it expires")
        parser.add_argument("--json", action="store_true", dest="as_json", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the token; the system is the actor."""
        now = timezone.now()
        try:
            user = User.objects.get_by_natural_key(options["username"])
            token, text = create_token(
                user=user,
                name=options["name"],
                scopes=options["scopes"] or DEFAULT_SCOPES,
                expires_at=now + timedelta(days=options["days"]),
                actor=None,
                now=now,
            )
        except User.DoesNotExist as error:
            raise CommandError(f"There is no account “{options['username']}”.") from error
        except OverflowError as error:
            raise CommandError("--days: the number is too large.") from error
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(_as_json(token, text) if options["as_json"] else _as_text(token, text))


def _as_json(token: ApiToken, text: str) -> str:
    return json.dumps(
        {
            "token": text,
            "prefix": token.prefix,
            "name": token.name,
            "username": token.user.username,
            "scopes": token.scopes,
            "expires_at": token.expires_at.isoformat() if token.expires_at else None,
        }
    )


def _as_text(token: ApiToken, text: str) -> str:
    until = f"{token.expires_at:%Y-%m-%d %H:%M %Z}" if token.expires_at else "it is revoked"
    return f"{text}\nKeep it safe: it is not shown again. Scopes: {', '.join(token.scopes)}. Works until {until}."
