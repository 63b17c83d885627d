"""Print who can sign in to the demonstration."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from pocgate.demo.plan.people import COMPANY, PASSWORD, PERSONAS
from pocgate.demo.seeding import is_loaded


class Command(BaseCommand):
    """Reads nothing but whether the demonstration is there."""

    help = "Print the demonstration's sign-ins: user name, password, who it is and what waits for them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """For people or for programs."""
        parser.add_argument("--json", action="store_true", help="print one JSON list")

    def handle(self, **options: Any) -> None:
        """A table, or a sentence why there is none."""
        if settings.SERVER_MODE:
            raise CommandError("POCGATE_MODE=server: demonstration sign-ins do not exist on a server.")
        rows = [
            {"username": each.username, "password": PASSWORD, "who": each.job_title, "waits": each.waits}
            for each in PERSONAS
            if is_loaded()
        ]
        if options["json"]:
            self.stdout.write(json.dumps(rows))
        elif not rows:
            self.stdout.write("The demonstration is not loaded here (manage.py seed_demo loads it).")
        else:
            self._table(rows)

    def _table(self, rows: list[dict[str, str]]) -> None:
        self.stdout.write(f"{COMPANY}, an invented insurer. The password of everybody is {PASSWORD}\n\n")
        name = max(len(row["username"]) for row in rows)
        who = max(len(row["who"]) for row in rows)
        for row in rows:
            self.stdout.write(f"  {row['username']:<{name}}  {row['who']:<{who}}  {row['waits']}")
        self.stdout.write("")
