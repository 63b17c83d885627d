"""Fifty clients vote, change and delegate while the chair closes, chair and deputy decide, and evidence changes.

Every fourth round goes over HTTP against a gunicorn of which one process is killed -9 in the middle. On PostgreSQL.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.drill import Loss
from tests.installation import ROOT, Installation, surroundings, wait_for

LIVE = "/api/v1/health/live"


def gate_race(rounds: int) -> Loss:
    """Votes and decisions that were acknowledged and are gone, and those that stand or count twice."""
    with tempfile.TemporaryDirectory() as folder, surroundings() as variables:
        if "DATABASE_URL" not in variables:
            raise SystemExit("gate_race needs PostgreSQL: name one in DATABASE_URL, or use make drill.")
        installation = Installation(Path(folder) / "var", variables=variables)
        installation.var.mkdir()
        installation.manage("migrate", "-v0")
        with gunicorn(installation) as leader:
            return run_rounds(installation, leader, rounds)


@contextmanager
def gunicorn(installation: Installation) -> Iterator[int]:
    """The web server of docs/operations.md with two processes; its leader's id."""
    command = [str(Path(sys.executable).parent / "gunicorn"), "pocgate.wsgi:application"]
    command += ["--bind", f"127.0.0.1:{installation.port}", "--worker-class", "gthread"]
    command += ["--workers", "2", "--threads", "8", "--no-control-socket", "--log-level", "error"]
    with installation.output.open("ab") as output:
        leader = subprocess.Popen(command, cwd=ROOT, env=installation.variables, stdout=output, stderr=output)
    try:
        wait_for(lambda: installation.status_of(LIVE) == 200, "the web server", seconds=120)
        yield leader.pid
    finally:
        leader.terminate()
        try:
            leader.wait(timeout=30)
        except subprocess.TimeoutExpired:
            leader.kill()
            leader.wait()


def run_rounds(installation: Installation, leader: int, rounds: int) -> Loss:
    """Run them in a process that has this database; its lines are shown, the last one is what it found."""
    code = f"from tests.drill.gate_race_rounds import run; run({rounds}, {installation.port}, {leader})"
    command = [sys.executable, "-u", "manage.py", "shell", "--no-imports", "-c", code]
    last = ""
    with subprocess.Popen(command, cwd=ROOT, env=installation.variables, stdout=subprocess.PIPE, text=True) as running:
        for line in running.stdout or ():
            last = line
            if not line.startswith("{"):
                print(line, end="", flush=True)
    if running.returncode:
        raise SystemExit(f"gate_race broke off with exit status {running.returncode}.")
    return Loss(**json.loads(last))
