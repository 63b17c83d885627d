"""Kill -9 the worker with a hundred recomputes waiting, again and again."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.drill import Loss
from tests.installation import Installation, surroundings
from tests.services.worker_kill import CASES, kill_once, lay_cases


def worker_kill(rounds: int) -> Loss:
    """What was computed wrongly or not at all is lost, what was written twice is doubled."""
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
    return Loss(lost, doubled)
