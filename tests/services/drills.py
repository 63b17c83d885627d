"""The long fault drills: `python -m tests.services.drills [--only NAME] [--rounds N]`.

The last line of each is `name: N rounds, 0 lost, 0 doubled`; exit status 1 when anything was lost or doubled.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.installation import Installation, surroundings
from tests.services.worker_kill import CASES, kill_once, lay_cases


def worker_kill(rounds: int) -> tuple[int, int]:
    """Kill -9 the worker with a hundred recomputes waiting, again and again; what was lost and what was doubled."""
    lost = doubled = 0
    with tempfile.TemporaryDirectory() as folder, surroundings() as variables:
        installation = Installation(Path(folder) / "var", variables=variables)
        try:
            installation.start()
            lay_cases(installation)
            for number in range(1, rounds + 1):
                installation.wait_until_ready()
                killed = kill_once(installation)
                lost += killed.wrong
                doubled += killed.doubled
                print(
                    f"round {number}: {killed.waiting} of {CASES} waited when the worker was killed; "
                    f"all computed after {killed.seconds:.1f} s, {killed.wrong} wrong, {killed.doubled} doubled",
                    flush=True,
                )
        finally:
            installation.stop()
    return lost, doubled


DRILLS: dict[str, Callable[[int], tuple[int, int]]] = {"worker_kill": worker_kill}


def main() -> int:
    """Run the drills asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=list(DRILLS))
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    status = 0
    for name in [arguments.only] if arguments.only else list(DRILLS):
        lost, doubled = DRILLS[name](arguments.rounds)
        status |= bool(lost or doubled)
        print(f"{name}: {arguments.rounds} rounds, {lost} lost, {doubled} doubled", flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
