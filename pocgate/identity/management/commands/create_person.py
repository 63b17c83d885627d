"""`manage.py create_person NAME --role admin`: the first administrator of a new installation, and others."""

from __future__ import annotations

import getpass
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from pocgate.identity.commands import create_person, grant_role
from pocgate.identity.enums import Role
from pocgate.kernel.errors import DomainError


class Command(BaseCommand):
    """Asks for the password, or reads it from the standard input."""

    help = "Make an account for a person. The password is asked for, or read from the standard input's first line."

    def add_arguments(self, parser: CommandParser) -> None:
        """The person, and the roles to begin with."""
        parser.add_argument("username")
        parser.add_argument("--full-name", default="")
        parser.add_argument("--email", default="")
        parser.add_argument("--role", action="append", dest="roles", default=[], choices=Role.values)
        parser.add_argument("--no-password", action="store_true", help="single sign-on or tokens only")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the person; the system is the actor."""
        now = timezone.now()
        password = None if options["no_password"] else _password()
        try:
            with transaction.atomic():
                person = create_person(
                    username=options["username"],
                    full_name=options["full_name"],
                    email=options["email"],
                    password=password,
                    actor=None,
                    now=now,
                )
                for role in options["roles"]:
                    grant_role(user=person, role=role, actor=None, now=now)
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{person.username}: made, roles: {', '.join(options['roles']) or 'none'}.")


def _password() -> str:
    if sys.stdin.isatty():
        return getpass.getpass("Password: ")
    return sys.stdin.readline().rstrip("\n")
