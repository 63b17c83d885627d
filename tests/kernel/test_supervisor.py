"""The embedded installation as a person meets it: started, stopped, hurt and started again."""

from __future__ import annotations

import os
import signal
import socket
import stat
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import cast

import pytest

from pocgate.kernel.supervisor import Supervisor
from pocgate.kernel.supervisor.child import Child, Recipe
from pocgate.kernel.supervisor.loop import FAILED_STARTS_ALLOWED, LONGEST_PAUSE_SECONDS, Ward
from tests.installation import ROOT, Installation, wait_for

pytestmark = pytest.mark.xdist_group("installation")


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    installation = Installation(tmp_path_factory.mktemp("embedded") / "var")
    installation.start()
    yield installation
    installation.stop()


@pytest.fixture
def running(installation: Installation) -> Installation:
    """The module's installation, started again when the test before has stopped it."""
    if installation.has_ended():
        installation.start()
    return installation


def test_start_on_nothing_answers_ready_and_says_where(running: Installation) -> None:
    assert f"Ready at {running.url}" in running.said()
    assert running.status_of("/api/v1/health/live") == 200


def test_start_on_nothing_lets_reminders_be_due_before_anything_runs(running: Installation) -> None:
    (since,) = running.query("SELECT since FROM kernel_scheduledrun WHERE task = 'gates.send_reminders'")

    assert since < running.query("SELECT min(started_at) FROM kernel_scheduledrun")[0]


def test_start_on_nothing_writes_a_key_for_its_owner_alone(running: Installation) -> None:
    key = running.var / "secret-key"

    assert len(key.read_text()) >= 50
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE(running.var.stat().st_mode) == 0o700


def test_web_server_binds_loopback_only(running: Installation) -> None:
    with closing(socket.socket()) as probe:
        probe.settimeout(2)

        assert probe.connect_ex(("127.0.0.2", running.port)) != 0


def test_second_start_on_the_same_folder_is_refused(running: Installation) -> None:
    second = Installation(running.var)

    second.launch()
    wait_for(second.has_ended, "the second start refused", seconds=30)

    assert f"runs already on {running.var}" in second.said()
    assert running.is_ready()


def test_start_on_a_taken_port_is_refused_plainly(tmp_path: Path) -> None:
    with closing(socket.socket()) as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        installation = Installation(tmp_path / "var", port=other.getsockname()[1])

        installation.launch()
        wait_for(installation.has_ended, "the start refused", seconds=30)

    assert f"Port {installation.port} on 127.0.0.1 can not be used: Address already in use" in installation.said()
    assert "Traceback" not in installation.said()
    assert not (installation.var / "pocgate.sqlite3").exists()


@pytest.mark.parametrize("name", ["gunicorn", "worker", "beat"])
def test_killed_child_is_started_again(running: Installation, name: str) -> None:
    said = len(running.said())

    killed = running.kill_hard(name)

    wait_for(lambda: "ended unexpectedly (signal SIGKILL)" in running.said()[said:], "the death noticed", seconds=10)
    wait_for(lambda: running.processes(name)[:1] not in ([], [killed]), f"{name} again", seconds=30)
    running.wait_until_ready()


def test_restarted_worker_beats_again(running: Installation) -> None:
    running.kill_hard("worker")
    seen = "SELECT seen_at FROM kernel_heartbeat WHERE name = 'worker'"
    before = running.query(seen)

    wait_for(lambda: running.query(seen) > before, "a beat of the new worker", seconds=60)


def test_ctrl_c_stops_everything_and_the_next_start_keeps_the_data(running: Installation) -> None:
    running.python("from pocgate.kernel.counters import next_number; print(next_number('kept'))")
    key = (running.var / "secret-key").read_text()

    status = running.interrupt()

    assert status == 0
    assert running.said().rstrip().endswith("Stopped.")
    assert running.processes() == []
    running.start()
    assert running.query("SELECT value FROM kernel_counter WHERE name = 'kept'") == [(1,)]
    assert (running.var / "secret-key").read_text() == key


def test_ctrl_c_said_twice_still_stops_cleanly(running: Installation) -> None:
    said = len(running.said())

    for pid in (running.pid, *running.processes()):
        os.kill(pid, signal.SIGINT)

    assert running.interrupt() == 0
    assert running.processes() == []
    assert "Traceback" not in running.said()[said:]


def test_no_child_outlives_a_killed_supervisor(running: Installation) -> None:
    os.kill(running.pid, signal.SIGKILL)

    wait_for(running.has_ended, "the supervisor gone", seconds=5)
    wait_for(lambda: running.processes() == [], "every child gone", seconds=20)


def test_child_that_dies_of_its_start_is_given_up_with_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pocgate.kernel.supervisor.loop.LONGEST_PAUSE_SECONDS", 0.05)
    said: list[str] = []
    supervisor = Supervisor(
        [Recipe("broken", ("no_such_module",))], folder=ROOT, logs=tmp_path, variables=os.environ, say=said.append
    )

    status = supervisor.run(is_ready=lambda: False, when_ready=lambda: None)

    assert status == 1
    assert f"broken died {FAILED_STARTS_ALLOWED} times right after its start. Giving up." in said
    assert "No module named no_such_module" in said[-1]


def test_child_killed_again_and_again_is_started_again_and_the_others_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pocgate.kernel.supervisor.loop.LONGEST_PAUSE_SECONDS", 0.05)
    server = ("http.server", "0", "--bind", "127.0.0.1")
    supervisor = Supervisor(
        [Recipe("steady", server), Recipe("killed", server)],
        folder=tmp_path,
        logs=tmp_path,
        variables=os.environ | {"PYTHONPATH": str(ROOT)},
        say=lambda _: None,
    )
    steady, killed = supervisor.wards
    ended: list[int] = []
    running = Thread(target=lambda: ended.append(supervisor.run(is_ready=lambda: True, when_ready=lambda: None)))
    running.start()
    try:
        wait_for(lambda: steady.child is not None and killed.child is not None, "both", seconds=20)
        first = steady.child
        for _ in range(FAILED_STARTS_ALLOWED + 2):
            wait_for(lambda: killed.child is not None, "another start", seconds=20)
            child = killed.child
            assert child is not None
            os.kill(child.pid, signal.SIGKILL)
            wait_for(partial(is_replaced, killed, child), "the death noticed", seconds=20)

        wait_for(lambda: killed.child is not None, "one more start", seconds=20)
        assert (ended, steady.child) == ([], first)
    finally:
        supervisor.stopping.set()
        running.join()
    assert ended == [0]


def test_child_that_has_stood_is_never_given_up(tmp_path: Path) -> None:
    ward = Ward(Recipe("worker", ("celery",)), tmp_path / "worker.log")
    ward.note_death(ended_child(age=3600.0))

    pauses = [ward.note_death(ended_child(age=1.0)) for _ in range(FAILED_STARTS_ALLOWED + 1)]

    assert not ward.is_hopeless
    assert pauses[-1] == LONGEST_PAUSE_SECONDS


def is_replaced(ward: Ward, child: Child) -> bool:
    """Whether the supervisor has seen that the child is gone."""
    return ward.child is not child


def ended_child(*, age: float) -> Child:
    """A child that ended by itself at that age."""
    return cast("Child", SimpleNamespace(age=age, was_killed=False))
