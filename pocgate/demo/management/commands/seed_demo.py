"""Load the demonstration organisation, or a portfolio of any size for measuring."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from pocgate.demo.plan.story import STORY
from pocgate.demo.seeding import RECOMPUTED_UP_TO, CannotSeed, is_loaded, seed

MOST_CASES = 1_000_000


class Command(BaseCommand):
    """Writes once; a second run says so and changes nothing."""

    help = "Load the demonstration organisation: forty cases with a story, and with --cases as many more as you like."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How many, from which seed, as of when."""
        parser.add_argument("--cases", type=int, default=len(STORY), help=f"how many cases (default {len(STORY)})")
        parser.add_argument("--seed", type=int, default=1, help="same seed and time, same rows (default 1)")
        parser.add_argument("--now", type=_moment, help="the moment everything leads up to (default: now)")
        parser.add_argument("--force", action="store_true", help="add cases to a demonstration that is loaded already")
        parser.add_argument(
            "--recompute",
            action="store_true",
            help=f"compute readiness at once; up to {RECOMPUTED_UP_TO} cases that is done anyway",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, **options: Any) -> None:
        """Refuse, write, count."""
        if not 1 <= options["cases"] <= MOST_CASES:
            raise CommandError(f"--cases: give a number from 1 to {MOST_CASES}.")
        started = time.monotonic()
        try:
            shown = self._seed(options)
        except CannotSeed as error:
            raise CommandError(str(error)) from error
        shown["seconds"] = round(time.monotonic() - started, 1)
        self._show(shown, options)

    def _seed(self, options: dict[str, Any]) -> dict[str, Any]:
        loaded = is_loaded()
        if loaded and not options["force"]:
            return {"loaded_before": True, "cases": 0, "recomputed": 0}
        done = seed(
            cases=options["cases"],
            seed_number=options["seed"],
            now=options["now"] or timezone.now(),
            recompute=options["recompute"] or options["cases"] <= RECOMPUTED_UP_TO,
            progress=self._progress if options["verbosity"] > 0 else lambda _act, _count: None,
        )
        return {"loaded_before": loaded, "cases": done.cases, "recomputed": done.recomputed}

    def _progress(self, act: str, count: int) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\r{count} cases {act}   ", ending="")

    def _show(self, shown: dict[str, Any], options: dict[str, Any]) -> None:
        if options["json"]:
            self.stdout.write(json.dumps(shown))
        elif options["verbosity"] == 0:
            return
        elif shown["cases"] == 0:
            self.stdout.write("The demonstration is loaded already; nothing was changed. --force adds cases to it.")
        else:
            counted = f"{shown['cases']} cases written, readiness of {shown['recomputed']} computed"
            self.stdout.write(f"{counted}, in {shown['seconds']} s.")


def _moment(text: str) -> datetime:
    found = parse_datetime(text)
    if found is None or found.tzinfo is None:
        raise ValueError(text)
    return found
