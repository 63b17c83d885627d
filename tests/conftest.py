"""Shared set-up: settings for tests, and a flush that may empty append-only tables."""

from __future__ import annotations

import os
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management.commands import flush
from hypothesis import settings as hypothesis_settings

from pocgate.kernel.db import append_only_lifted
from pocgate.kernel.models import ScheduledRun

hypothesis_settings.register_profile("pocgate", deadline=None, derandomize=True, max_examples=60)
hypothesis_settings.load_profile("pocgate")

WAITING_LONG = Path(__file__).resolve().parent / "services"
EMBEDDED = Path(__file__).resolve().parent / "kernel" / "test_supervisor.py"
SHARED_DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"

_flush = flush.Command.handle


def _flush_with_append_only_lifted(self: flush.Command, **options: Any) -> None:
    with append_only_lifted():
        _flush(self, **options)


# Transactional tests empty every table afterwards; the triggers would rightly refuse.
flush.Command.handle = _flush_with_append_only_lifted  # type: ignore[method-assign]


def pytest_xdist_auto_num_workers() -> int:
    """Two more than there are cores: the tests of real installations mostly wait."""
    return 2 + (len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


def pytest_addoption(parser: pytest.Parser) -> None:
    """A choice for the second of two runs on different databases."""
    parser.addoption("--database-only", action="store_true", help="leave out tests that give the same on any database")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the tests that wait longest, and keep tests of one `xdist_group` on one test process.

    pytest-xdist 3.8 writes the group where pytest 9.2 does not read it any more, and then silently scatters the tests,
    each of which starts another installation.
    """
    if config.getoption("--database-only"):
        left_out = [item for item in items if not _depends_on_the_database(item)]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if _depends_on_the_database(item)]
    items.sort(key=lambda item: not item.path.is_relative_to(WAITING_LONG))
    for item in items:
        grouped = getattr(item, "_nodeid", item.nodeid)
        if grouped != item.nodeid:
            item._id = type(item.id).parse(grouped)


def _depends_on_the_database(item: pytest.Item) -> bool:
    """Whether a test reads or writes the database, in this process or in an installation, for more than the look."""
    marks = {mark.name for mark in item.iter_markers()}
    installed = {"installation", "demonstration", "live_server"} & set(getattr(item, "fixturenames", ()))
    written = {"db", "transactional_db"} & set(getattr(item, "fixturenames", ()))
    on_any = "looks" in marks or item.path.is_relative_to(EMBEDDED)
    waits = item.path.is_relative_to(WAITING_LONG)
    return not on_any and bool({"django_db", "services", "postgresql"} & marks or written or installed or waits)


@pytest.fixture(autouse=True)
def _plain_surroundings(settings: Any, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Files, mail, messages and cached values stay inside the test, whatever cache and database it shares."""
    own = f"{os.getpid()}-{zlib.crc32(request.node.nodeid.encode())}"
    settings.CACHES = {"default": {**settings.CACHES["default"], "KEY_PREFIX": own}}
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MEDIA_ROOT = tmp_path / "uploads"
    settings.STATIC_ROOT = tmp_path
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Tests begin the schedule themselves: their tables are often older than reminders may stand still."""
    with django_db_blocker.unblock():
        ScheduledRun.objects.all().delete()


@pytest.fixture
def now() -> datetime:
    """A fixed moment: tests pass it on instead of reading the clock."""
    return datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def shared_data() -> Path:
    """The folder of real public data; tests that need it are skipped where it is not present."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the public data is not present")
    return SHARED_DATA


@pytest.fixture(autouse=True)
def sent_tasks(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> list[tuple[str, dict[str, Any]]]:
    """Wake-ups are collected instead of sent, unless the test is marked `services` or `e2e` and has a real worker."""
    sent: list[tuple[str, dict[str, Any]]] = []
    if not {"services", "e2e"} & {mark.name for mark in request.node.iter_markers()}:
        monkeypatch.setattr(
            "pocgate.kernel.jobs.current_app.send_task", lambda name, kwargs, **_: sent.append((name, kwargs))
        )
    return sent
