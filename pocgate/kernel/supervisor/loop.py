"""Starts the children, watches them, restarts what died and stops them all."""

from __future__ import annotations

import http.client
import signal
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType

from pocgate.kernel.supervisor.child import Child, Recipe
from pocgate.kernel.supervisor.log_errors import LogErrors, last_lines

TICK_SECONDS = 0.25
ASK_SECONDS = 1.0
# A child that lives shorter than this died quickly: the next start waits, longer each time.
QUICK_DEATH_SECONDS = 10.0
# So many deaths of its own in its first starts, and a further one will not help either.
FAILED_STARTS_ALLOWED = 6
LONGEST_PAUSE_SECONDS = 10.0
# Long enough to finish a short job, short enough that Ctrl-C is answered.
STOP_SECONDS = 8.0


class Ward:
    """One recipe under watch: its child, how often it died quickly, and when it is started again.

    Only a child that never stood is given up: one that has run before is worth another try for as long as the rest
    of the product serves people, and one that was killed says nothing of its start.
    """

    def __init__(self, recipe: Recipe, log: Path) -> None:
        self.recipe = recipe
        self.log = log
        self.errors = LogErrors(log)
        self.child: Child | None = None
        self.quick_deaths = 0
        self.failed_starts = 0
        self.has_stood = False
        self.start_at = 0.0

    def note_death(self, child: Child) -> float:
        """Count the death; the pause in seconds before the next start."""
        was_quick = child.age < QUICK_DEATH_SECONDS
        self.quick_deaths = self.quick_deaths + 1 if was_quick else 0
        self.has_stood |= not was_quick
        self.failed_starts += was_quick and not child.was_killed
        pause = min(0.5 * 2**self.quick_deaths, LONGEST_PAUSE_SECONDS) if self.quick_deaths else 0.0
        self.child = None
        self.start_at = time.monotonic() + pause
        return pause

    @property
    def is_hopeless(self) -> bool:
        """It died of its start again and again, and never stood."""
        return not self.has_stood and self.failed_starts >= FAILED_STARTS_ALLOWED


class Supervisor:
    """Keeps the recipes running in the foreground until it is told to stop or one of them never gets up."""

    def __init__(
        self,
        recipes: Sequence[Recipe],
        *,
        folder: Path,
        logs: Path,
        variables: Mapping[str, str],
        say: Callable[[str], None],
    ) -> None:
        self.wards = [Ward(recipe, logs / f"{recipe.name}.log") for recipe in recipes]
        self.folder = folder
        self.variables = variables
        self.say = say
        self.stopping = threading.Event()

    def listen_for_signals(self) -> None:
        """Ctrl-C, hang-up and a polite kill all stop; said twice, they still do."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop_on_signal)

    def run(self, *, is_ready: Callable[[], bool], when_ready: Callable[[], None]) -> int:
        """Exit status: 0 when it was stopped, 1 when a child would not stay alive."""
        ready, ask_at = False, time.monotonic() + ASK_SECONDS
        try:
            while not self.stopping.is_set():
                if not self._look_after_all():
                    return 1
                if not ready and time.monotonic() >= ask_at:
                    ready = is_ready()
                    ask_at = time.monotonic() + ASK_SECONDS
                    if ready:
                        when_ready()
                self.stopping.wait(TICK_SECONDS)
            return 0
        finally:
            self.stop_all()

    def stop_all(self) -> None:
        """Ask every child, wait a little, then end what is left."""
        children = [ward.child for ward in self.wards if ward.child is not None]
        for child in children:
            child.ask_to_stop()
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline and any(child.ended() is None for child in children):
            time.sleep(0.1)
        for child in children:
            child.make_stop()
        self._show_errors()

    def _stop_on_signal(self, number: int, frame: FrameType | None) -> None:
        if not self.stopping.is_set():
            self.say("Stopping …")
        self.stopping.set()

    def _look_after_all(self) -> bool:
        for ward in self.wards:
            self._look_after(ward)
        self._show_errors()
        hopeless = [ward for ward in self.wards if ward.is_hopeless]
        for ward in hopeless:
            self.say(f"{ward.recipe.name} died {ward.failed_starts} times right after its start. Giving up.")
            self.say(f"The end of {ward.log}:")
            self.say("\n".join(f"  {line}" for line in last_lines(ward.log)))
        return not hopeless

    def _look_after(self, ward: Ward) -> None:
        if ward.child is not None:
            end = ward.child.ended()
            if end is None:
                return
            pause = ward.note_death(ward.child)
            again = f"in {pause:.0f} s" if pause else "at once"
            self.say(f"{ward.recipe.name} ended unexpectedly ({end}); it is started again {again}.")
        if time.monotonic() >= ward.start_at and not ward.is_hopeless:
            ward.child = Child(ward.recipe, log=ward.log, variables=self.variables, folder=self.folder)

    def _show_errors(self) -> None:
        for ward in self.wards:
            for line in ward.errors.new_lines():
                self.say(f"{ward.recipe.name}: {line}")


def answers_ready(host: str, port: int, path: str) -> bool:
    """Whether the address answers 200 now."""
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
