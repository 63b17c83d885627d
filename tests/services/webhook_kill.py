"""Kill -9 the worker while events wait for a receiver that fails or hangs half of the time: each must arrive.

At least once is the promise: an event may arrive twice, but always under the same id and as the same bytes.
"""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime

from standardwebhooks import Webhook

from tests.installation import Installation, wait_for
from tests.ledger.receiver import Received, Receiver, Reply

EVENTS = 60
CASES = 5
KILLS = 3
ALLOWED_SECONDS = 480.0
# Retries come after a second or two; many, because the receiver fails that often.
VARIABLES = {
    "POCGATE_WEBHOOK_ALLOW_PRIVATE": "127.0.0.0/8",
    "POCGATE_WEBHOOK_PAUSES": ",".join(["1", "1", "2", "2"] * 6),
}

_MAKE = """
from django.utils import timezone
from pocgate.ledger.commands.endpoints import create_endpoint
from tests.factories.identity import RoleGrantFactory
admin = RoleGrantFactory(role="admin").user
endpoint, secret = create_endpoint(
    name="Drill", url="{url}", kinds=["decision"], actor=admin, now=timezone.now()
)
print(secret)
"""
_WRITE = """
from django.utils import timezone
from pocgate.ledger.commands import Act, record
from tests.factories.portfolio import UseCaseFactory
from portfolio.models import UseCase
while UseCase.objects.count() < {cases}:
    UseCaseFactory()
ids = list(UseCase.objects.order_by("pk").values_list("pk", flat=True)[:{cases}])
for number in range({events}):
    case = ids[number % len(ids)]
    act = Act("decision.made", "decision", "{round}-" + str(number), case)
    record(act, actor=None, now=timezone.now())
"""
_OPEN = "SELECT count(*) FROM ledger_webhookdelivery WHERE state IN ('waiting', 'sending')"
_MADE = "SELECT message_id, state FROM ledger_webhookdelivery WHERE cause = 'event'"
_UNPLACED = "SELECT count(*) FROM ledger_activity WHERE is_told AND position IS NULL"


@dataclass(frozen=True)
class Round:
    """What a round did: requests that came, events that never came through, and events under more than one id."""

    requests: int
    seconds: float
    lost: int
    doubled: int


def unreliable(number: int) -> Reply:
    """Half of the answers are failures: an error, an error after a while, or none within the time."""
    if number % 2:
        return Reply(204)
    return Reply(503, b"try later") if number % 4 else Reply(204, seconds=11.0) if number % 20 == 0 else Reply(500)


def make_endpoint(installation: Installation, receiver: Receiver) -> None:
    """An endpoint that is told decisions alone, with the receiver behind it."""
    receiver.secret = installation.python(_MAKE.format(url=receiver.url))
    receiver.reply = unreliable


def kill_while_sending(installation: Installation, receiver: Receiver, number: int, *, events: int = EVENTS) -> Round:
    """Write events, kill the worker again and again while they are sent, and wait until nothing is left to send."""
    before = len(receiver.got)
    begun = time.monotonic()
    installation.python(_WRITE.format(cases=CASES, events=events, round=number))
    for _ in range(KILLS):
        wait_for(lambda: bool(installation.processes("worker")), "a worker", seconds=ALLOWED_SECONDS)
        time.sleep(2)
        os.kill(installation.processes("worker")[0], signal.SIGKILL)
        installation.wait_until_ready()
    wait_for(lambda: _nothing_left(installation), "every event sent", seconds=ALLOWED_SECONDS, every=1)
    wanted = {f"{number}-{event}" for event in range(events)}
    return _round(installation, receiver, wanted, len(receiver.got) - before, time.monotonic() - begun)


def _nothing_left(installation: Installation) -> bool:
    return not installation.query(_UNPLACED)[0][0] and not installation.query(_OPEN)[0][0]


def _round(installation: Installation, receiver: Receiver, wanted: set[str], requests: int, seconds: float) -> Round:
    came = [got for got in list(receiver.got) if got.status == Reply().status and _is_genuine(receiver, got)]
    ids: dict[str, set[str]] = {}
    for got in came:
        ids.setdefault(got.content["data"]["subject"]["id"], set()).add(got.id)
    states = Counter(state for _id, state in installation.query(_MADE))
    lost = len(wanted - set(ids)) + sum(count for state, count in states.items() if state != "delivered")
    doubled = sum(len(found) - 1 for event, found in ids.items() if event in wanted)
    return Round(requests, seconds, lost, doubled)


def _is_genuine(receiver: Receiver, got: Received) -> bool:
    """Checked against the time it was sent at, because a round takes longer than a signature is fresh."""
    at = datetime.fromtimestamp(int(got.headers["webhook-timestamp"]), tz=UTC)
    return Webhook(receiver.secret).sign(got.id, at, got.body.decode()) in got.headers["webhook-signature"].split(" ")
