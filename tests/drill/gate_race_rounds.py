"""The rounds of gate_race, in a process that has the database: storms of commands, and votes over HTTP amid a kill."""

from __future__ import annotations

import json
import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Lock
from typing import Any
from unittest import mock

from django.utils import timezone

from gates.models import Decision
from pocgate.identity.commands import create_token
from pocgate.identity.enums import Scope
from pocgate.identity.models import User
from portfolio.models import StageSpell
from tests.factories.stage_set import FUNDING_IN_BODY, StageSet, a_case
from tests.gates.storm import CLIENTS, Count, a_committee, gaps, lost_and_doubled, one_round

EVERY = 4
# The kill comes when so many votes were acknowledged, the close when so many more were.
KILLED_AFTER, CLOSED_AFTER = 10, 30
PATIENCE_SECONDS = 120.0
SCOPES = [Scope.GATES_VOTE.value, Scope.GATES_DECIDE.value, Scope.GATES_READ.value]


def run(rounds: int, port: int, leader: int) -> None:
    """Print a line a round, and last what was lost and doubled as JSON."""
    base = timezone.now()
    with mock.patch("pocgate.kernel.jobs.current_app.send_task"):
        stage, voters = a_committee(base)
        web = Web(port, leader, tokens_of(voters))
        total = Count()
        for number in range(rounds):
            started = time.monotonic()
            over_http = number % EVERY == EVERY - 1
            if over_http:
                count = http_round(stage, voters, web)
            else:
                count = one_round(number, stage, voters, base + timedelta(days=10 * number))
            total += count
            print(
                f"round {number + 1}{' over HTTP, one web process killed' if over_http else ''}: "
                f"{count.acknowledged} votes acknowledged, {count.refused} refused, {count.decided} decided, "
                f"{count.lost} lost, {count.doubled} doubled, {time.monotonic() - started:.1f} s"
            )
    missing = gaps()
    print(
        f"{total.acknowledged} votes acknowledged, {total.refused} acts refused, {total.decided} decisions, "
        f"{missing} numbers missing, {web.kills} web processes killed, {web.resent} calls sent again"
    )
    if not total.decided:
        raise SystemExit("No round came to a decision, so nothing is proven of decisions.")
    print(json.dumps({"lost": total.lost + missing, "doubled": total.doubled}))


def tokens_of(voters: list[User]) -> dict[int, str]:
    """One token for each voter."""
    now = timezone.now() - timedelta(minutes=1)
    return {voter.pk: create_token(user=voter, name="drill", scopes=SCOPES, actor=None, now=now)[1] for voter in voters}


class Web:
    """The server under fire: calls that are sent again under the same key until somebody answers."""

    def __init__(self, port: int, leader: int, tokens: dict[int, str]) -> None:
        self.port, self.leader, self.tokens = port, leader, tokens
        self.kills = self.resent = 0
        self._lock = Lock()

    def post(self, user: User, path: str, body: dict[str, Any], key: str) -> tuple[int, Any]:
        """Status and body of the answer; whoever gets none asks again, as a careful client does."""
        headers = {
            "Authorization": f"Bearer {self.tokens[user.pk]}",
            "Content-Type": "application/json",
            "Idempotency-Key": key,
        }
        over = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
                connection.request("POST", f"/api/v1/{path}", json.dumps(body), headers)
                answer = connection.getresponse()
                said = answer.read()
                if answer.status < 500:
                    return answer.status, json.loads(said or b"null")
            except (OSError, HTTPException):
                pass
            finally:
                connection.close()
            if time.monotonic() > over:
                raise AssertionError(f"nobody answered POST {path}")
            with self._lock:
                self.resent += 1
            time.sleep(0.2)

    def kill_one(self) -> None:
        """kill -9 one of the processes that serve; the leader starts another."""
        children = Path(f"/proc/{self.leader}/task/{self.leader}/children").read_text().split()
        os.kill(int(children[self.kills % len(children)]), signal.SIGKILL)
        self.kills += 1


class HttpRound:
    """Fifty votes over HTTP; one process is killed in the middle, and the chair closes before all have voted."""

    def __init__(self, stage: StageSet, voters: list[User], web: Web) -> None:
        now = timezone.now()
        stage.case, stage.owner = a_case(now)
        self.stage, self.voters, self.web = stage, voters, web
        self.review = stage.voting(now)
        self.acknowledged: list[str] = []
        self._killed = Lock()

    def vote(self, number: int) -> int:
        """The status of one vote; the tenth and the thirtieth that is taken have their consequences."""
        words = f"client {number}"
        body = {"outcome": "go", "dossier_revision": 2, "rationale": words}
        status, _ = self.post(self.voters[number % len(self.voters)], "votes", body, words)
        if status == 200:
            self.acknowledged.append(words)
            if len(self.acknowledged) >= KILLED_AFTER and self._killed.acquire(blocking=False):
                self.web.kill_one()
            if len(self.acknowledged) == CLOSED_AFTER:
                self.close("in time")
        return status

    def close(self, key: str) -> None:
        """As the chair."""
        self.post(self.stage.chair, "closing", {}, f"close {key}")

    def post(self, user: User, what: str, body: dict[str, Any], key: str) -> tuple[int, Any]:
        """A call about this review."""
        return self.web.post(user, f"reviews/{self.review.pk}/{what}", body, f"{self.review.pk} {key}")


def http_round(stage: StageSet, voters: list[User], web: Web) -> Count:
    """Votes, kill and close over HTTP; then chair and deputy decide over HTTP."""
    over_http = HttpRound(stage, voters, web)
    statuses = at_once_counted([partial(over_http.vote, number) for number in range(CLIENTS)])
    review = over_http.review
    review.refresh_from_db()
    if review.state != "closed":
        over_http.close("again")
    lost, doubled = lost_and_doubled(review, over_http.acknowledged)
    refused = statuses.total() - statuses[200]
    return Count(len(over_http.acknowledged), refused, 0, lost, doubled) + decided_over_http(over_http)


def decided_over_http(over_http: HttpRound) -> Count:
    """Chair and deputy, twice each: one decision, and one stage move."""
    stage, review = over_http.stage, over_http.review

    def deciding(number: int) -> int:
        who = stage.deputy if number % 2 else stage.chair
        return over_http.post(who, "decision", {"outcome": "go", **FUNDING_IN_BODY}, f"decide {number}")[0]

    statuses = at_once_counted([partial(deciding, number) for number in range(4)])
    acknowledged = statuses[200] + statuses[201]
    made = Decision.objects.filter(review=review).count()
    moves = StageSpell.objects.filter(case=review.case_id).count() - 1
    lost = max(0, acknowledged - made) + max(0, made - moves)
    return Count(decided=made, lost=lost, doubled=max(0, made - 1) + max(0, moves - 1) + max(0, made - acknowledged))


def at_once_counted(acts: list[Callable[[], int]]) -> Counter[int]:
    """How often each status came back."""
    with ThreadPoolExecutor(len(acts)) as pool:
        return Counter(pool.map(lambda act: act(), acts))
