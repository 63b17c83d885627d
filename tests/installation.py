"""A real installation for tests: `run_embedded` in a folder of its own, with web server, worker and beat."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent
SHARED_STATIC = ROOT / "var" / "test-static"
# Generous: two cores may run the rest of the suite meanwhile.
START_SECONDS = 120.0
STOP_SECONDS = 20.0
READY = "/api/v1/health/ready"
_HELD_LOCKS = """
SELECT 1 FROM pg_locks JOIN pg_class ON pg_class.oid = pg_locks.relation
WHERE mode = 'RowExclusiveLock' AND relkind = 'r' AND database = (SELECT oid FROM pg_database
WHERE datname = current_database()) LIMIT 1
"""


class Installation:
    """One installation under test; `start` it, use `url`, run commands in it, and kill parts of it."""

    def __init__(self, var: Path, *, variables: dict[str, str] | None = None, port: int | None = None) -> None:
        self.var = var
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.output = var.parent / f"{var.name}.out"
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "PYTHONPATH") if name in os.environ}
        self.variables = kept | {"POCGATE_VAR": str(var), "POCGATE_STATIC": str(SHARED_STATIC)} | (variables or {})
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *, demo: bool = False) -> None:
        """Start the supervisor as the leader of a process group, as a shell does, and wait until it is ready."""
        greeting = f"Ready at {self.url}"
        greeted = self.said().count(greeting)
        self.launch(demo=demo)
        self.wait_until_ready()
        wait_for(lambda: self.said().count(greeting) > greeted, "the greeting", seconds=START_SECONDS)

    def launch(self, *, demo: bool = False) -> None:
        """Start the supervisor without waiting."""
        collect_static_once(self.variables)
        command = [sys.executable, "manage.py", "run_embedded", "--port", str(self.port)]
        with self.output.open("ab") as output:
            self._process = subprocess.Popen(
                [*command, *([] if demo else ["--no-demo"])],
                cwd=ROOT,
                env=self.variables,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_until_ready(self) -> None:
        """Until health/ready answers 200; fails with the supervisor's words."""
        wait_for(lambda: self.is_ready() or self.has_ended(), f"{self.url} ready", seconds=START_SECONDS)
        assert not self.has_ended(), self.said()

    def is_ready(self) -> bool:
        """Whether health/ready answers 200 now."""
        return self.status_of(READY) == HTTPStatus.OK

    def status_of(self, path: str) -> int:
        """The status of a GET; 0 when nothing answers."""
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            try:
                connection.request("GET", path)
                return connection.getresponse().status
            except (OSError, HTTPException):
                return 0

    @property
    def pid(self) -> int:
        """The supervisor's process id."""
        assert self._process is not None
        return self._process.pid

    def has_ended(self) -> bool:
        """Whether the supervisor has ended."""
        assert self._process is not None
        return self._process.poll() is not None

    def said(self) -> str:
        """Everything the supervisor printed, over all starts."""
        return self.output.read_text(encoding="utf-8") if self.output.exists() else ""

    def interrupt(self) -> int:
        """Ctrl-C: SIGINT to the whole group at once; the supervisor's exit status."""
        assert self._process is not None
        os.killpg(self.pid, signal.SIGINT)
        return self._process.wait(timeout=STOP_SECONDS)

    def stop(self) -> None:
        """End it if it still runs, whatever its state."""
        if self._process is None or self.has_ended():
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.interrupt()
        if not self.has_ended():
            os.killpg(self.pid, signal.SIGKILL)
            self._process.wait()

    def processes(self, name: str = "") -> list[int]:
        """Process ids of the children, of `gunicorn`, `worker` or `beat` alone when named, the group's leader first."""
        found = []
        for folder in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
                mine = f"POCGATE_VAR={self.var}".encode() in (folder / "environ").read_bytes().split(b"\0")
                if mine and "pocgate.kernel.leash" in words and (not name or name in words):
                    found.append(int(folder.name))
        return sorted(found, key=lambda pid: (pid != os.getpgid(pid), pid))

    def kill_hard(self, name: str) -> int:
        """kill -9 the process of that name; its id."""
        pid = self.processes(name)[0]
        os.kill(pid, signal.SIGKILL)
        return pid

    def manage(self, *arguments: str) -> str:
        """What a management command in this installation prints; fails when it fails."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.variables,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        """Rows of a SQL statement that reads; much cheaper than a management command."""
        if "DATABASE_URL" in self.variables:
            with psycopg.connect(self.variables["DATABASE_URL"]) as connection:
                return connection.execute(sql.SQL(statement)).fetchall()
        with closing(sqlite3.connect(f"file:{self.var / 'pocgate.sqlite3'}?mode=ro", uri=True, timeout=30)) as database:
            return database.execute(statement).fetchall()

    def is_writable(self) -> bool:
        """Whether nobody holds a lock that would keep a writer waiting for more than a second."""
        if "DATABASE_URL" in self.variables:
            with psycopg.connect(self.variables["DATABASE_URL"]) as connection:
                return connection.execute(_HELD_LOCKS).fetchone() is None
        path = f"file:{self.var / 'pocgate.sqlite3'}?mode=rw"
        with closing(sqlite3.connect(path, uri=True, timeout=1, isolation_level=None)) as database:
            try:
                database.execute("BEGIN IMMEDIATE")
                database.execute("ROLLBACK")
            except sqlite3.OperationalError:
                return False
        return True

    def python(self, code: str) -> str:
        """What a piece of Python prints when run inside the installation, without its last newline."""
        return self.manage("shell", "--no-imports", "-c", code).rstrip("\n")


def collect_static_once(variables: dict[str, str]) -> None:
    """Collect static files for all installations under test together; it is what takes longest of a start."""
    SHARED_STATIC.parent.mkdir(exist_ok=True)
    with SHARED_STATIC.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        code = "from pocgate.kernel.supervisor.preparation import collect_static_files as c; c()"
        command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", code]
        subprocess.run(command, cwd=ROOT, env=variables, check=True, capture_output=True)


def wait_for(condition: Callable[[], bool], what: str, *, seconds: float, every: float = 0.25) -> float:
    """Seconds it took until the condition held; fails when it does not hold in time."""
    start = time.monotonic()
    while not condition():
        assert time.monotonic() - start < seconds, f"not within {seconds:.0f} s: {what}"
        time.sleep(every)
    return time.monotonic() - start


def free_port() -> int:
    """A port on 127.0.0.1 that nothing uses now."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def surroundings() -> Iterator[dict[str, str]]:
    """Variables for an installation: nothing on SQLite; a fresh database and Redis where `make test-services` runs."""
    url, redis_url = os.environ.get("DATABASE_URL", ""), os.environ.get("REDIS_URL", "")
    variables = {"REDIS_URL": _own_redis(redis_url)} if redis_url else {}
    if not url.startswith("postgres"):
        yield variables
        return
    server = url.rpartition("/")[0]
    name = f"pocgate_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield variables | {"DATABASE_URL": f"{server}/{name}"}
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _own_redis(url: str) -> str:
    """Another of Redis's databases for each test process, so that no worker takes another's messages."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    server, _, number = url.rpartition("/")
    return f"{server}/{(int(number or 0) + 1 + worker) % 16}"
