"""Why the embedded installation can not start: its port is taken, or it runs already."""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path


class CannotStart(Exception):
    """The start was refused; the message says why and what to do."""


@contextmanager
def only_one(var: Path, address: str) -> Iterator[None]:
    """Hold the installation's lock; the operating system lets go of it however this process ends."""
    with (var / "run.lock").open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            holder = lock.read().strip() or "an unknown address"
            raise CannotStart(f"POC Gate runs already on {var}: {holder}. Stop it first with Ctrl-C.") from None
        lock.truncate(0)
        lock.write(f"{address} (process {os.getpid()})")
        lock.flush()
        yield


def refuse_taken_port(host: str, port: int) -> None:
    """Try the port before anything is started on it."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        # As gunicorn does: a port that only waits for its last connections to end is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CannotStart(
                f"Port {port} on {host} can not be used: {error.strerror}. "
                f"Stop what uses it, or choose another: make run PORT={port + 1}"
            ) from None
