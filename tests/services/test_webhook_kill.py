"""The issue's promise about webhooks: at least once and under the same id, whatever is killed or does not answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.installation import Installation, surroundings
from tests.ledger.receiver import Receiver
from tests.services.webhook_kill import VARIABLES, kill_while_sending, make_endpoint

EVENTS = 20


@pytest.mark.xdist_group("webhook_kill")
def test_worker_killed_while_a_receiver_fails_half_of_the_time_loses_no_webhook(tmp_path: Path) -> None:
    with surroundings() as variables, Receiver() as receiver:
        installation = Installation(tmp_path / "var", variables=variables | VARIABLES)
        try:
            installation.start()
            make_endpoint(installation, receiver)

            done = kill_while_sending(installation, receiver, 1, events=EVENTS)

            assert (done.lost, done.doubled) == (0, 0)
            assert done.requests > EVENTS
        finally:
            installation.stop()
