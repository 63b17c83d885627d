"""Five thousand mixed jobs while the worker is killed, Redis goes away for 30 s and database connections are cut."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.drill import Loss
from tests.installation import Installation, surroundings
from tests.services.job_storm import Receiver, breakable, storm

# Each case is recomputed, placed by a job row, reminded of and told to a webhook.
CASES = 1250


def job_storm(rounds: int) -> Loss:
    """One storm in which the worker is killed `rounds` times."""
    receiver = Receiver()
    with tempfile.TemporaryDirectory() as folder, surroundings() as bare, breakable(bare) as (variables, redis):
        installation = Installation(Path(folder) / "var", variables=variables)
        try:
            installation.start()
            done = storm(installation, receiver, cases=CASES, kills=rounds, redis=redis)
        finally:
            installation.stop()
            receiver.stop()
    print(f"{done.jobs} jobs, all done after {done.seconds:.0f} s: {done.words}", flush=True)
    return Loss(done.lost, done.doubled)
