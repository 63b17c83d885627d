"""One supervised process in a session of its own, with its log."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# A process that is being ended needs a moment; one that nobody collects must not hold up the stop.
GONE_SECONDS = 0.5
LARGE_LOG_BYTES = 10 * 1024 * 1024
# Nobody sends itself these: an operator, a shell or a machine out of memory does.
FROM_OUTSIDE = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@dataclass(frozen=True)
class Recipe:
    """What to run: a name, and a Python module with its arguments."""

    name: str
    module: tuple[str, ...]


class Child:
    """A running recipe. Its own session keeps a Ctrl-C of the terminal away: only the supervisor stops it."""

    def __init__(self, recipe: Recipe, *, log: Path, variables: Mapping[str, str], folder: Path) -> None:
        self.recipe = recipe
        self.started = time.monotonic()
        self.is_gone = False
        _set_aside_when_large(log)
        with log.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603 - the supervisor's own recipes
                [sys.executable, "-m", "pocgate.kernel.leash", *recipe.module],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=folder,
                env=dict(variables),
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """Its process id, which is also its group's."""
        return self._process.pid

    @property
    def age(self) -> float:
        """Seconds since it was started."""
        return time.monotonic() - self.started

    def ended(self) -> str | None:
        """How it ended, in words; None while it runs. What it leaves behind in its group is ended too."""
        code = self._process.poll()
        if code is None:
            return None
        self.make_stop()
        return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"

    @property
    def was_killed(self) -> bool:
        """Whether it ended by a signal from outside, which says nothing of how its next start will go."""
        code = self._process.poll()
        return code is not None and -code in FROM_OUTSIDE

    def ask_to_stop(self) -> None:
        """Ask once; it finishes what it has in hand."""
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()

    def make_stop(self) -> None:
        """End it and everything in its group at once; returns when they are gone."""
        if self.is_gone:
            return
        self.is_gone = True
        self._end_group()
        self._process.wait()
        deadline = time.monotonic() + GONE_SECONDS
        while self._group_lives() and time.monotonic() < deadline:
            time.sleep(0.02)
        if self._process.stdin is not None:
            self._process.stdin.close()

    def _group_lives(self) -> bool:
        try:
            os.killpg(self.pid, 0)
        except (ProcessLookupError, PermissionError):
            return False
        return True

    def _end_group(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)


def _set_aside_when_large(log: Path) -> None:
    if log.exists() and log.stat().st_size > LARGE_LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))
