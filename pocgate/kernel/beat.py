"""Beat's scheduler, which also records that beat is alive and goes on when the clock is set back."""

from __future__ import annotations

import dbm
import pickle
import time
from typing import Any

from celery.beat import PersistentScheduler
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from pocgate.kernel import jobs

HEARTBEAT_SECONDS = 15.0


class HeartbeatScheduler(PersistentScheduler):
    """Celery's own scheduler with a heartbeat row every 15 s."""

    last_beat = 0.0

    def setup_schedule(self) -> None:
        """Take up the kept schedule, or begin anew where it can not be read, such as after a cut in mid-write."""
        try:
            super().setup_schedule()
        except (EOFError, OSError, LookupError, AttributeError, ImportError, pickle.PickleError, *dbm.error) as error:
            self.logger.warning("the kept schedule can not be read and is begun anew: %r", error)
            self._remove_db()  # type: ignore[attr-defined]
            super().setup_schedule()
        self._forget_the_future()

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Schedule what is due, and beat."""
        self._forget_the_future()
        if time.monotonic() - self.last_beat > HEARTBEAT_SECONDS or not self.last_beat:
            self.last_beat = time.monotonic()
            self._beat()
        wait: float = super().tick(*args, **kwargs)
        return min(wait, HEARTBEAT_SECONDS)

    def _forget_the_future(self) -> None:
        """Count a run that lies ahead of the clock as one of now; Celery would send nothing until the clock is there.

        The clock was set back since. What is planned was reckoned from such runs, so it is planned anew.
        """
        for entry in self.schedule.values():
            now = entry.default_now()
            if entry.last_run_at is not None and entry.last_run_at > now:
                entry.last_run_at = now
                self._heap = None

    def _beat(self) -> None:
        close_old_connections()
        try:
            jobs.beat("beat", now=timezone.now())
        except DatabaseError as error:
            # The schedule goes on without its database; health/ready tells that the beat is old.
            self.logger.warning("heartbeat not written: %s", error)
