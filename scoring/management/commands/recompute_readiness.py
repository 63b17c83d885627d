"""Bring readiness up to date from the command line."""

from __future__ import annotations

import json
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from pocgate.kernel.http import REFERENCE
from portfolio.models import UseCase
from scoring.commands.readiness import Recomputed, recompute_cases
from scoring.queries.recompute import all_batches, due_batches


class Command(BaseCommand):
    """All cases, the named ones, or those that are due."""

    help = "Recompute readiness: of the cases that are due, of those named, or of all. Exit status 1 when one failed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """References, or everything."""
        parser.add_argument("references", nargs="*", metavar="UC-0042", help="only these cases")
        parser.add_argument("--all", action="store_true", help="every case, also those that are up to date")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Recompute in batches, with progress on a terminal."""
        started = time.monotonic()
        done = Recomputed()
        for case_ids in _batches(options["references"], everything=options["all"]):
            done += recompute_cases(case_ids, now=timezone.now())
            if self.stderr.isatty():
                self.stderr.write(f"\r{done.cases} cases", ending="")
        seconds = round(time.monotonic() - started, 2)
        shown = {"cases": done.cases, "changed": done.changed, "failed": list(done.failed), "seconds": seconds}
        if options["json"]:
            self.stdout.write(json.dumps(shown))
        else:
            self.stdout.write(f"{done.cases} cases computed in {seconds} s, {done.changed} changed.")
        if done.failed:
            sys.exit(1)


def _batches(references: list[str], *, everything: bool) -> Iterable[list[int]]:
    if everything:
        return all_batches()
    if references:
        return [[_id_of(reference) for reference in references]]
    return due_batches(now=timezone.now())


def _id_of(reference: str) -> int:
    match = REFERENCE.fullmatch(reference)
    pk = UseCase.objects.filter(number=int(match.group(1))).values_list("pk", flat=True).first() if match else None
    if pk is None:
        raise CommandError(f"There is no case {reference}.")
    return pk
