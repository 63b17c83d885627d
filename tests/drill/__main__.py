"""Runs the drills asked for.

The last line of each is `name: N rounds, 0 lost, 0 doubled`; exit status 1 when anything was lost or doubled, 2 when
there is no such drill. A drill that breaks off says why and exits 1.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from tests.drill import Loss
from tests.drill.gate_race import gate_race
from tests.drill.job_storm import job_storm
from tests.drill.webhooks import webhooks
from tests.drill.worker_kill import worker_kill

DRILLS: dict[str, Callable[[int], Loss]] = {
    "gate_race": gate_race,
    "job_storm": job_storm,
    "webhooks": webhooks,
    "worker_kill": worker_kill,
}
ROUNDS = 5


def main(arguments: list[str]) -> int:
    """Exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.drill", description=__doc__)
    parser.add_argument("--only", choices=list(DRILLS), help="this drill alone")
    parser.add_argument("--rounds", type=_positive, default=ROUNDS, help=f"how many of each; {ROUNDS} by default")
    options = parser.parse_args(arguments)
    status = 0
    for name in [options.only] if options.only else list(DRILLS):
        found = DRILLS[name](options.rounds)
        status |= bool(found.lost or found.doubled)
        print(f"{name}: {options.rounds} rounds, {found.lost} lost, {found.doubled} doubled", flush=True)
    return status


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
