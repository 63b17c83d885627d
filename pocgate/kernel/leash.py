"""Runs a module as `python -m` would, and takes its whole process group down when whoever started it is gone.

    python -m pocgate.kernel.leash celery -A pocgate worker

The starter keeps the other end of standard input; however it ends, the operating system closes that end. This works
wherever there are pipes, for kill -9 too, and unlike a parent-death signal it reaches what the module itself started.
"""

from __future__ import annotations

import contextlib
import os
import runpy
import signal
import sys
import threading
import time

GRACE_SECONDS = 8.0


def _wait_for_the_starters_end() -> None:
    with contextlib.suppress(OSError):
        while os.read(0, 1024):
            pass
    group = os.getpgrp()
    os.killpg(group, signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os.killpg(group, signal.SIGKILL)


def main() -> None:
    """Watch standard input and become the named module."""
    if os.getpgrp() != os.getpid():
        raise SystemExit("pocgate.kernel.leash must lead its own process group")
    del sys.argv[0]
    threading.Thread(target=_wait_for_the_starters_end, name="leash", daemon=True).start()
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
