"""Beat takes up its kept schedule, whatever happened to the file."""

from __future__ import annotations

from pathlib import Path

import pytest
from celery import Celery

from pocgate.kernel.beat import HeartbeatScheduler

ENTRY = "recompute sweep"


@pytest.fixture
def app() -> Celery:
    made = Celery("test", set_as_current=False)
    made.conf.beat_schedule = {ENTRY: {"task": "scoring.sweep_readiness", "schedule": 15.0}}
    return made


def a_scheduler(app: Celery, folder: Path) -> HeartbeatScheduler:
    return HeartbeatScheduler(app, schedule_filename=str(folder / "beat-schedule"))


def test_schedule_is_kept_over_a_restart(app: Celery, tmp_path: Path) -> None:
    first = a_scheduler(app, tmp_path)
    first.schedule[ENTRY].total_run_count = 7
    first.close()

    second = a_scheduler(app, tmp_path)

    assert second.schedule[ENTRY].total_run_count == 7
    second.close()


@pytest.mark.parametrize("left", [b"", b"\x80", b"no schedule at all"])
def test_schedule_cut_in_mid_write_is_begun_anew(app: Celery, tmp_path: Path, left: bytes) -> None:
    a_scheduler(app, tmp_path).close()
    for file in tmp_path.iterdir():
        if file.suffix in (".dat", ".db", ""):
            file.write_bytes(left)

    scheduler = a_scheduler(app, tmp_path)

    assert scheduler.schedule[ENTRY].total_run_count == 0
    scheduler.close()
