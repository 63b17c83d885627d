"""Kill -9 the worker while webhooks go to a receiver that fails or hangs half of the time, again and again."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.drill import Loss
from tests.installation import Installation, surroundings
from tests.ledger.receiver import Receiver
from tests.services.webhook_kill import EVENTS, KILLS, VARIABLES, kill_while_sending, make_endpoint


def webhooks(rounds: int) -> Loss:
    """What never came through is lost; what came under two ids is doubled. A repeat under its own id is neither."""
    lost = doubled = 0
    with tempfile.TemporaryDirectory() as folder, surroundings() as variables, Receiver() as receiver:
        installation = Installation(Path(folder) / "var", variables=variables | VARIABLES)
        try:
            installation.start()
            make_endpoint(installation, receiver)
            for number in range(1, rounds + 1):
                done = kill_while_sending(installation, receiver, number)
                lost += done.lost
                doubled += done.doubled
                print(
                    f"round {number}: {EVENTS} events, worker killed {KILLS} times, {done.requests} requests, "
                    f"all through after {done.seconds:.0f} s, {done.lost} lost, {done.doubled} under two ids",
                    flush=True,
                )
        finally:
            installation.stop()
    return Loss(lost, doubled)
