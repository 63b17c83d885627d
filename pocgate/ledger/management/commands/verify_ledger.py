"""`manage.py verify_ledger`: whether the activity is what was sealed."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from pocgate.ledger.queries.checkpoints import Verified, verified


class Command(BaseCommand):
    """Recomputes every checkpoint."""

    help = "Recompute every checkpoint of the ledger from its rows. Exit status 1 when a sealed row was changed."

    def add_arguments(self, parser: CommandParser) -> None:
        """The form of the answer."""
        parser.add_argument("--json", action="store_true", dest="as_json", help="print one JSON object")

    def handle(self, *, as_json: bool, **options: Any) -> None:
        """Print what was found."""
        found = verified()
        self.stdout.write(_as_json(found) if as_json else _as_text(found))
        if not found.is_whole:
            raise SystemExit(1)


def _as_text(found: Verified) -> str:
    if found.broken is not None:
        return (
            f"Broken: the acts {found.broken.after + 1} to {found.broken.through} are not those sealed on "
            f"{found.broken.made_at:%Y-%m-%d %H:%M} UTC.\n"
            f"  sealed {found.broken.digest}\n  found  {found.found}\n"
            f"Everything up to act {found.through} is as it was sealed. Compare with a backup from before the change."
        )
    return (
        f"Whole: {found.rows} acts in {found.checkpoints} checkpoints, up to act {found.through}; "
        f"{found.unsealed} newer ones are not sealed yet.\n  digest {found.digest}"
    )


def _as_json(found: Verified) -> str:
    broken = found.broken
    return json.dumps(
        {
            "whole": found.is_whole,
            "checkpoints": found.checkpoints,
            "rows": found.rows,
            "through": found.through,
            "digest": found.digest,
            "unsealed": found.unsealed,
            "broken": None if broken is None else {"after": broken.after, "through": broken.through},
        }
    )
