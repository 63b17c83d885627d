"""Runs that send: one at a time of each kind, for a while, and another one when something is left."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils import timezone

from pocgate.kernel import jobs, turns

# A run goes on for so long; then other work of the queue has its thread.
SECONDS = 30.0
# Held anew before each message, whose server may be slow at each step; so long a killed run keeps the next one waiting.
HOLD = timedelta(minutes=3)


@dataclass
class Run:
    """A run that has its turn: until when, when its time is over, how many messages it sent.

    The next one may begin when it ends, or `next_from` on. It `gave_up` when nothing would get through any more.
    """

    task: str
    held: datetime
    ends_at: float = field(default_factory=lambda: time.monotonic() + SECONDS)
    sent: int = 0
    gave_up: bool = False
    next_from: datetime | None = None

    def goes_on(self) -> bool:
        """Whether there is time for another message; holds on to the turn meanwhile."""
        if self.gave_up or time.monotonic() >= self.ends_at:
            return False
        until = timezone.now() + HOLD
        if not turns.keep(self.task, held=self.held, until=until):
            return False
        self.held = until
        return True


@contextmanager
def only_run(task: str) -> Iterator[Run | None]:
    """The one run of the task that is at work, or None when another one is."""
    now = timezone.now()
    run = Run(task, now + HOLD)
    if not turns.take(task, until=run.held, now=now):
        yield None
        return
    try:
        yield run
    finally:
        turns.release(task, held=run.held, until=run.next_from)


def come_back(run: Run, is_something_due: Callable[[], bool]) -> None:
    """Wake the next run for what is due by now. Called without the turn, so that nobody gives way in between."""
    if not run.gave_up and is_something_due():
        jobs.send(run.task)
