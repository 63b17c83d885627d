"""What is wrong with this installation, and how to mend it: the checks behind `manage.py doctor`.

The kernel knows its own components; apps hang theirs in when they start.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.client import OK as HTTP_OK
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Q

from pocgate.kernel.enums import JobState
from pocgate.kernel.health import DOWN, LATE, OK, parts_seen_ahead, readiness_of_installation
from pocgate.kernel.models import Job

BROKEN, WARNING = "broken", "warning"
WEB = "web"
LIVE_PATH = "/api/v1/health/live"
CLOCK_TOLERANCE = timedelta(seconds=5)
OVERDUE_AFTER = timedelta(minutes=10)
OTHERS_MASK = 0o077


@dataclass(frozen=True)
class Finding:
    """One component's state (`ok`, `warning`, `broken`), what was seen, and what to do about it."""

    component: str
    state: str
    seen: str
    mend: str = ""


def hang_in(name: str, check: Callable[[datetime], Finding]) -> None:
    """Called by an app above the kernel, once for each component of its own."""
    CHECKS[name] = check


def findings(*, now: datetime, component: str = "") -> list[Finding]:
    """Every component's finding, or only the named one's. Nothing is changed."""
    return [CHECKS[name](now) for name in CHECKS if component in {"", name}]


def web_finding(address: str) -> Finding:
    """Whether the web server at `host:port` answers, asked under the first name it is allowed to have."""
    name = settings.ALLOWED_HOSTS[0].removeprefix(".")
    with closing(HTTPConnection(address, timeout=5)) as connection_to_web:
        try:
            connection_to_web.request("GET", LIVE_PATH, headers={"Host": name})
            status = connection_to_web.getresponse().status
        except (OSError, HTTPException) as error:
            return Finding(WEB, BROKEN, f"{address} does not answer: {error}", "Start the web server.")
    if status != HTTP_OK:
        return Finding(WEB, BROKEN, f"{address} answers {status} to {LIVE_PATH}", "See the web server's log.")
    return Finding(WEB, OK, f"{address} answers")


ANSWERS = {OK: "answers", LATE: "has not been heard of for a minute", DOWN: "does not answer"}
REMINDS = {
    OK: "run every minute",
    LATE: "have not run through for three minutes",
    DOWN: "have not run through for five minutes, or never",
}


def _of_readiness(name: str, mend: str, words: Mapping[str, str] = ANSWERS) -> Callable[[datetime], Finding]:
    def check(now: datetime) -> Finding:
        state = readiness_of_installation(now=now)[name]
        if state == OK:
            return Finding(name, OK, words[OK])
        if name in parts_seen_ahead(now=now):
            return Finding(name, BROKEN, "nothing was heard since the clock was set back", mend)
        return Finding(name, BROKEN, words[state], mend)

    return check


def _migrations(now: datetime) -> Finding:
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        return Finding("migrations", BROKEN, f"can not be read: {error}", "Mend the database first.")
    if waiting:
        return Finding("migrations", BROKEN, f"{len(waiting)} not applied", "manage.py migrate")
    return Finding("migrations", OK, "all applied")


def _static(now: datetime) -> Finding:
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    if manifest.exists():
        return Finding("static", OK, "collected")
    return Finding("static", BROKEN, f"{manifest} is missing", "manage.py collectstatic --noinput")


def _folder(now: datetime) -> Finding:
    folders = [Path(settings.VAR_DIR), Path(settings.MEDIA_ROOT)]
    closed = [str(folder) for folder in folders if not _is_writable(folder)]
    if closed:
        mend = "Make the folder and give it to the user that runs POC Gate."
        return Finding("folder", BROKEN, f"not writable: {', '.join(closed)}", mend)
    return Finding("folder", OK, f"{settings.VAR_DIR} is writable")


def _is_writable(folder: Path) -> bool:
    """Also where it can be made: uploads have no folder before the first one."""
    return os.access(folder if folder.exists() else folder.parent, os.W_OK | os.X_OK)


def _jobs(now: datetime) -> Finding:
    overdue = Q(state=JobState.WAITING, due_at__lt=now - OVERDUE_AFTER)
    try:
        dead = Job.objects.filter(state=JobState.FAILED).count()
        late = Job.objects.filter(overdue).count()
    except DatabaseError as error:
        return Finding("jobs", BROKEN, f"can not be read: {error}", "Mend the database first.")
    if dead or late:
        mend = "See the last errors under Administration, Jobs; retry there."
        return Finding("jobs", WARNING, f"{dead} failed for good, {late} overdue by more than 10 minutes", mend)
    return Finding("jobs", OK, "none failed, none overdue")


def _clock(now: datetime) -> Finding:
    zone = f"dates and due days follow {settings.TIME_ZONE}"
    if connection.vendor != "postgresql":
        return Finding("clock", OK, zone)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            apart = abs(cursor.fetchone()[0] - now)
    except DatabaseError as error:
        return Finding("clock", BROKEN, f"the database's can not be read: {error}", "Mend the database first.")
    if apart > CLOCK_TOLERANCE:
        mend = "Keep both machines' clocks by NTP: leases and closing times depend on them."
        return Finding("clock", BROKEN, f"{apart.total_seconds():.0f} s apart from the database's", mend)
    return Finding("clock", OK, zone)


def _key(now: datetime) -> Finding:
    path = Path(settings.SECRET_KEY_PATH)
    if settings.SERVER_MODE or "POCGATE_SECRET_KEY" in os.environ or "POCGATE_SECRET_KEY_FILE" in os.environ:
        return Finding("key", OK, "given by the environment")
    if not path.exists():
        return Finding("key", WARNING, f"{path} is missing: sign-ins end with each process", "make run writes it.")
    if path.stat().st_mode & OTHERS_MASK:
        return Finding("key", BROKEN, f"{path} is readable by others", f"chmod 600 {path}")
    return Finding("key", OK, "kept for its owner alone")


CHECKS: dict[str, Callable[[datetime], Finding]] = {
    "database": _of_readiness("database", "Check DATABASE_URL and that its server runs."),
    "migrations": _migrations,
    "broker": _of_readiness("broker", "Check REDIS_URL and that its server runs; embedded, start with make run."),
    "worker": _of_readiness("worker", "Start a worker: docs/operations.md."),
    "beat": _of_readiness("beat", "Start beat, and only one: docs/operations.md."),
    "queue": _of_readiness("queue", "A worker is too slow or away: see Administration, Jobs."),
    "reminders": _of_readiness(
        "reminders", "Start worker and beat; see their last error under Administration, Jobs.", REMINDS
    ),
    "jobs": _jobs,
    "static": _static,
    "folder": _folder,
    "clock": _clock,
    "key": _key,
}
